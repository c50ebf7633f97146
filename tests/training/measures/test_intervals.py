from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.training.measures.intervals import Interval, binomial_bounds, binomial_interval, score_interval


def test_binomial_interval_agrees_with_published_values() -> None:
    # Clopper-Pearson, 81 of 263: 0.2527-0.3676 (Newcombe 1998, table I, method 5); 0 of 20: 0-0.1684.
    interval = binomial_interval(81, 263)
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2527, 0.3676)
    assert round(binomial_interval(0, 20).high, 4) == 0.1684
    assert math.isnan(binomial_interval(0, 0).estimate)


@given(st.integers(1, 300), st.data())
def test_binomial_bounds_hold_the_share_and_mirror(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    low, high = binomial_bounds(successes, trials)
    assert 0.0 <= low <= successes / trials <= high <= 1.0
    mirrored_low, mirrored_high = binomial_bounds(trials - successes, trials)
    assert low == pytest.approx(1 - mirrored_high, abs=1e-9)
    assert high == pytest.approx(1 - mirrored_low, abs=1e-9)


def test_intervals_are_written_plainly() -> None:
    interval = Interval(0.98123, 0.97, 0.99)
    assert f"{interval}" == "0.981 (0.970-0.990)"
    assert f"{interval:.1f}" == "1.0 (1.0-1.0)"
    assert interval.rounded() == {"estimate": 0.9812, "low": 0.97, "high": 0.99}


def test_score_interval_agrees_with_published_values() -> None:
    # Wilson, 81 of 263: 0.2553-0.3662; 0 of 20: 0-0.1611 (Newcombe 1998, table I, method 3).
    interval = score_interval(81, 263)
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)
    assert (score_interval(0, 20).low, round(score_interval(0, 20).high, 4)) == (0.0, 0.1611)
    assert math.isnan(score_interval(0, 0).estimate)


@pytest.mark.parametrize("interval", [binomial_interval, score_interval, binomial_bounds])
def test_more_than_all_is_no_share(interval: Callable[[int, int], object]) -> None:
    with pytest.raises(ValueError, match="not a share"):
        interval(3, 2)
