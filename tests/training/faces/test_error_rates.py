"""EER and TAR at stated FMRs: by hand, against scikit-learn, and what cannot be said is not said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from consentry.training.faces.bands import rounded
from consentry.training.faces.error_rates import ACCEPTS_ALL, ScoredPairs, equal_error_rate, error_rates, threshold_at
from consentry.training.faces.set_elsewhere import rate_key, set_thresholds, tried
from consentry.training.measures.identity_bootstrap import PersonPairs, draw_persons


def world(persons: int = 120, spread: float = 0.45, seed: int = 0) -> tuple[ScoredPairs, np.ndarray]:
    """All pairs of two pictures a person, from clusters."""
    generator = np.random.default_rng(seed)
    who = np.repeat(np.arange(persons, dtype=np.int32), 2)
    vectors = generator.normal(size=(persons, 16))[who] + spread * generator.normal(size=(2 * persons, 16))
    i, j = np.triu_indices(2 * persons, 1)
    distances = np.linalg.norm(vectors[i] - vectors[j], axis=1)
    return ScoredPairs(distances, who[i] == who[j], PersonPairs(who[i], who[j])), draw_persons(persons, repetitions=200)


def test_figures_are_those_of_scikit_learn() -> None:
    pairs, draws = world()
    rates = error_rates(pairs, draws)
    false_matches, accepted, _ = roc_curve(pairs.same, -pairs.distances, drop_intermediate=False)
    for rate, found in rates.at.items():
        if found is not None:
            assert found.true_accept_rate.estimate == accepted[false_matches <= rate].max()
            assert (pairs.impostors.distances <= found.threshold.estimate).mean() <= rate
    best = np.argmin(np.abs(false_matches - (1 - accepted)))
    assert rates.eer is not None
    assert rates.eer.estimate == pytest.approx((false_matches[best] + 1 - accepted[best]) / 2)


def test_intervals_hold_the_estimate_and_grow_with_doubt() -> None:
    pairs, draws = world()
    rates = error_rates(pairs, draws)
    fine, finer = rates.at[0.01], rates.at[0.001]
    assert rates.eer is not None
    assert fine is not None
    assert finer is not None
    for interval in (rates.eer, fine.threshold, fine.true_accept_rate, finer.threshold, finer.true_accept_rate):
        assert interval.low <= interval.estimate <= interval.high
        assert interval.high > interval.low
    assert finer.threshold.high - finer.threshold.low > fine.threshold.high - fine.threshold.low
    for false_match, true_accept, low, high in rates.curve:
        assert 0 <= false_match <= 1
        assert low - 0.05 <= true_accept <= high + 0.05
    assert [point[0] for point in rates.curve] == sorted(point[0] for point in rates.curve)


def test_too_few_impostors_give_no_rate() -> None:
    """28,560 impostor pairs can speak of 0.001, and not of 0.0001."""
    pairs, draws = world()
    rates = error_rates(pairs, draws)
    assert (rates.genuine, rates.impostors) == (120, 28560)
    assert rates.at[0.001] is not None
    assert rates.at[0.0001] is None


@pytest.mark.parametrize("same", [True, False])
def test_pairs_of_one_kind_have_no_rates(same: bool) -> None:
    pairs, draws = world()
    rates = error_rates(pairs.where(pairs.same == same), draws)
    assert rates.eer is None
    assert set(rates.at.values()) == {None}
    assert rates.curve == ()


def test_a_face_that_was_not_found_is_a_false_non_match_and_a_correct_rejection() -> None:
    distances = np.array([0.1, np.inf, 0.9, np.inf])
    same = np.array([True, True, False, False])
    who = np.array([0, 1, 2, 3], np.int32)
    rates = error_rates(ScoredPairs(distances, same, PersonPairs(who, np.where(same, who, 0).astype(np.int32))),
                        draw_persons(4), rates=(0.5, 0.001))  # fmt: skip
    assert rates.eer is not None
    assert rates.eer.estimate == 0.5
    everyone_found = equal_error_rate(np.array([0.1, 0.2]), np.array([0.9, 1.0]))
    nobody_found = equal_error_rate(np.array([np.inf]), np.array([np.inf]))
    assert (everyone_found, nobody_found) == (0.0, 0.5)
    for rate in (0.5, 1.0):
        assert threshold_at(np.array([0.9, np.inf]), rate) == ACCEPTS_ALL < np.inf
    assert rounded(ACCEPTS_ALL) is rounded(np.inf) is rounded(np.nan) is None
    assert threshold_at(np.array([0.9, np.inf]), 0.1) < 0.9


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=30),
    st.lists(st.floats(0, 1), min_size=1, max_size=30),
)
def test_the_equal_error_rate_is_a_rate(genuine: list[float], impostors: list[float]) -> None:
    found = equal_error_rate(np.sort(genuine), np.sort(impostors))
    assert 0 <= found <= 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.floats(0.001, 1))
def test_no_more_impostors_are_let_in_than_stated(impostors: list[float], rate: float) -> None:
    ordered = np.sort(impostors)
    assert (ordered <= threshold_at(ordered, rate)).mean() <= rate + 1e-9


def test_thresholds_of_other_pairs_are_tried_here() -> None:
    there, _ = world(seed=1)
    here, draws = world(seed=2)
    thresholds = set_thresholds(there)
    assert thresholds[0.0001] is None
    found = tried(thresholds, here, draws)
    assert found["0.0001"] is None
    assert found["0.01"]["set_on_impostors"] == 28560
    assert found["0.01"]["false_match_rate"] == pytest.approx(0.01, abs=0.005)
    assert found["0.01"]["true_accept_rate"] > found["0.001"]["true_accept_rate"]
    assert [rate_key(rate) for rate in (0.01, 0.001, 0.0001)] == ["0.01", "0.001", "0.0001"]
