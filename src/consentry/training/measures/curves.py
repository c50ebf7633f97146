"""The curves of a two-class score: reliability, ROC, precision and recall, risk and coverage; thinned for drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.training.measures.intervals import score_interval
from consentry.training.measures.metrics import ECE_BINS, Scores, Truth, calibration_bins

Points = tuple[tuple[float, float], ...]
_MOST_POINTS: Final = 160


@dataclass(frozen=True)
class ReliabilityBin:
    """The rows whose probability falls into one of the bins of equal width.

    Attributes:
        stated: Their mean probability.
        observed: Their share of positives, with the ends of its 95 % interval (Wilson).
        n: How many they are.
    """

    stated: float
    observed: float
    low: float
    high: float
    n: int


def reliability(truth: Truth, probabilities: Scores, *, bins: int = ECE_BINS) -> tuple[ReliabilityBin, ...]:
    """What a reliability diagram shows: stated against observed, for every bin that has rows."""
    index = calibration_bins(probabilities, bins)
    found = []
    for number in range(bins):
        inside = index == number
        if inside.any():
            interval = score_interval(int(truth[inside].sum()), int(inside.sum()))
            found.append(
                ReliabilityBin(
                    float(probabilities[inside].mean()),
                    interval.estimate,
                    interval.low,
                    interval.high,
                    int(inside.sum()),
                )
            )
    return tuple(found)


def roc_curve(truth: Truth, scores: Scores) -> Points:
    """False-alarm rate and recall, a point for each threshold; empty where one class is missing."""
    if truth.all() or not truth.any():
        return ()
    ordered, last = _ordered(scores, truth)
    found = np.cumsum(ordered)[last] / truth.sum()
    alarms = np.cumsum(~ordered)[last] / (~truth).sum()
    return ((0.0, 0.0), *_points(alarms, found))


def precision_recall_curve(truth: Truth, scores: Scores) -> Points:
    """Recall and precision, a point for each threshold; empty where no row is positive."""
    if not truth.any():
        return ()
    ordered, last = _ordered(scores, truth)
    found = np.cumsum(ordered)[last]
    return _points(found / truth.sum(), found / (last + 1))


def risk_coverage_curve(wrong: Truth, confidence: Scores) -> Points:
    """Share of the rows kept, and share of wrong answers among them; the least certain rows are given up first."""
    if not len(wrong):
        return ()
    ordered, last = _ordered(confidence, wrong)
    return _points((last + 1) / len(wrong), np.cumsum(ordered)[last] / (last + 1))


def _ordered(scores: Scores, values: Truth) -> tuple[Truth, NDArray[np.intp]]:
    """The values by descending score, and where each run of equal scores ends."""
    order = np.argsort(-scores, kind="stable")
    return values[order], np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)


def _points(across: NDArray[np.float64], up: NDArray[np.float64]) -> Points:
    kept = np.unique(np.linspace(0, len(across) - 1, _MOST_POINTS).round().astype(np.intp))
    return tuple((float(x), float(y)) for x, y in zip(across[kept], up[kept], strict=True))
