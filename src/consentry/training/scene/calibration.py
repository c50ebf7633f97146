"""Calibration of a head on validation rows, with its uncertainty, and the thresholds of its bands.

The map is logistic in the logit. Its two forms, `platt` (slope and intercept; Platt 1999, with his smoothed targets,
which keep it finite where the classes do not overlap) and `temperature` (slope alone; Guo et al. 2017), are compared
by cross-validated log loss over whole groups, and the better one is fitted on all rows. Isotonic regression was tried
too; ``docs/training.md`` has the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from consentry.training.errors import TrainingError
from consentry.training.measures.intervals import binomial_bounds
from consentry.training.measures.metrics import Truth, balanced_accuracy, log_loss

Values = NDArray[np.float64]
Method = Literal["platt", "temperature"]
METHODS: tuple[Method, ...] = ("platt", "temperature")

_FOLDS = 5
_GRID_POINTS = 41
_HIGH_THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
_STEPS = 100
_LONGEST_STEP = 2.0


@dataclass(frozen=True)
class LogisticMap:
    """``log_odds = slope * logit + intercept``."""

    slope: float
    intercept: float

    def log_odds(self, logits: Values) -> Values:
        """Calibrated log-odds."""
        return self.slope * logits + self.intercept

    def probabilities(self, logits: Values) -> Values:
        """Calibrated probabilities."""
        result: Values = 0.5 * (1.0 + np.tanh(0.5 * self.log_odds(logits)))
        return result


def fit_logistic_map(logits: Values, truth: Truth, *, method: Method = "platt") -> LogisticMap:
    """Fit the map by Newton's method on Platt's smoothed targets.

    Args:
        logits: Shape (n,).
        truth: Shape (n,).
        method: ``temperature`` keeps the intercept at 0.
    """
    positives = int(truth.sum())
    negatives = len(truth) - positives
    targets = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    # In units of the spread, so that one limit on the steps fits logits of any scale.
    spread = float(np.abs(logits).mean()) or 1.0
    design = np.stack([logits / spread, np.ones_like(logits)], axis=1)[:, : 2 if method == "platt" else 1]
    parameters = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        probabilities = 0.5 * (1.0 + np.tanh(0.5 * (design @ parameters)))
        gradient = design.T @ (targets - probabilities)
        curvature = (design * (probabilities * (1 - probabilities))[:, None]).T @ design
        step = np.linalg.solve(curvature + 1e-9 * len(logits) * np.eye(len(parameters)), gradient)
        step *= min(1.0, _LONGEST_STEP / max(1e-12, float(np.abs(step).max())))  # Newton can overshoot far away
        parameters = parameters + step
        if np.abs(step).max() < 1e-10:
            break
    return LogisticMap(float(parameters[0]) / spread, float(parameters[1]) if method == "platt" else 0.0)


def cross_validated_log_loss(logits: Values, truth: Truth, groups: Sequence[str], *, method: Method) -> float:
    """Log loss of maps fitted without the group that they are tried on, over five folds of whole groups."""
    folds = np.array([int(sha256(group.encode()).hexdigest()[:8], 16) % _FOLDS for group in groups])
    log_odds = np.empty_like(logits)
    for fold in range(_FOLDS):
        inside = folds == fold
        log_odds[inside] = fit_logistic_map(logits[~inside], truth[~inside], method=method).log_odds(logits[inside])
    return log_loss(truth, log_odds)


@dataclass(frozen=True)
class Bands:
    """Thresholds of one head, on calibrated probabilities, and what the validation rows say of them.

    Attributes:
        low: Below it the band is ``low``.
        high: From it on the band is ``high``.
        decision: Where a single yes or no has to be said.
        evidence: For ``model.json``: counts and exact one-sided bounds.
    """

    low: float
    high: float
    decision: float
    evidence: dict[str, Any]


def choose_bands(
    truth: Truth,
    probabilities: Values,
    *,
    precision: float,
    misses: float,
    confidence: float,
    too_few: Literal["abstain", "probability"] = "abstain",
    unseen: Sequence[tuple[Truth, Values]] = (),
) -> Bands:
    """Choose the thresholds.

    ``high`` is the lowest of ten thresholds (0.50, 0.55, ... 0.95) at which precision is at least ``precision`` by an
    exact binomial bound, the confidence shared out among the ten (Bonferroni); 1 if there is none. ``low`` is the
    highest hundredth at which the share of positives below is at most ``misses`` by an exact binomial bound: a fixed
    sequence of tests from 0 upwards that stops at the first that fails, which needs no correction. Both are
    Learn-then-Test procedures (Angelopoulos et al. 2021, sections 2.2 and 2.3). The bounds take rows as independent;
    frames of one video are not quite. Where the two cross, nothing has to be abstained from by this rule, and both go
    to their middle. ``decision`` lies between them, where the mean of the balanced accuracies on the validation rows
    and on each unseen source is best: what is best for known sources alone is too high or too low for others.

    Args:
        truth: Validation rows.
        probabilities: Calibrated.
        precision: For ``high``, 0-1. It holds at the share of positives among these rows.
        misses: For ``low``, 0-1.
        confidence: Of each bound, 0-1.
        too_few: What becomes of a band for which there are so few positives that not even rows without a mistake
            would do (about 60 with the usual settings): ``abstain`` leaves it empty; ``probability`` goes by the
            calibrated probability alone, from ``precision`` on and below ``misses``, and guarantees nothing.
        unseen: Truth and probabilities of each source that was predicted by a model that had not seen it.
    """
    grid = np.round(np.arange(1, 100) / 100, 2)
    shared = 1 - (1 - confidence) / len(_HIGH_THRESHOLDS)
    high = 1.0
    for threshold in _HIGH_THRESHOLDS:
        called = probabilities >= threshold
        if binomial_bounds(int((called & truth).sum()), int(called.sum()), level=shared)[0] >= precision:
            high = threshold
            break
    low = 0.0
    positives = int(truth.sum())
    for threshold in grid:
        missed = int((truth & (probabilities < threshold)).sum())
        if binomial_bounds(missed, positives, level=confidence)[1] > misses:
            break
        low = float(threshold)
    promised = {
        "high": binomial_bounds(positives, positives, level=shared)[0] >= precision,
        "low": binomial_bounds(0, positives, level=confidence)[1] <= misses,
    }
    if too_few == "probability":
        high = high if promised["high"] else precision
        low = low if promised["low"] else misses
    crossed = low > high
    if crossed:
        low = high = round((low + high) / 2, 2)
    allowed = grid[(grid >= low) & (grid <= high)]
    accuracies = np.array(
        [
            np.mean([balanced_accuracy(*rows, threshold) for rows in ((truth, probabilities), *unseen)])
            for threshold in allowed
        ]
    )
    best = allowed[accuracies >= accuracies.max(initial=0.0) - 0.001]
    called = probabilities >= high
    correct, count = int((called & truth).sum()), int(called.sum())
    missed = int((truth & (probabilities < low)).sum())
    few = {band: {} if promised[band] or too_few == "abstain" else {"guaranteed": False} for band in promised}
    return Bands(
        low=low,
        high=high,
        decision=round(float(np.median(best)) if best.size else low, 2),
        evidence={
            "confidence": confidence,
            "crossed": crossed,
            "high": {
                "target_precision": precision,
                "called": count,
                "correct": correct,
                "precision_at_least": round(binomial_bounds(correct, count, level=shared)[0], 4),
                **few["high"],
            },
            "decision": {
                "mean_balanced_accuracy": round(float(accuracies.max(initial=0.0)), 4),
                "unseen_sources": len(unseen),
            },
            "low": {
                "target_misses": misses,
                "positives": positives,
                "missed": missed,
                "misses_at_most": round(binomial_bounds(missed, positives, level=confidence)[1], 4),
                **few["low"],
            },
            "uncertain_share": round(float(((probabilities >= low) & ~called).mean()), 4),
        },
    )


def calibrate(
    logits: Values, truth: Truth, groups: Sequence[str], *, repetitions: int, seed: int
) -> tuple[LogisticMap, dict[str, Any]]:
    """Fit the calibration of one head.

    Args:
        logits: Of the validation rows.
        truth: Of the same rows.
        groups: Of the same rows; rows of one group are resampled and cross-validated together.
        repetitions: Bootstrap repetitions of the interval.
        seed: Of the bootstrap.

    Returns:
        The map, and its part of ``model.json``: the map, the interval's offsets in log-odds at a grid of logits, and
        the cross-validated log loss of each method.

    Raises:
        TrainingError: ``training.labels`` if the head ranks the validation rows the wrong way round.
    """
    losses = {method: cross_validated_log_loss(logits, truth, groups, method=method) for method in METHODS}
    method = min(METHODS, key=lambda name: losses[name])
    fitted = fit_logistic_map(logits, truth, method=method)
    if fitted.slope <= 0:
        raise TrainingError(
            "The head ranks the validation pictures the wrong way round.",
            "Check that the contexts mean the same in the training and the validation split.",
            code="training.labels",
        )
    points: Values = np.unique(np.round(np.linspace(logits.min(), logits.max(), _GRID_POINTS, dtype=np.float64), 3))
    generator = np.random.default_rng(seed)
    _, index = np.unique(np.asarray(groups), return_inverse=True)
    members = np.split(np.argsort(index, kind="stable"), np.cumsum(np.bincount(index))[:-1])
    draws = []
    for _ in range(repetitions):
        rows = np.concatenate([members[chosen] for chosen in generator.integers(0, len(members), len(members))])
        draws.append(fit_logistic_map(logits[rows], truth[rows], method=method).log_odds(points))
    low, high = np.quantile(np.stack(draws), [0.025, 0.975], axis=0) - fitted.log_odds(points)
    return fitted, {
        "method": method,
        "slope": round(fitted.slope, 6),
        "intercept": round(fitted.intercept, 6),
        "interval": {
            "level": 0.95,
            "logits": [float(point) for point in points],
            "low_offsets": [round(min(0.0, float(value)), 4) for value in low],
            "high_offsets": [round(max(0.0, float(value)), 4) for value in high],
        },
        "cross_validated_log_loss": {name: round(loss, 5) for name, loss in losses.items()},
    }
