"""What becomes of each of the manifest's own classes: which make false events, and which positives are missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from consentry.signals.scene import Calibration
from consentry.signals.scene.scorer import HEADS, SceneHead
from consentry.training.data.evaluation_manifest import EvaluationRow
from consentry.training.measures.intervals import score_interval
from consentry.training.measures.metrics import Scores, Truth
from consentry.training.scene.figures import DIGITS

CLASS_COLUMNS = ("fine", "label")
"""Columns that name a row's own class; where both are there, they are put together."""


@dataclass(frozen=True)
class ClassFigures:
    """One class of the manifest.

    Attributes:
        name: ``fine``, ``label``, or ``fine: label``.
        n: Rows.
        heads: By head: ``positives``, the share that is ``called`` at the shipped threshold, its mean
            ``probability``, the share that is ``wrong``, and the interval of that.
    """

    name: str
    n: int
    heads: Mapping[SceneHead, Mapping[str, float]]

    def wrong(self) -> int:
        """Wrong answers, over both heads."""
        return sum(round(self.heads[head]["wrong"] * self.n) for head in HEADS)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"class": self.name, "n": self.n, **{head: dict(self.heads[head]) for head in HEADS}}


def classes_of(
    rows: Sequence[EvaluationRow],
    probabilities: Mapping[SceneHead, Scores],
    truth: Mapping[SceneHead, Truth],
    calibrations: Mapping[SceneHead, Calibration],
) -> tuple[ClassFigures, ...]:
    """The manifest's classes, those with most wrong answers first; none if it has no such column.

    Args:
        rows: Of the manifest.
        probabilities: Calibrated, by head.
        truth: By head.
        calibrations: By head, for the shipped thresholds.
    """
    names = np.array([_name(row) for row in rows])
    found = []
    for name in sorted(set(names.tolist()) - {""}):
        inside = names == name
        heads = {}
        for head in HEADS:
            called = probabilities[head][inside] >= calibrations[head].decision
            wrong = int((called != truth[head][inside]).sum())
            interval = score_interval(wrong, int(inside.sum()))
            heads[head] = {
                "positives": int(truth[head][inside].sum()),
                "called": round(float(called.mean()), DIGITS),
                "probability": round(float(probabilities[head][inside].mean()), DIGITS),
                "wrong": round(interval.estimate, DIGITS),
                "wrong_low": round(interval.low, DIGITS),
                "wrong_high": round(interval.high, DIGITS),
            }
        found.append(ClassFigures(name, int(inside.sum()), heads))
    return tuple(sorted(found, key=lambda figures: (-figures.wrong(), figures.name)))


def _name(row: EvaluationRow) -> str:
    said = [row.columns.get(column, "") for column in CLASS_COLUMNS]
    return ": ".join(dict.fromkeys(word for word in said if word))
