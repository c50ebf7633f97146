"""Distance to probability and band."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.faces.bands import Calibration, band_of_medium
from consentry.records import FaceQuality
from consentry.runtime import ModelFolder

GOOD = FaceQuality(width_pixels=90, sharpness=80.0, usable=True)
POOR = FaceQuality(width_pixels=12, sharpness=80.0, usable=False)
CALIBRATION = Calibration(intercept=30.0, slope=-50.0, match_at_most=0.5, no_match_at_least=0.6, certainty=0.001)


@pytest.mark.parametrize(
    ("distance", "band"),
    [
        (0.0, "match"),
        (0.5, "match"),
        (0.51, "inconclusive"),
        (0.59, "inconclusive"),
        (0.6, "no_match"),
        (2.0, "no_match"),
    ],
)
def test_bands_have_closed_ends(distance: float, band: str) -> None:
    assert CALIBRATION.band(distance, GOOD) == band
    assert CALIBRATION.band(distance, POOR) == "inconclusive"


@given(st.floats(0, 100), st.floats(0, 100))
def test_further_apart_is_never_likelier_the_same(one: float, other: float) -> None:
    near, far = sorted((one, other))
    assert CALIBRATION.probability(near) >= CALIBRATION.probability(far)
    assert 0.001 <= CALIBRATION.probability(far) <= CALIBRATION.probability(near) <= 0.999


def test_a_medium_takes_the_band_of_its_best_face() -> None:
    assert band_of_medium([]) == "no_face"
    assert band_of_medium(["no_match", "no_match"]) == "no_match"
    assert band_of_medium(["no_match", "inconclusive"]) == "inconclusive"
    assert band_of_medium(["inconclusive", "match", "no_match"]) == "match"


def test_what_ships_can_be_read() -> None:
    shipped = Calibration.from_manifest(ModelFolder.open("faces").manifest)
    assert 0 < shipped.match_at_most < shipped.no_match_at_least
    assert shipped.slope < 0
