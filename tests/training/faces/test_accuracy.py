"""Accuracy by cross-validation."""

from __future__ import annotations

import numpy as np
import pytest

from consentry.training.faces.accuracy import cross_validated
from consentry.training.faces.error_rates import ScoredPairs
from consentry.training.measures.identity_bootstrap import PersonPairs, draw_persons


def test_the_threshold_of_a_fold_is_chosen_on_the_others() -> None:
    """In the last fold the classes lie elsewhere: a threshold chosen there would be perfect, others are not."""
    distances = np.array([0.1, 0.9] * 9 + [0.6, 0.95])
    same = np.array([True, False] * 9 + [True, False])
    who = np.arange(20, dtype=np.int32)
    pairs = ScoredPairs(distances, same, PersonPairs(who, np.where(same, who, 0).astype(np.int32)))
    found = cross_validated(pairs, np.repeat(np.arange(10), 2).astype(np.int32), draw_persons(20))
    assert [fold.accuracy for fold in found.folds] == [1.0] * 9 + [0.5]
    assert found.accuracy is not None
    assert found.accuracy.estimate == pytest.approx(0.95)
    assert found.deviation == pytest.approx(np.std([1.0] * 9 + [0.5], ddof=1))
    assert found.as_dict()["accuracy_standard_error"] == pytest.approx(0.05, abs=1e-4)
    nothing = cross_validated(pairs, np.zeros(20, np.int32), draw_persons(20))
    assert (nothing.folds, nothing.accuracy, nothing.deviation) == ((), None, None)
