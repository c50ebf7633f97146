"""Accuracy of a list of pairs by cross-validation, as LFW's protocol has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consentry.training.faces.bands import rounded, with_ends
from consentry.training.faces.error_rates import ScoredPairs
from consentry.training.faces.thresholds import accuracy, best_threshold
from consentry.training.measures.identity_bootstrap import Draws, share_interval
from consentry.training.measures.intervals import Interval


@dataclass(frozen=True)
class Fold:
    """One fold, judged by a threshold that was chosen on all others.

    Attributes:
        pairs: How many it has.
        threshold: Largest distance that is called one person.
        accuracy: Share of its pairs that are called right.
    """

    pairs: int
    threshold: float
    accuracy: float


@dataclass(frozen=True)
class CrossValidated:
    """Accuracy over folds.

    Attributes:
        folds: In their order; empty if the pairs allow none.
        accuracy: Mean over folds, as LFW's protocol has it, with an interval that draws persons.
    """

    folds: tuple[Fold, ...]
    accuracy: Interval | None

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the folds' accuracies, with n - 1."""
        return float(np.std([fold.accuracy for fold in self.folds], ddof=1)) if len(self.folds) > 1 else None

    def as_dict(self) -> dict[str, Any]:
        """``accuracy`` with its ends, ``accuracy_std``, ``accuracy_standard_error``, and the folds."""
        deviation = self.deviation
        return {
            **with_ends("accuracy", self.accuracy, 4),
            "accuracy_std": rounded(deviation, 4),
            "accuracy_standard_error": rounded(None if deviation is None else deviation / len(self.folds) ** 0.5, 4),
            "folds": [
                {"pairs": fold.pairs, "threshold": rounded(fold.threshold, 4), "accuracy": rounded(fold.accuracy, 4)}
                for fold in self.folds
            ],
        }


def cross_validated(pairs: ScoredPairs, folds: NDArray[np.int32], draws: Draws) -> CrossValidated:
    """Choose the threshold on all folds but one, apply it to that one, and so on (Huang et al. 2007).

    Pairs in which a face was not found are called two persons.

    Args:
        pairs: As listed.
        folds: (P,) number of the fold of each.
        draws: Of the persons.

    Returns:
        Without folds if there is one fold only, or if some choice would have to be made on pairs of one kind.
    """
    found = []
    right = np.zeros(len(pairs), np.bool_)
    numbers = np.unique(folds)
    for number in numbers:
        inside = folds == number
        others = pairs.where(~inside)
        if not others.same.any() or others.same.all():
            return CrossValidated((), None)
        threshold = best_threshold(others.distances, others.same)
        own = pairs.where(inside)
        right[inside] = (own.distances <= threshold) == own.same
        found.append(Fold(len(own), threshold, accuracy(own.distances, own.same, threshold)))
    mean = float(np.mean([fold.accuracy for fold in found]))
    drawn = share_interval(draws, pairs.persons, right)
    interval = None if drawn is None else Interval(mean, min(mean, drawn.low), max(mean, drawn.high), drawn.level)
    return CrossValidated(tuple(found), interval)
