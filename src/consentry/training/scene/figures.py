"""The figures of a scene model on some rows, as they stand in ``metrics.json`` and in the evaluation's JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from consentry.signals.scene import Calibration
from consentry.training.measures.bootstrap import WeightedStatistic, weighted_intervals
from consentry.training.measures.intervals import Interval
from consentry.training.measures.metrics import Scores, Truth, log_count_error
from consentry.training.measures.weighted_metrics import (
    weighted_auc,
    weighted_aurc,
    weighted_average_precision,
    weighted_balanced_accuracy,
    weighted_brier,
    weighted_ece,
    weighted_mean,
    weighted_share,
)
from consentry.training.scene.outputs import CrowdOutput, crowd_level

DIGITS: Final = 4
RANKING: Final = ("auc", "average_precision", "balanced_accuracy", "aurc")
"""Figures that need examples of both kinds."""


def figures_of(
    truth: Truth,
    probabilities: Scores,
    logits: Scores,
    calibration: Calibration,
    *,
    groups: Sequence[str],
    bootstrap: int,
    seed: int,
) -> dict[str, Any]:
    """The figures of one head on some rows.

    Args:
        truth: Of the rows.
        probabilities: Calibrated.
        logits: What the ranking figures go by: probabilities are rounded, logits are not.
        calibration: For the thresholds.
        groups: Rows of one group are drawn together.
        bootstrap: Repetitions.
        seed: Of the bootstrap.

    Returns:
        ``n``, ``positives``; ``auc``, ``average_precision``, ``balanced_accuracy`` (at ``threshold``, the shipped
        one), ``aurc`` (area under the risk-coverage curve), ``brier``, ``ece`` over 15 bins and ``ece_uncalibrated``
        (that of the network's own logits), each with ``_low`` and ``_high`` of its 95 % interval; and ``bands``: how
        many rows fall into each, the share that is not abstained from (``coverage``), the share of wrong answers
        among those (``selective_risk``), the share of positives in ``high`` (``precision``), and the share of all
        positives that lies in ``low`` (``misses``). ``None`` for what is undefined.
    """
    figures: dict[str, Any] = {"n": len(truth), "positives": int(truth.sum()), "threshold": calibration.decision}
    statistics: dict[str, WeightedStatistic] = {}
    if truth.any() and not truth.all():
        wrong = (probabilities >= calibration.decision) != truth
        statistics |= {
            "auc": weighted_auc(truth, logits),
            "average_precision": weighted_average_precision(truth, logits),
            "balanced_accuracy": weighted_balanced_accuracy(truth, probabilities, calibration.decision),
            "aurc": weighted_aurc(wrong, certainty(probabilities, calibration.decision)),
        }
    if len(truth):
        statistics |= {
            "brier": weighted_brier(truth, probabilities),
            "ece": weighted_ece(truth, probabilities),
            "ece_uncalibrated": weighted_ece(truth, uncalibrated(logits)),
        }
    found = intervals_of(statistics, len(truth), groups=groups, bootstrap=bootstrap, seed=seed)
    for name in (*RANKING, "brier", "ece", "ece_uncalibrated"):
        figures |= with_ends(name, found.get(name))
    return figures | {"bands": _bands(truth, probabilities, calibration)}


def certainty(probabilities: Scores, threshold: float) -> Scores:
    """How far a probability is from the threshold of a yes or no, as a share of the way to 0 or 1 on its side."""
    return np.where(
        probabilities >= threshold,
        (probabilities - threshold) / max(1 - threshold, 1e-9),
        (threshold - probabilities) / max(threshold, 1e-9),
    )


def uncalibrated(logits: Scores) -> Scores:
    """The probabilities that the network's logits would be if nothing were calibrated."""
    probabilities: Scores = 0.5 * (1.0 + np.tanh(0.5 * logits))
    return probabilities


def crowd_figures(
    counts: Sequence[float | None],
    expected: Sequence[CrowdOutput | None],
    *,
    groups: Sequence[str],
    bootstrap: int,
    seed: int,
) -> dict[str, Any] | None:
    """The figures of the crowd head on the rows whose number of people is known.

    Args:
        counts: True numbers; ``None`` where they are not known.
        expected: What the model says of the same rows.
        groups: Rows of one group are drawn together.
        bootstrap: Repetitions.
        seed: Of the bootstrap.

    Returns:
        ``n``, ``log_count_error`` (mean of ``|log10(count + 1) - log10(expected + 1)|``) and ``within_one_level``
        (share of pictures whose level is at most one step off), each with its interval; ``None`` where the model
        does not count people or no row has a number.
    """
    pairs = [
        (index, count, output, crowd_level(count))
        for index, (count, output) in enumerate(zip(counts, expected, strict=True))
        if count is not None and output is not None
    ]
    if not pairs:
        return None
    errors = log_count_error(
        np.array([count for _, count, _, _ in pairs]), np.array([output.count for _, _, output, _ in pairs])
    )
    near = np.array([abs(output.level - level) <= 1 for _, _, output, level in pairs])
    found = intervals_of(
        {"log_count_error": weighted_mean(errors), "within_one_level": weighted_share(near, among=np.ones_like(near))},
        len(pairs),
        groups=[groups[index] for index, _, _, _ in pairs],
        bootstrap=bootstrap,
        seed=seed,
    )
    figures: dict[str, Any] = {"n": len(pairs)}
    for name, interval in found.items():
        figures |= with_ends(name, interval)
    return figures


def intervals_of(
    statistics: Mapping[str, WeightedStatistic], count: int, *, groups: Sequence[str], bootstrap: int, seed: int
) -> dict[str, Interval]:
    """`weighted_intervals`, of nothing where there is nothing."""
    if not statistics or not count:
        return {}
    return weighted_intervals(statistics, count, groups=list(groups), repetitions=bootstrap, seed=seed)


def with_ends(name: str, interval: Interval | None) -> dict[str, float | None]:
    """A figure and the ends of its interval under three names, for JSON; ``None`` for what is undefined."""
    ends = (math.nan,) * 3 if interval is None else (interval.estimate, interval.low, interval.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), map(rounded, ends), strict=True))


def rounded(value: float) -> float | None:
    """For a record: 4 decimals, ``None`` for NaN."""
    return None if math.isnan(value) else round(value, DIGITS)


def _bands(truth: Truth, probabilities: Scores, calibration: Calibration) -> dict[str, Any]:
    bands = np.array([calibration.band(float(probability)) for probability in probabilities], dtype=np.str_)
    high, low = bands == "high", bands == "low"
    kept = high | low
    return {
        "high": int(high.sum()),
        "uncertain": int((~kept).sum()),
        "low": int(low.sum()),
        "coverage": _share(kept),
        "selective_risk": _share((high != truth)[kept]),
        "precision": _share(truth[high]),
        "misses": _share(low[truth]),
    }


def _share(values: Truth) -> float | None:
    return rounded(float(values.mean())) if len(values) else None
