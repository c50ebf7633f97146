"""Where lines stand and how they are laid straight: on drawn bars whose place and angle are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.signals.text.line_pictures import picture_of, place_of
from consentry.signals.text.regions import Region, regions

SHAPE = (400, 500)


def bar(angle: float, *, length: float = 200, thickness: float = 16, x: float = 250, y: float = 200) -> np.ndarray:
    """A map with one bar of ones; the angle in degrees, above 0 falling towards the right."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    across, down = columns + 0.5 - x, rows + 0.5 - y
    turn = math.radians(angle)
    along, aside = across * math.cos(turn) + down * math.sin(turn), down * math.cos(turn) - across * math.sin(turn)
    return ((abs(along) <= length / 2) & (abs(aside) <= thickness / 2)).astype(np.float32)


def region_of(scores: np.ndarray) -> Region:
    (found,) = regions(scores, 0.5)
    return found


@settings(max_examples=40, deadline=None, derandomize=True)
@given(angle=st.floats(-85, 85), x=st.floats(240, 260), y=st.floats(195, 205), length=st.floats(100, 300))
def test_a_bar_is_measured_along_its_axis(angle: float, x: float, y: float, length: float) -> None:
    line = region_of(bar(angle, x=x, y=y, length=length)).along
    assert math.degrees(line.angle) == pytest.approx(angle, abs=0.4)
    assert (line.x, line.y) == (pytest.approx(x, abs=1), pytest.approx(y, abs=1))
    # The corners of pixels stick out of what was drawn.
    assert (line.length, line.thickness) == (pytest.approx(length, abs=4), pytest.approx(16, abs=4))


@pytest.mark.parametrize("angle", [-60, -20, -3, 3, 8, 20, 60])
def test_a_turned_bar_lies_level_in_its_picture(angle: float) -> None:
    """A bar that is red at its left half and blue at its right, as one reads it."""
    scores = bar(angle)
    turn = math.radians(angle)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    ahead = (columns - 250) * math.cos(turn) + (rows - 200) * math.sin(turn) >= 0
    pixels = np.full((*SHAPE, 3), 255, np.uint8)
    pixels[(scores > 0) & ~ahead] = 200, 0, 0
    pixels[(scores > 0) & ahead] = 0, 0, 200
    place = place_of(region_of(scores), 1.0, pixels.shape)
    straight = picture_of(pixels, place)
    height, width = straight.shape[:2]
    assert width > 8 * height / 1.6 / 1.6
    dark = (straight.min(axis=2) < 128).any(axis=0)
    assert dark.sum() == pytest.approx(200, abs=6)
    middle = straight[height // 2]
    assert (middle[: width // 2 - 4, 2] < 128).sum() == pytest.approx(100, abs=6)  # red: no blue
    assert (middle[width // 2 + 4 :, 0] < 128).sum() == pytest.approx(100, abs=6)
    # The whole bar is inside the upright box that is told.
    inside = np.zeros(SHAPE, bool)
    inside[place.top : place.bottom, place.left : place.right] = True
    assert not (scores[~inside] > 0).any()


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_a_level_line_is_cut_out_upright(scale: float) -> None:
    shape = (round(SHAPE[0] / scale), round(SHAPE[1] / scale), 3)
    place = place_of(region_of(bar(0.0)), scale, shape)
    assert place.corners is None
    out = 200 * 16 * 1.6 / (2 * 216)
    assert place[:4] == tuple(
        pytest.approx(side / scale, abs=1.01) for side in (150 - out, 192 - out, 350 + out, 208 + out)
    )
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    assert np.array_equal(picture_of(pixels, place), pixels[place.top : place.bottom, place.left : place.right])


def test_a_spot_has_no_direction() -> None:
    assert place_of(region_of(bar(30, length=20)), 1.0, (*SHAPE, 3)).corners is None


@pytest.mark.parametrize(("x", "y"), [(10, 10), (490, 390), (10, 390)])
def test_places_stay_inside_the_picture(x: float, y: float) -> None:
    pixels = np.zeros((*SHAPE, 3), np.uint8)
    for angle in (0, 12):
        place = place_of(region_of(bar(angle, x=x, y=y)), 1.0, pixels.shape)
        assert 0 <= place.left < place.right <= SHAPE[1]
        assert 0 <= place.top < place.bottom <= SHAPE[0]
        assert picture_of(pixels, place).size
