from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from consentry.signals.scene import Calibration
from consentry.training.errors import TrainingError
from consentry.training.measures.intervals import binomial_bounds
from consentry.training.measures.metrics import expected_calibration_error
from consentry.training.scene.calibration import (
    METHODS,
    Bands,
    LogisticMap,
    calibrate,
    choose_bands,
    cross_validated_log_loss,
    fit_logistic_map,
)

Sample = tuple[np.ndarray, np.ndarray, list[str]]


def sample(count: int, *, slope: float = 1.5, intercept: float = -1.0, seed: int = 0) -> Sample:
    """Logits, truth drawn from a known map, and groups of two."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, 2, count)
    truth = generator.random(count) < LogisticMap(slope, intercept).probabilities(logits)
    return logits, truth, [str(index // 2) for index in range(count)]


def test_platt_agrees_with_plain_logistic_regression_on_many_rows() -> None:
    logits, truth, _ = sample(4000)
    fitted = fit_logistic_map(logits, truth)
    plain = LogisticRegression(C=1e9, tol=1e-9).fit(logits[:, None], truth)
    assert fitted.slope == pytest.approx(plain.coef_[0, 0], rel=0.02)
    assert fitted.intercept == pytest.approx(plain.intercept_[0], abs=0.02)


@given(st.integers(0, 10_000), st.integers(4, 80), st.floats(0.001, 1000))
def test_the_fit_is_the_optimum_whatever_the_scale(seed: int, count: int, scale: float) -> None:
    logits, truth, _ = sample(count, seed=seed)
    logits = logits * scale
    fitted = fit_logistic_map(logits, truth)
    targets = np.where(truth, (truth.sum() + 1) / (truth.sum() + 2), 1 / ((~truth).sum() + 2))
    residual = targets - fitted.probabilities(logits)
    assert abs(residual.sum()) < 1e-3 * count
    assert abs((residual * logits / scale).sum()) < 1e-3 * count


def test_classes_that_do_not_overlap_stay_finite() -> None:
    logits = np.array([-3.0, -2.0, 2.0, 3.0])
    fitted = fit_logistic_map(logits, logits > 0)
    assert 0 < fitted.slope < 10
    assert fit_logistic_map(logits, logits > 0, method="temperature").intercept == 0.0


def test_the_method_that_fits_wins() -> None:
    logits, truth, groups = sample(3000, intercept=-2.0)
    losses = {method: cross_validated_log_loss(logits, truth, groups, method=method) for method in METHODS}
    assert losses["platt"] < losses["temperature"] - 0.01
    _, described = calibrate(logits, truth, groups, repetitions=20, seed=0)
    assert described["method"] == "platt"
    assert described["cross_validated_log_loss"]["platt"] == pytest.approx(losses["platt"], abs=1e-5)


def test_calibrated_probabilities_mean_what_they_say_on_new_rows() -> None:
    logits, truth, groups = sample(3000, slope=0.4, intercept=1.0)
    fitted, described = calibrate(logits, truth, groups, repetitions=100, seed=0)
    new_logits, new_truth, _ = sample(20_000, slope=0.4, intercept=1.0, seed=1)
    assert expected_calibration_error(new_truth, fitted.probabilities(new_logits)) < 0.02
    served = Calibration.from_description(described, {"low": 0.1, "high": 0.9, "decision": 0.5})
    exact = LogisticMap(0.4, 1.0).probabilities(new_logits[:500])
    covered = [
        served.score(float(logit)).low <= true <= served.score(float(logit)).high
        for logit, true in zip(new_logits[:500], exact, strict=True)
    ]
    assert np.mean(covered) > 0.8


def test_fewer_rows_give_a_wider_interval() -> None:
    widths = []
    for count in (100, 2000):
        logits, truth, groups = sample(count)
        _, described = calibrate(logits, truth, groups, repetitions=100, seed=0)
        interval = described["interval"]
        widths.append(np.mean(np.array(interval["high_offsets"]) - np.array(interval["low_offsets"])))
    assert widths[0] > 2 * widths[1]


def test_a_head_that_ranks_the_wrong_way_round_is_refused() -> None:
    logits, truth, groups = sample(300)
    with pytest.raises(TrainingError, match="wrong way round"):
        calibrate(-logits, truth, groups, repetitions=10, seed=0)


@given(st.integers(0, 10_000), st.integers(50, 1500), st.floats(0.3, 4.0))
def test_bands_keep_what_they_promise_on_the_rows_that_chose_them(seed: int, count: int, slope: float) -> None:
    logits, truth, _ = sample(count, slope=slope, seed=seed)
    truth[:2] = True, False
    probabilities = LogisticMap(slope, -1.0).probabilities(logits)
    bands = choose_bands(truth, probabilities, precision=0.9, misses=0.1, confidence=0.9)
    assert 0.0 <= bands.low <= bands.decision <= bands.high <= 1.0
    if bands.evidence["crossed"]:
        return
    called = probabilities >= bands.high
    if bands.high < 1.0:
        assert binomial_bounds(int((called & truth).sum()), int(called.sum()), level=0.9)[0] >= 0.9
    missed = int((truth & (probabilities < bands.low)).sum())
    if bands.low > 0.0:
        assert binomial_bounds(missed, int(truth.sum()), level=0.9)[1] <= 0.1
    assert bands.evidence["low"]["missed"] == missed
    assert bands.evidence["high"]["called"] == int(called.sum())


def test_sources_it_has_not_seen_move_the_threshold_for_yes_and_no() -> None:
    logits, truth, _ = sample(1500, slope=2.0, seed=1)
    probabilities = LogisticMap(2.0, -1.0).probabilities(logits)

    def bands_with(*shifts: float) -> Bands:
        """Beside sources that look like the validation rows, but for a shift of all logits."""
        unseen = [(truth, LogisticMap(2.0, -1.0 + shift).probabilities(logits)) for shift in shifts]
        return choose_bands(truth, probabilities, precision=0.9, misses=0.1, confidence=0.9, unseen=unseen)

    alone, lower, higher, both = bands_with(), bands_with(-1.0), bands_with(1.0), bands_with(-1.0, 1.0)
    assert lower.decision < alone.decision < higher.decision
    assert lower.decision < both.decision < higher.decision
    assert {(bands.low, bands.high) for bands in (alone, lower, higher, both)} == {(alone.low, alone.high)}
    assert (alone.evidence["decision"]["unseen_sources"], both.evidence["decision"]["unseen_sources"]) == (0, 2)
    assert all(
        bands.low <= bands.decision <= bands.high for bands in (lower, higher, bands_with(-9.0), bands_with(9.0))
    )


def test_bands_of_a_perfect_head_meet_in_the_middle() -> None:
    truth = np.array([True] * 300 + [False] * 300)
    bands = choose_bands(truth, np.where(truth, 0.99, 0.01), precision=0.95, misses=0.05, confidence=0.95)
    assert bands.evidence["crossed"]
    assert bands.low == bands.high == bands.decision
    assert 0.5 <= bands.low <= 0.99
    assert bands.evidence["uncertain_share"] == 0.0


def test_too_few_rows_leave_everything_uncertain() -> None:
    truth = np.array([True, True, False, False])
    bands = choose_bands(truth, np.array([0.9, 0.8, 0.2, 0.1]), precision=0.95, misses=0.05, confidence=0.95)
    assert (bands.low, bands.high) == (0.0, 1.0)
    assert bands.evidence["uncertain_share"] == 1.0


def test_promises_hold_on_new_rows_as_often_as_stated() -> None:
    broken_precision = broken_misses = 0
    for seed in range(60):
        logits, truth, _ = sample(900, slope=2.0, seed=seed)
        probabilities = LogisticMap(2.0, -1.0).probabilities(logits)
        bands = choose_bands(truth, probabilities, precision=0.9, misses=0.1, confidence=0.9)
        new_logits, new_truth, _ = sample(20_000, slope=2.0, seed=1000 + seed)
        new = LogisticMap(2.0, -1.0).probabilities(new_logits)
        assert bands.high < 1.0
        broken_precision += new_truth[new >= bands.high].mean() < 0.9
        broken_misses += (new[new_truth] < bands.low).mean() > 0.1
    # 6 of 60 expected at most; 12 would happen by chance about once in a hundred times
    assert broken_precision <= 12
    assert broken_misses <= 12


@given(st.integers(3, 120), st.integers(0, 1000), st.sampled_from(["abstain", "probability"]))
def test_with_too_few_positives_the_bands_go_by_the_probability_or_are_empty(
    positives: int, seed: int, too_few: Literal["abstain", "probability"]
) -> None:
    """All called right: only their number can be too small."""
    truth = np.arange(3 * positives) < positives
    generator = np.random.default_rng(seed)
    probabilities = np.where(
        truth, generator.uniform(0.96, 0.99, len(truth)), generator.uniform(0.01, 0.04, len(truth))
    )
    bands = choose_bands(truth, probabilities, precision=0.9, misses=0.05, confidence=0.95, too_few=too_few)
    high_enough = binomial_bounds(positives, positives, level=0.995)[0] >= 0.9
    low_enough = binomial_bounds(0, positives, level=0.95)[1] <= 0.05
    empty = (1.0, 0.0) if too_few == "abstain" else (0.9, 0.05)
    if not high_enough:
        assert bands.high == empty[0]
    else:
        assert 0.05 <= bands.high < 0.96
    if not low_enough:
        assert bands.low == empty[1]
    else:
        assert bands.low > 0.05
    said = {band: bands.evidence[band].get("guaranteed", True) for band in ("high", "low")}
    assert said == {"high": high_enough or too_few == "abstain", "low": low_enough or too_few == "abstain"}
    assert bands.low <= bands.decision <= bands.high
