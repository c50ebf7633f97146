from __future__ import annotations

import math

import numpy as np
import pytest

from consentry.training.measures.bootstrap import (
    bootstrap_interval,
    bootstrap_weights,
    paired_bootstrap,
    percentile_interval,
    weighted_intervals,
)
from consentry.training.measures.weighted_metrics import weighted_auc


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


def test_groups_stay_whole() -> None:
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
    with pytest.raises(ValueError, match="no rows"):
        bootstrap_interval(lambda rows: 0.0, 0)
    with pytest.raises(ValueError, match="expected 3 labels"):
        bootstrap_interval(lambda rows: 0.0, 3, groups=[0, 1])


def test_weighted_draws_are_draws_of_rows() -> None:
    values = np.random.default_rng(1).normal(3.0, 2.0, 400)
    found = weighted_intervals(
        {
            "mean": lambda weights: weights @ values / weights.sum(axis=1),
            "nothing": lambda weights: weights[:, 0] * np.nan,
        },
        400,
        repetitions=2000,
    )
    half = 1.96 * values.std(ddof=1) / 20
    assert found["mean"].estimate == pytest.approx(values.mean())
    assert found["mean"].low == pytest.approx(values.mean() - half, abs=0.03)
    assert found["mean"].high == pytest.approx(values.mean() + half, abs=0.03)
    assert math.isnan(found["nothing"].low)


def test_weights_keep_groups_whole_and_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentry.training.measures.bootstrap._CELLS_AT_ONCE", 40)
    groups = np.repeat(["a", "b", "c"], [1, 3, 5])
    parts = list(bootstrap_weights(9, groups=groups, repetitions=50))
    assert len(parts) == 13
    draws = np.concatenate(parts)
    assert draws.shape == (50, 9)
    assert (draws[:, 1] == draws[:, 3]).all()
    assert (draws[:, 4] == draws[:, 8]).all()
    assert (draws[:, 0] + draws[:, 1] + draws[:, 4] == 3).all()  # three groups are drawn
    assert len(np.unique(draws, axis=0)) > 5
    with pytest.raises(ValueError, match="no rows"):
        next(bootstrap_weights(0))
    with pytest.raises(ValueError, match="expected 3 labels"):
        next(bootstrap_weights(3, groups=["a"]))


def test_a_paired_difference_is_far_surer_than_the_two_figures() -> None:
    generator = np.random.default_rng(0)
    truth = generator.random(600) < 0.4
    shared = generator.normal(size=600) + 1.2 * truth
    better = shared + 0.1 * generator.normal(size=600) + 0.15 * truth
    worse = shared + 0.1 * generator.normal(size=600)
    gain = paired_bootstrap(truth, better, worse, weighted_auc, repetitions=500)
    alone = weighted_intervals({"auc": weighted_auc(truth, better)}, 600, repetitions=500)["auc"]
    assert gain.low > 0
    assert gain.high - gain.low < (alone.high - alone.low) / 2
    loss = paired_bootstrap(truth, worse, better, weighted_auc, repetitions=500)
    assert loss.estimate == pytest.approx(-gain.estimate)
    assert loss.high < 0
    nothing = paired_bootstrap(truth, worse, worse, weighted_auc, repetitions=50)
    assert (nothing.low, nothing.high) == (0.0, 0.0)
    with pytest.raises(ValueError, match="scores"):
        paired_bootstrap(truth, worse[:5], worse, weighted_auc)


def test_undefined_and_infinite_draws() -> None:
    nothing = percentile_interval(0.5, np.array([np.nan, np.nan, 1.0]))
    assert np.isnan(nothing.low)
    endless = percentile_interval(2.0, np.array([1.0] * 50 + [np.inf] * 50))
    assert (endless.low, endless.high) == (1.0, np.inf)
