"""Figures of two-class scores over many bootstrap draws at once: each takes weights of shape (draws, rows).

Scikit-learn has the same figures for one draw (``sample_weight``); a thousand calls of it for every head and slice
would take minutes. Here rows are sorted once, and every draw is a row of a matrix. With weights of 1 each figure is
that of `consentry.training.measures.metrics`, which the tests compare with scikit-learn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from consentry.training.measures.bootstrap import WeightedStatistic, Weights
from consentry.training.measures.metrics import ECE_BINS, Scores, Truth, calibration_bins

Figures = NDArray[np.float64]


def weighted_auc(truth: Truth, scores: Scores) -> WeightedStatistic:
    """Area under the ROC curve; see `consentry.training.measures.metrics.area_under_curve`."""
    order = np.argsort(scores, kind="stable")
    starts = _starts_of_ties(scores[order])
    positive = truth[order].astype(np.float64)

    def statistic(weights: Weights) -> Figures:
        ordered = weights[:, order]
        positives = np.add.reduceat(ordered * positive, starts, axis=1)
        negatives = np.add.reduceat(ordered * (1 - positive), starts, axis=1)
        below = np.cumsum(negatives, axis=1) - negatives
        right = (positives * (below + negatives / 2)).sum(axis=1)
        return _ratio(right, positives.sum(axis=1) * negatives.sum(axis=1))

    return statistic


def weighted_average_precision(truth: Truth, scores: Scores) -> WeightedStatistic:
    """Average precision; see `consentry.training.measures.metrics.average_precision`."""
    order = np.argsort(-scores, kind="stable")
    starts = _starts_of_ties(scores[order])
    positive = truth[order].astype(np.float64)

    def statistic(weights: Weights) -> Figures:
        ordered = weights[:, order]
        gained = np.add.reduceat(ordered * positive, starts, axis=1)
        called = np.cumsum(np.add.reduceat(ordered, starts, axis=1), axis=1)
        found = np.cumsum(gained, axis=1)
        precision = np.divide(found, called, out=np.zeros_like(found), where=called > 0)
        return _ratio((gained * precision).sum(axis=1), found[:, -1])

    return statistic


def weighted_balanced_accuracy(truth: Truth, scores: Scores, threshold: float) -> WeightedStatistic:
    """Mean of sensitivity and specificity, positive being ``scores >= threshold``."""
    called = scores >= threshold
    sensitivity = weighted_share(called, among=truth)
    specificity = weighted_share(~called, among=~truth)
    return lambda weights: (sensitivity(weights) + specificity(weights)) / 2


def weighted_share(what: Truth, *, among: Truth) -> WeightedStatistic:
    """The share of ``what`` among the rows where ``among`` holds; NaN where no such row was drawn."""
    both, whole = (what & among).astype(np.float64), among.astype(np.float64)
    return lambda weights: _ratio(weights @ both, weights @ whole)


def weighted_mean(values: Scores) -> WeightedStatistic:
    """The mean of a value a row, such as a squared error."""
    return lambda weights: _ratio(weights @ values, weights.sum(axis=1))


def weighted_brier(truth: Truth, probabilities: Scores) -> WeightedStatistic:
    """Brier score: the mean squared distance of stated probability and outcome."""
    return weighted_mean((probabilities - truth) ** 2)


def weighted_ece(truth: Truth, probabilities: Scores, *, bins: int = ECE_BINS) -> WeightedStatistic:
    """Expected calibration error; see `consentry.training.measures.metrics.expected_calibration_error`.

    The bootstrap puts its interval too high: every draw adds its own noise to each bin, and the error is a sum of
    absolute values. It is a careful interval, not an optimistic one.
    """
    members = np.zeros((len(truth), bins))
    members[np.arange(len(truth)), calibration_bins(probabilities, bins)] = probabilities - truth
    return lambda weights: _ratio(np.abs(weights @ members).sum(axis=1), weights.sum(axis=1))


def weighted_aurc(wrong: Truth, confidence: Scores) -> WeightedStatistic:
    """Area under the risk-coverage curve (Geifman and El-Yaniv 2017): mean error over all coverages, lower is better.

    Args:
        wrong: Whether the yes or no said of a row is wrong.
        confidence: What rows are kept by; those of the lowest are given up first.
    """
    order = np.argsort(-confidence, kind="stable")
    starts = _starts_of_ties(confidence[order])
    error = wrong[order].astype(np.float64)

    def statistic(weights: Weights) -> Figures:
        ordered = weights[:, order]
        added = np.add.reduceat(ordered, starts, axis=1)
        kept = np.cumsum(added, axis=1)
        errors = np.cumsum(np.add.reduceat(ordered * error, starts, axis=1), axis=1)
        risk = np.divide(errors, kept, out=np.zeros_like(errors), where=kept > 0)
        return _ratio((added * risk).sum(axis=1), kept[:, -1])

    return statistic


def _starts_of_ties(ordered: Scores) -> NDArray[np.intp]:
    """Where each run of equal values begins."""
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))


def _ratio(above: Figures, below: Figures) -> Figures:
    result: Figures = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
    return result
