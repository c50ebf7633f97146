from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.signals.scene.crowd import LEVELS, CrowdCalibration, level_number, level_of

SURE = CrowdCalibration(bias=0.0, deviation=0.05)


@pytest.mark.parametrize(
    ("people", "level"),
    [
        (0, "none"),
        (1, "one"),
        (2, "few"),
        (5, "few"),
        (6, "group"),
        (20, "group"),
        (100, "crowd"),
        (101, "dense_crowd"),
    ],
)
def test_levels(people: int, level: str) -> None:
    assert level_of(people) == level
    estimate = SURE.estimate(math.log10(people + 1))
    assert abs(level_number(estimate.level) - level_number(level)) <= 1
    assert estimate.low <= estimate.people <= estimate.high
    assert estimate.people == pytest.approx(people, abs=0.06)


@given(st.floats(-5, 9), st.floats(-1, 1), st.floats(0.01, 2))
def test_an_estimate_makes_sense_whatever_comes_in(log_people: float, bias: float, deviation: float) -> None:
    estimate = CrowdCalibration(bias, deviation).estimate(log_people)
    assert 0 <= estimate.low <= estimate.people <= estimate.high <= 100_000
    assert 1 / len(LEVELS) - 1e-9 <= estimate.probability <= 1
    more = CrowdCalibration(bias, deviation).estimate(log_people + 0.5)
    assert more.people >= estimate.people


def test_the_bias_is_taken_off_and_doubt_widens_the_interval() -> None:
    assert CrowdCalibration(0.3, 0.1).estimate(2.3) == CrowdCalibration(0.0, 0.1).estimate(2.0)
    sure, doubtful = SURE.estimate(1.7), CrowdCalibration(0.0, 0.8).estimate(1.7)
    assert sure.certain
    assert not doubtful.certain
    assert doubtful.low < sure.low < sure.high < doubtful.high
    assert doubtful.probability < sure.probability


def test_a_description_is_checked() -> None:
    assert CrowdCalibration.from_description({"bias": 0.1, "deviation": 0.2}) == CrowdCalibration(0.1, 0.2)
    with pytest.raises(ValueError, match="deviation"):
        CrowdCalibration.from_description({"bias": 0.1, "deviation": 0})
    with pytest.raises(KeyError):
        CrowdCalibration.from_description({"bias": 0.1})


@given(st.floats(-1, 6), st.floats(0.05, 1.5), st.integers(0, 400))
def test_faces_that_were_found_bound_the_estimate(log_people: float, deviation: float, faces: int) -> None:
    calibration = CrowdCalibration(0.0, deviation)
    alone, seen = calibration.estimate(log_people), calibration.estimate(log_people, at_least=faces)
    assert faces <= seen.low <= seen.people <= seen.high
    assert seen.people >= alone.people - 0.1
    assert level_number(seen.level) >= level_number(level_of(faces))
    assert 0 < seen.probability <= 1
    if faces < alone.low / 3:
        assert seen.people == pytest.approx(alone.people, rel=0.15)


def test_an_empty_looking_room_with_three_faces_has_three_people_in_it() -> None:
    estimate = SURE.estimate(0.0, at_least=3)
    assert (estimate.low, estimate.level, estimate.certain) == (3, "few", True)
    assert 3 <= estimate.people < 4
