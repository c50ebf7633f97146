from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene_models import calibration

from consentry.signals.scene.calibration import Calibration, sigmoid

THRESHOLDS = {"low": 0.3, "high": 0.7, "decision": 0.5}
KNOWN = Calibration.from_description(calibration(2.0, -1.0), THRESHOLDS)
LOGITS = st.floats(-1e6, 1e6)


@given(LOGITS)
def test_the_interval_holds_the_probability_and_all_lie_in_0_1(logit: float) -> None:
    score = KNOWN.score(logit)
    assert 0.0 <= score.low <= score.probability <= score.high <= 1.0


@given(LOGITS, LOGITS)
def test_probability_rises_with_the_logit(one: float, other: float) -> None:
    lower, higher = sorted((one, other))
    assert KNOWN.score(lower).probability <= KNOWN.score(higher).probability


@given(LOGITS)
def test_the_band_is_that_of_the_rounded_probability(logit: float) -> None:
    score = KNOWN.score(logit)
    expected = "high" if score.probability >= 0.7 else "low" if score.probability < 0.3 else "uncertain"
    assert score.band == expected


def test_values_by_hand() -> None:
    score = KNOWN.score(2.0)  # log-odds 3, offsets half way between 0.2 and 1.0
    assert score.probability == round(sigmoid(3.0), 4)
    assert score.low == round(sigmoid(3.0 - 0.6), 4)
    assert score.high == round(sigmoid(3.0 + 0.6), 4)
    assert KNOWN.score(40.0).probability == 1.0
    beyond = KNOWN.score(5.0)  # outside the known points: the width of the last one
    assert beyond.low == round(sigmoid(9.0 - 1.0), 4)


def test_thresholds_belong_to_the_band_above() -> None:
    assert [KNOWN.band(value) for value in (0.0, 0.2999, 0.3, 0.6999, 0.7, 1.0)] == [
        "low",
        "low",
        "uncertain",
        "uncertain",
        "high",
        "high",
    ]


@given(st.floats(-1000, 1000))
def test_sigmoid_is_symmetric_and_never_overflows(value: float) -> None:
    assert sigmoid(value) == pytest.approx(1 - sigmoid(-value))
    assert not math.isnan(sigmoid(value))


@pytest.mark.parametrize(
    ("part", "changes", "message"),
    [
        ("calibration", {"slope": 0.0}, "ascend"),
        ("calibration", {"slope": -1.0}, "ascend"),
        ("interval", {"logits": [0.0, 0.0, 1.0]}, "ascend"),
        ("interval", {"logits": [0.0]}, "differ in length"),
        ("interval", {"logits": [], "low_offsets": [], "high_offsets": []}, "empty"),
        ("interval", {"low_offsets": [-1.0, 0.1, -1.0]}, "does not hold"),
        ("interval", {"high_offsets": [1.0, -0.1, 1.0]}, "does not hold"),
        ("thresholds", {"low": 0.8}, "out of order"),
        ("thresholds", {"high": 1.2}, "out of order"),
    ],
)
def test_descriptions_that_make_no_sense_are_refused(part: str, changes: dict[str, Any], message: str) -> None:
    described = calibration(1.0, 0.0)
    thresholds = dict(THRESHOLDS)
    {"calibration": described, "interval": described["interval"], "thresholds": thresholds}[part].update(changes)
    with pytest.raises(ValueError, match=message):
        Calibration.from_description(described, thresholds)


def test_incomplete_descriptions_are_refused() -> None:
    with pytest.raises(KeyError):
        Calibration.from_description({"slope": 1.0}, THRESHOLDS)
