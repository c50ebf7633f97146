from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.training.intervals import Interval, binomial_bounds, binomial_interval, bootstrap_interval


def test_bootstrap_of_a_mean_agrees_with_the_normal_approximation() -> None:
    values = np.random.default_rng(1).normal(3.0, 2.0, 400)
    interval = bootstrap_interval(lambda rows: float(values[rows].mean()), 400, repetitions=2000)
    half = 1.96 * values.std(ddof=1) / 20
    assert interval.estimate == pytest.approx(values.mean())
    assert interval.low == pytest.approx(values.mean() - half, abs=0.03)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.03)


def test_same_seed_same_interval_and_other_seed_another() -> None:
    values = np.arange(50.0)
    first, again, other = (
        bootstrap_interval(lambda rows: float(values[rows].mean()), 50, repetitions=200, seed=seed)
        for seed in (3, 3, 4)
    )
    assert first == again
    assert first != other


def test_strata_keep_their_sizes_and_groups_stay_whole() -> None:
    labels = np.array([0] * 5 + [1] * 15)

    def share(rows: np.ndarray) -> float:
        assert (labels[rows] == 0).sum() == 5
        return 0.25

    bootstrap_interval(share, 20, strata=labels, repetitions=50)

    groups = np.repeat(["a", "b", "c"], [1, 3, 5])

    def whole(rows: np.ndarray) -> float:
        sizes = {"a": 1, "b": 3, "c": 5}
        names, counts = np.unique(groups[rows], return_counts=True)
        assert all(count % sizes[name] == 0 for name, count in zip(names, counts, strict=True))
        return 0.0

    bootstrap_interval(whole, 9, groups=groups, repetitions=50)


def test_groups_widen_the_interval_of_values_that_go_together() -> None:
    values = np.repeat(np.random.default_rng(0).normal(size=20), 20)
    groups = np.repeat(np.arange(20), 20)
    alone = bootstrap_interval(lambda rows: float(values[rows].mean()), 400)
    together = bootstrap_interval(lambda rows: float(values[rows].mean()), 400, groups=groups)
    assert together.high - together.low > 3 * (alone.high - alone.low)


def test_undefined_draws_are_left_out_and_mostly_undefined_ones_give_no_interval() -> None:
    one_odd = np.array([1.0] + [0.0] * 3)
    some = bootstrap_interval(lambda rows: 1.0 if one_odd[rows].any() else math.nan, 4)
    assert (some.low, some.high) == (1.0, 1.0)
    none = bootstrap_interval(lambda rows: math.nan, 4)
    assert math.isnan(none.low)
    assert math.isnan(none.high)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="not both"):
        bootstrap_interval(lambda rows: 0.0, 2, strata=[0, 1], groups=[0, 1])
    with pytest.raises(ValueError, match="no rows"):
        bootstrap_interval(lambda rows: 0.0, 0)
    with pytest.raises(ValueError, match="expected 3 labels"):
        bootstrap_interval(lambda rows: 0.0, 3, groups=[0, 1])
    with pytest.raises(ValueError, match="not a share"):
        binomial_interval(3, 2)


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
