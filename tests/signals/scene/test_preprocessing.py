from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.signals.scene.preprocessing import network_batch, network_input


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 64))
def test_any_size_becomes_the_square_and_plain_colours_stay(height: int, width: int, side: int) -> None:
    picture = np.full((height, width, 3), (10, 200, 77), dtype=np.uint8)
    result = network_input(picture, side)
    assert result.shape == (side, side, 3)
    assert result.dtype == np.uint8
    assert (result == (10, 200, 77)).all()


def test_the_whole_picture_is_seen_corner_to_corner() -> None:
    picture = np.zeros((90, 300, 3), dtype=np.uint8)
    picture[:30, :100] = (255, 0, 0)
    picture[-30:, -100:] = (0, 0, 255)
    result = network_input(picture, 30).astype(int)
    assert result[0, 0].tolist() == [255, 0, 0]
    assert result[-1, -1].tolist() == [0, 0, 255]
    assert result[0, -1].tolist() == result[-1, 0].tolist() == [0, 0, 0]


def test_shrinking_averages_rather_than_picks() -> None:
    checks = np.indices((512, 512)).sum(axis=0) % 2 * 255
    picture = np.repeat(checks[:, :, None], 3, axis=2).astype(np.uint8)
    assert np.abs(network_input(picture, 32).astype(int) - 127).max() <= 2


def test_views_into_larger_arrays_give_the_same() -> None:
    large = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    assert (network_input(large[5:, ::2], 16) == network_input(large[5:, ::2].copy(), 16)).all()


def test_batches_stack_single_ones() -> None:
    pictures = [np.full((4, 9, 3), value, dtype=np.uint8) for value in (0, 100, 255)]
    batch = network_batch(pictures, 5)
    assert batch.shape == (3, 5, 5, 3)
    for row, picture in zip(batch, pictures, strict=True):
        assert (row == network_input(picture, 5)).all()
    assert network_batch([], 5).shape == (0, 5, 5, 3)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((4, 4), dtype=np.uint8),
        np.zeros((4, 4, 4), dtype=np.uint8),
        np.zeros((4, 0, 3), dtype=np.uint8),
        np.zeros((4, 4, 3), dtype=np.float32),
    ],
)
def test_what_is_no_picture_is_refused(picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected"):
        network_input(picture, 8)
