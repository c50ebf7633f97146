"""Intervals that draw persons: totals are right by any way of summing, and intervals hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.training.measures import identity_bootstrap
from consentry.training.measures.identity_bootstrap import (
    PersonPairs,
    draw_persons,
    share_draws,
    share_interval,
    upper_bound,
)


def pairs_of(edges: list[tuple[int, int]]) -> PersonPairs:
    return PersonPairs(np.array([a for a, _ in edges], np.int32), np.array([b for _, b in edges], np.int32))


def test_persons_count_twice_or_not_at_all() -> None:
    draws = draw_persons(200, repetitions=50, seed=1)
    assert set(np.unique(draws).tolist()) == {0.0, 2.0}
    assert draws.mean() == pytest.approx(1.0, abs=0.05)
    assert np.array_equal(draws, draw_persons(200, repetitions=50, seed=1))
    assert not np.array_equal(draws, draw_persons(200, repetitions=50, seed=2))


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=40), st.booleans())
def test_totals_are_the_same_one_by_one_and_as_a_quadratic_form(edges: list[tuple[int, int]], valued: bool) -> None:
    pairs, draws = pairs_of(edges), draw_persons(7, repetitions=20)
    values = np.arange(len(edges), dtype=np.float64) if valued else None
    expected = [
        sum((draw[a] if a == b else draw[a] * draw[b]) * (index if valued else 1) for index, (a, b) in enumerate(edges))
        for draw in draws
    ]
    assert pairs.totals(draws, values) == pytest.approx(np.array(expected))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity_bootstrap, "_FEW", 0)
        patch.setattr(identity_bootstrap, "_CELLS", 14)  # several blocks
        assert pairs.totals(draws, values) == pytest.approx(np.array(expected))


def test_a_genuine_pair_counts_as_often_as_its_person() -> None:
    draws = draw_persons(3, repetitions=10)
    assert np.array_equal(pairs_of([(1, 1)]).weights(draws)[:, 0], draws[:, 1])
    assert np.array_equal(pairs_of([(0, 2)]).weights(draws)[:, 0], draws[:, 0] * draws[:, 2])


def test_shares_are_undefined_where_nothing_was_drawn() -> None:
    draws = np.array([[0, 0], [2, 2]], np.float32)
    share = share_draws(draws, pairs_of([(0, 0), (1, 1)]), np.array([True, False]))
    assert np.isnan(share[0])
    assert share[1] == 0.5


def test_an_error_that_was_not_seen_has_the_interval_of_wilson() -> None:
    pairs = pairs_of([(person, person) for person in range(100)])
    draws = draw_persons(100)
    found = share_interval(draws, pairs, np.zeros(100, np.bool_))
    assert found is not None
    assert (found.estimate, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.037, abs=0.001)
    bound = upper_bound(draws, pairs, np.zeros(100, np.bool_))
    assert bound is not None
    assert 0.02 < bound < found.high
    assert share_interval(draws, pairs_of([]), np.zeros(0, np.bool_)) is None
    assert upper_bound(draws, pairs_of([]), np.zeros(0, np.bool_)) is None


def test_pairs_of_few_persons_are_surer_of_nothing() -> None:
    """A thousand pairs of ten persons say less than a thousand pairs of a thousand persons."""
    wrong = np.arange(1000) % 10 == 0
    many = share_interval(draw_persons(1000), pairs_of([(p, p) for p in range(1000)]), wrong)
    few = share_interval(draw_persons(10), pairs_of([(p % 10, p % 10) for p in range(1000)]), wrong)
    assert many is not None
    assert few is not None
    assert few.high - few.low > 5 * (many.high - many.low)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Of 200 worlds of 60 persons whose false match rates differ, at least 90 % have it in their interval."""
    generator = np.random.default_rng(0)
    i, j = np.triu_indices(60, 1)
    pairs = PersonPairs(i.astype(np.int32), j.astype(np.int32))
    held = 0
    for seed in range(200):
        person = generator.beta(2, 18, 60)  # mean 0.1
        wrong = generator.random(len(i)) < (person[i] + person[j]) / 2
        found = share_interval(draw_persons(60, repetitions=300, seed=seed), pairs, wrong)
        assert found is not None
        held += found.low <= 0.1 <= found.high
    assert held >= 180
