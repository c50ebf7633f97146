"""Figures that others have published, made again with our metric code: a check against the outside world.

Seven networks of Tonge and Caragea (2018, 2020) judged the test pictures of PicAlert's five splits as private or
public; their probabilities are public. Whoever computes AUC and accuracy from them must get what they got.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from consentry.training.errors import TrainingError
from consentry.training.measures.metrics import area_under_curve, average_precision, expected_calibration_error

_FIXED: Final = ("Filename", "privacy", "split")
_THRESHOLD: Final = 0.5
_POSITIVE: Final = "private"
_WORDS: Final = ("private", "public")


@dataclass(frozen=True)
class PublishedNetwork:
    """One network.

    Attributes:
        name: Of its column.
        splits: By split, the figures: ``n``, ``positives``, ``auc``, ``average_precision``, ``accuracy`` (at 0.5) and
            ``ece``.
    """

    name: str
    splits: Mapping[str, Mapping[str, float]]

    def span(self, figure: str) -> tuple[float, float]:
        """The lowest and the highest value of a figure over the splits."""
        values = [figures[figure] for figures in self.splits.values()]
        return min(values), max(values)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        spans = {figure: list(self.span(figure)) for figure in ("auc", "accuracy", "average_precision", "ece")}
        return {"network": self.name, **spans, "splits": {name: dict(found) for name, found in self.splits.items()}}


def published_networks(path: Path) -> list[PublishedNetwork]:
    """Figures of every network in a file of published probabilities.

    Args:
        path: A CSV file with the columns ``Filename``, ``privacy`` (private or public), ``split``, and one column a
            network with P(private), empty where it was not published.

    Raises:
        TrainingError: ``training.manifest`` if the file is not like that.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        return _networks(rows)
    except (OSError, ValueError, csv.Error) as error:
        raise TrainingError(
            f"{path} is no file of published probabilities: {error}.",
            "Give a CSV file with Filename, privacy, split, and a column of P(private) for each network.",
            code="training.manifest",
        ) from error


def _networks(rows: list[dict[str, str]]) -> list[PublishedNetwork]:
    names = [name for name in (rows[0] if rows else {}) if name not in _FIXED]
    if not names or not set(_FIXED) <= set(rows[0]):
        raise ValueError(f"it lacks rows, networks or one of the columns {', '.join(_FIXED)}")
    odd = {row["privacy"] for row in rows} - set(_WORDS)
    if odd:
        raise ValueError(f"it calls a picture {min(odd)!r}")
    return [PublishedNetwork(name, _by_split(rows, name)) for name in names]


def _by_split(rows: list[dict[str, str]], network: str) -> dict[str, dict[str, float]]:
    by_split: dict[str, list[tuple[bool, float]]] = {}
    for row in rows:
        if row[network]:
            by_split.setdefault(row["split"], []).append((row["privacy"] == _POSITIVE, float(row[network])))
    found = {}
    for split, pairs in sorted(by_split.items()):
        truth = np.array([is_private for is_private, _ in pairs], dtype=np.bool_)
        scores = np.array([score for _, score in pairs], dtype=np.float64)
        if not ((scores >= 0) & (scores <= 1)).all():
            raise ValueError(f"{network} has probabilities outside of 0 to 1")
        found[split] = {
            "n": len(truth),
            "positives": int(truth.sum()),
            "auc": round(area_under_curve(truth, scores), 4),
            "average_precision": round(average_precision(truth, scores), 4),
            "accuracy": round(float(((scores >= _THRESHOLD) == truth).mean()), 4),
            "ece": round(expected_calibration_error(truth, scores), 4),
        }
    if not found:
        raise ValueError(f"{network} has no probabilities")
    return found
