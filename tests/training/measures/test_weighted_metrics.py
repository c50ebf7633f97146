from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import average_precision_score, balanced_accuracy_score, brier_score_loss, roc_auc_score

from consentry.training.measures.metrics import expected_calibration_error
from consentry.training.measures.weighted_metrics import (
    weighted_auc,
    weighted_aurc,
    weighted_average_precision,
    weighted_balanced_accuracy,
    weighted_brier,
    weighted_ece,
    weighted_mean,
    weighted_share,
)


@st.composite
def weighted(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    count = draw(st.integers(2, 40))
    truth = draw(arrays.arrays(np.bool_, count))
    truth[0], truth[1] = True, False
    scores = draw(arrays.arrays(np.float64, count, elements=st.integers(0, 12).map(lambda value: value / 12)))
    weights = draw(arrays.arrays(np.float64, count, elements=st.integers(0, 3).map(float)))
    weights[:2] = np.maximum(weights[:2], 1)
    return truth, scores, weights


@given(weighted())
def test_figures_agree_with_scikit_learn(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    truth, scores, weights = case
    draws = np.stack([weights, np.ones_like(weights)])
    for ours, theirs in (
        (weighted_auc(truth, scores), lambda w: roc_auc_score(truth, scores, sample_weight=w)),
        (weighted_average_precision(truth, scores), lambda w: average_precision_score(truth, scores, sample_weight=w)),
        (
            weighted_balanced_accuracy(truth, scores, 0.5),
            lambda w: balanced_accuracy_score(truth, scores >= 0.5, sample_weight=w),
        ),
        (weighted_brier(truth, scores), lambda w: brier_score_loss(truth, scores, sample_weight=w)),
    ):
        assert ours(draws) == pytest.approx([theirs(row) for row in draws])


@given(weighted())
def test_a_weight_is_a_row_drawn_so_often(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    truth, scores, weights = case
    rows = np.repeat(np.arange(len(truth)), weights.astype(int))
    everything = np.ones((1, len(rows)))
    for statistic in (weighted_auc, weighted_average_precision, weighted_brier, weighted_ece, weighted_aurc):
        assert statistic(truth, scores)(weights[None]) == pytest.approx(
            statistic(truth[rows], scores[rows])(everything)
        )
    assert weighted_ece(truth, scores)(np.ones((1, len(truth))))[0] == pytest.approx(
        expected_calibration_error(truth, scores)
    )


def test_aurc_by_hand() -> None:
    wrong = np.array([False, False, True, True])
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    best = weighted_aurc(wrong, confidence)(np.ones((1, 4)))[0]
    assert best == pytest.approx((0 + 0 + 1 / 3 + 2 / 4) / 4)
    worst = weighted_aurc(wrong, -confidence)(np.ones((1, 4)))[0]
    assert worst == pytest.approx((1 + 1 + 2 / 3 + 2 / 4) / 4)
    # All equally sure: giving rows up changes nothing.
    assert weighted_aurc(wrong, np.ones(4))(np.ones((1, 4)))[0] == pytest.approx(0.5)


def test_undefined_draws_are_nan_and_shares_are_shares() -> None:
    truth, scores = np.array([True, False, False]), np.array([0.9, 0.1, 0.2])
    without_positives = np.array([[0.0, 1.0, 1.0]])
    assert np.isnan(weighted_auc(truth, scores)(without_positives))
    assert np.isnan(weighted_average_precision(truth, scores)(without_positives))
    assert np.isnan(weighted_balanced_accuracy(truth, scores, 0.5)(without_positives))
    share = weighted_share(scores > 0.15, among=~truth)
    assert share(np.array([[5.0, 1.0, 3.0]]))[0] == 0.75
    assert weighted_mean(scores)(np.array([[1.0, 0.0, 1.0]]))[0] == pytest.approx(0.55)
