"""Plain borders are found, pictures are left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.signals.copies.borders import without_border


@given(
    seed=st.integers(0, 100), sides=st.tuples(*[st.integers(0, 20)] * 4), colour=st.tuples(*[st.integers(0, 255)] * 3)
)
def test_what_was_put_around_is_taken_off(
    seed: int, sides: tuple[int, int, int, int], colour: tuple[int, int, int]
) -> None:
    generator = np.random.default_rng(seed)
    picture = generator.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    top, bottom, left, right = sides
    framed = np.full((40 + top + bottom, 60 + left + right, 3), colour, np.uint8)
    framed[top : top + 40, left : left + 60] = picture
    specks = generator.integers(-10, 11, framed.shape)
    specks[top : top + 40, left : left + 60] = 0
    framed = np.clip(framed + specks, 0, 255).astype(np.uint8)
    found = without_border(framed)
    if any(sides):
        assert found is not None
        assert np.array_equal(found, picture)
    else:
        assert found is None


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 50, 3), (50, 1, 3), (100, 100, 3)])
def test_a_plain_picture_has_nothing_inside(shape: tuple[int, int, int]) -> None:
    assert without_border(np.full(shape, 7, np.uint8)) is None


def test_a_small_thing_on_a_plain_ground_is_not_a_picture_with_a_border() -> None:
    pixels = np.zeros((100, 100, 3), np.uint8)
    pixels[40:60, 10:90] = np.random.default_rng(0).integers(0, 256, (20, 80, 3))
    assert without_border(pixels) is None


def test_a_long_border_is_followed_to_its_end() -> None:
    pixels = np.full((300, 80, 3), 255, np.uint8)
    pixels[150:] = np.random.default_rng(0).integers(0, 256, (150, 80, 3))
    found = without_border(pixels)
    assert found is not None
    assert found.shape == (150, 80, 3)
