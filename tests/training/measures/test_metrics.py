from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import average_precision_score, balanced_accuracy_score, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

from consentry.training.measures.metrics import (
    area_under_curve,
    average_precision,
    balanced_accuracy,
    expected_calibration_error,
    log_count_error,
    log_loss,
)


@st.composite
def scored(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    count = draw(st.integers(2, 60))
    truth = draw(arrays.arrays(np.bool_, count))
    truth[0], truth[1] = True, False
    # Few distinct values, so that ties are common.
    scores = draw(arrays.arrays(np.float64, count, elements=st.integers(0, 12).map(lambda value: value / 12)))
    return truth, scores


@given(scored())
def test_figures_agree_with_scikit_learn(case: tuple[np.ndarray, np.ndarray]) -> None:
    truth, scores = case
    assert area_under_curve(truth, scores) == pytest.approx(roc_auc_score(truth, scores))
    assert average_precision(truth, scores) == pytest.approx(average_precision_score(truth, scores))
    assert balanced_accuracy(truth, scores, 0.5) == pytest.approx(balanced_accuracy_score(truth, scores >= 0.5))
    odds = (scores - 0.5) * 8
    probabilities = 1 / (1 + np.exp(-odds))
    assert log_loss(truth, odds) == pytest.approx(sklearn_log_loss(truth, probabilities))


@given(scored())
def test_ranking_figures_do_not_change_with_the_scale(case: tuple[np.ndarray, np.ndarray]) -> None:
    truth, scores = case
    assert area_under_curve(truth, scores * 7 - 3) == area_under_curve(truth, scores)
    assert area_under_curve(truth, -scores) == pytest.approx(1 - area_under_curve(truth, scores))
    assert average_precision(truth, scores * 7 - 3) == average_precision(truth, scores)


def test_one_sided_labels_are_undefined() -> None:
    truth, scores = np.array([True, True]), np.array([0.1, 0.9])
    assert math.isnan(area_under_curve(truth, scores))
    assert math.isnan(average_precision(~truth, scores))
    assert math.isnan(balanced_accuracy(truth, scores, 0.5))


def test_calibration_error_by_hand() -> None:
    probabilities = np.array([0.9] * 10 + [0.1] * 10)
    truth = np.array([True] * 9 + [False] + [True] + [False] * 9)
    assert expected_calibration_error(truth, probabilities) == pytest.approx(0.0)
    assert expected_calibration_error(~truth, probabilities) == pytest.approx(0.8)
    assert expected_calibration_error(np.array([True]), np.array([1.0])) == 0.0


def test_errors_of_counts_by_hand() -> None:
    errors = log_count_error(np.array([0.0, 9.0, 99.0]), np.array([9.0, 9.0, 9.0]))
    assert errors == pytest.approx([1.0, 0.0, 1.0])
