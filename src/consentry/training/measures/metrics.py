"""Figures of two-class scores, on plain arrays.

Only numpy, so that an evaluation runs on the core install, where there is no scikit-learn; the tests compare every
figure that scikit-learn has too. `training.measures.weighted_metrics` has them over many bootstrap draws at once.

In all of them ``truth`` is boolean, ``scores`` are floats of the same length, higher meaning more positive.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Truth = NDArray[np.bool_]
Scores = NDArray[np.float64]

ECE_BINS = 15


def area_under_curve(truth: Truth, scores: Scores) -> float:
    """Area under the ROC curve: the share of (positive, negative) pairs in the right order, ties counting half.

    NaN where one class is missing.

    Example:
        >>> area_under_curve(np.array([True, True, False]), np.array([0.9, 0.4, 0.5]))
        0.5
    """
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle_rank = np.cumsum(counts) - (counts - 1) / 2
    ranks = middle_rank[inverse]
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(truth: Truth, scores: Scores) -> float:
    """Average precision as in scikit-learn: precision summed over the steps of recall; NaN if none is positive."""
    if not truth.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last_of_tie = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    true_positives = np.cumsum(truth[order])[last_of_tie]
    precision = true_positives / (last_of_tie + 1)
    recall = true_positives / truth.sum()
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def balanced_accuracy(truth: Truth, scores: Scores, threshold: float) -> float:
    """Mean of sensitivity and specificity, positive being ``scores >= threshold``. NaN where one class is missing."""
    if truth.all() or not truth.any():
        return float("nan")
    called = scores >= threshold
    return float((called[truth].mean() + (~called[~truth]).mean()) / 2)


def expected_calibration_error(truth: Truth, probabilities: Scores, *, bins: int = ECE_BINS) -> float:
    """ECE of the positive class: mean distance of stated probability and observed share over bins of equal width.

    Source: Naeini et al. 2015, on the probability of the positive class (not of the class called).
    """
    index = calibration_bins(probabilities, bins)
    stated = np.bincount(index, weights=probabilities, minlength=bins)
    observed = np.bincount(index, weights=truth.astype(np.float64), minlength=bins)
    return float(np.abs(stated - observed).sum() / len(truth))


def calibration_bins(probabilities: Scores, bins: int = ECE_BINS) -> NDArray[np.intp]:
    """The bin of equal width that each probability falls into, 0 to ``bins - 1``."""
    return np.minimum((probabilities * bins).astype(np.intp), bins - 1)


def log_count_error(counts: Scores, expected: Scores) -> Scores:
    """How far off counts are, a row: ``|log10(count + 1) - log10(expected + 1)|``; 0.3 is a factor of two."""
    off: Scores = np.abs(np.log10(counts + 1) - np.log10(expected + 1))
    return off


def log_loss(truth: Truth, log_odds: Scores) -> float:
    """Mean negative log-likelihood in nats, from log-odds (stable for large ones)."""
    signed = np.where(truth, log_odds, -log_odds)
    return float(np.mean(np.logaddexp(0.0, -signed)))
