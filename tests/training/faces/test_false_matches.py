"""The table of rates at which strangers come near: never more often than it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.training.faces.false_matches import RATES, false_match_table
from consentry.training.measures.intervals import binomial_interval


def strangers(count: int, seed: int) -> np.ndarray:
    return np.sort(np.random.default_rng(seed).normal(0.8, 0.1, count))


@settings(max_examples=20)
@given(st.integers(200, 50_000), st.integers(0, 100))
def test_rates_are_upper_bounds_of_what_was_seen(count: int, seed: int) -> None:
    impostor = strangers(count, seed)
    table = false_match_table(impostor)
    distances, rates = zip(*table, strict=True)
    assert list(distances) == sorted(set(distances))
    assert list(rates) == sorted(set(rates))
    assert set(rates) <= {float(f"{rate:.0e}") for rate in RATES}
    for distance, rate in table:
        seen = int((impostor <= distance).sum())
        assert binomial_interval(seen, count, level=0.9).high <= rate * (1 + 1e-9)


def test_rates_that_so_few_pairs_cannot_show_are_left_out() -> None:
    assert false_match_table(strangers(1000, 0))[0][1] == 0.005  # none of 1000: under 0.3 % with 95 % confidence
    assert false_match_table(strangers(20, 0))[0][1] >= 0.1


def test_the_bound_holds_for_strangers_who_were_not_seen() -> None:
    table = false_match_table(strangers(20_000, 1))
    others = strangers(2_000_000, 2)
    for distance, rate in table:
        assert np.mean(others <= distance) <= 1.3 * rate


def test_equal_distances_keep_the_smaller_rate() -> None:
    table = false_match_table(np.repeat([0.5, 0.9], [500, 99_500]))
    assert table[0] == [pytest.approx(0.4999), 5e-05]
    assert len({row[0] for row in table}) == len(table)
