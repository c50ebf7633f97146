"""What shows nothing, and what is little but not nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from consentry.signals.scene.detail import detail, shows_nothing

SHAPES = st.tuples(st.integers(1, 600), st.integers(1, 600))


@given(SHAPES, st.tuples(*[st.integers(0, 255)] * 3))
def test_one_colour_shows_nothing_at_any_size(shape: tuple[int, int], colour: tuple[int, int, int]) -> None:
    assert shows_nothing(np.full((*shape, 3), colour, np.uint8))


@pytest.mark.parametrize("grain", [0, 4, 12])
def test_slopes_and_grain_show_nothing(grain: float) -> None:
    slope = np.linspace(10, 240, 640)[None, :, None] * np.ones((480, 1, 3))
    noise = np.random.default_rng(1).normal(0, grain, slope.shape)
    assert shows_nothing(np.clip(slope + noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("side", [24, 240, 1000])
def test_one_lit_window_in_the_dark_shows_something(side: int) -> None:
    dark: NDArray[np.uint8] = np.zeros((side, side, 3), np.uint8)
    lit = side // 12
    dark[lit : 2 * lit, 3 * lit : 4 * lit] = 90
    assert not shows_nothing(dark)


def test_colours_of_one_brightness_are_detail() -> None:
    halves: NDArray[np.uint8] = np.full((100, 100, 3), 100, np.uint8)
    halves[:, 50:] = (160, 74, 80)
    assert detail(halves) > 20
