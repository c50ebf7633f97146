from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import auc, roc_auc_score

from consentry.training.measures.charts import Mark, interval_strip, line_chart, reliability_chart
from consentry.training.measures.curves import precision_recall_curve, reliability, risk_coverage_curve, roc_curve
from consentry.training.measures.metrics import expected_calibration_error

NONE = np.array([], dtype=np.bool_)


@given(st.integers(0, 2**31))
def test_the_area_under_the_drawn_curve_is_the_auc(seed: int) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.random(120) < 0.4
    truth[:2] = [True, False]
    scores = np.round(generator.normal(size=120) + truth, 1)
    points = roc_curve(truth, scores)
    assert points[0] == (0.0, 0.0)
    assert points[-1] == (1.0, 1.0)
    assert auc(*zip(*points, strict=True)) == pytest.approx(roc_auc_score(truth, scores))


def test_curves_by_hand() -> None:
    truth = np.array([True, False, True, False])
    scores = np.array([0.9, 0.8, 0.7, 0.6])
    assert precision_recall_curve(truth, scores) == ((0.5, 1.0), (0.5, 0.5), (1.0, pytest.approx(2 / 3)), (1.0, 0.5))
    wrong = np.array([False, True, False, False])
    assert risk_coverage_curve(wrong, scores) == ((0.25, 0.0), (0.5, 0.5), (0.75, pytest.approx(1 / 3)), (1.0, 0.25))
    assert roc_curve(truth | True, scores) == precision_recall_curve(NONE, np.array([])) == ()
    assert risk_coverage_curve(NONE, np.array([])) == ()
    assert len(roc_curve(np.arange(5000) % 2 == 0, np.arange(5000.0))) < 200


def test_reliability_bins_make_up_the_calibration_error() -> None:
    generator = np.random.default_rng(0)
    probabilities = generator.random(500)
    truth = generator.random(500) < probabilities**2
    bins = reliability(truth, probabilities)
    assert sum(found.n for found in bins) == 500
    error = sum(found.n * abs(found.stated - found.observed) for found in bins) / 500
    assert error == pytest.approx(expected_calibration_error(truth, probabilities))
    assert all(found.low <= found.observed <= found.high for found in bins)


def test_charts_draw_what_they_are_given_and_escape_it() -> None:
    chart = line_chart(
        ((0.0, 0.0), (1.0, 1.0)),
        across="a < b",
        up="c",
        title="<script>",
        marks=[Mark(0.9, 0.9, "here"), Mark(0.1, 0.2, "there")],
    )
    assert "<script>" not in chart
    assert "&lt;script&gt;" in chart
    assert "a &lt; b" in chart
    assert ">here<" in chart
    assert "44.0,200.0 260.0,10.0" in chart  # from corner to corner
    assert "needs pictures of both kinds" in line_chart((), across="a", up="b", title="t")
    assert "needs pictures of both kinds" in reliability_chart((), (), title="t")
    bins = reliability(np.array([True, False]), np.array([0.9, 0.1]))
    assert reliability_chart(bins, bins, title="t").count("<circle") == 4


def test_strips_show_the_interval_where_there_is_one() -> None:
    assert interval_strip(None, None, None, start=0, end=1) == ""
    assert interval_strip(0.5, 0.4, 0.6, start=0, end=1).count("<line") == 2
    assert interval_strip(0.5, None, None, start=0, end=1, middle=True).count("<line") == 2
    assert 'cx="106.0"' in interval_strip(7.0, None, None, start=0, end=1)
