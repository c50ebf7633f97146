"""Area resampling against torch's."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import interpolate

from consentry.signals.faces.resampling import integral_image, resample_boxes, resample_picture


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height * 1000 + width).integers(0, 256, (height, width, 3), dtype=np.uint8)


def by_torch(pixels: np.ndarray, rows: int, columns: int) -> np.ndarray:
    tensor = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float()
    return interpolate(tensor, size=(rows, columns), mode="area")[0].permute(1, 2, 0).numpy()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 50), st.integers(1, 50))
def test_whole_pictures_shrink_and_grow_as_in_torch(height: int, width: int, rows: int, columns: int) -> None:
    pixels = noise(height, width)
    ours = resample_picture(integral_image(pixels), rows, columns)
    np.testing.assert_allclose(ours, by_torch(pixels, rows, columns), atol=1e-3)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_boxes_are_resampled_as_their_crops(data: st.DataObject) -> None:
    pixels = noise(50, 40)
    boxes = []
    for _ in range(data.draw(st.integers(0, 5))):
        left, top = data.draw(st.integers(0, 39)), data.draw(st.integers(0, 49))
        boxes.append([left, top, data.draw(st.integers(left + 1, 40)), data.draw(st.integers(top + 1, 50))])
    ours = resample_boxes(integral_image(pixels), np.array(boxes, np.int64).reshape(-1, 4), 24, 24)
    assert ours.shape == (len(boxes), 24, 24, 3)
    for (left, top, right, bottom), crop in zip(boxes, ours, strict=True):
        np.testing.assert_allclose(crop, by_torch(pixels[top:bottom, left:right], 24, 24), atol=1e-3)


def test_large_white_pictures_do_not_overflow() -> None:
    white = np.full((3000, 3001, 3), 255, np.uint8)
    sums = integral_image(white)
    assert (resample_picture(sums, 2, 3) == 255).all()
    boxes = np.array([[0, 0, 3001, 3000], [5, 7, 6, 9], [0, 10, 3001, 11]])
    assert (resample_boxes(sums, boxes, 24, 24) == 255).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(80, 400), st.integers(80, 400), st.integers(1, 4), st.integers(1, 4))
def test_cells_too_large_for_packed_sums_are_right_too(height: int, width: int, rows: int, columns: int) -> None:
    pixels = noise(height, width)
    exact = [
        [pixels[top:bottom, left:right].mean(axis=(0, 1), dtype=np.float64) for left, right in cells(width, columns)]
        for top, bottom in cells(height, rows)
    ]
    np.testing.assert_allclose(resample_picture(integral_image(pixels), rows, columns), exact, rtol=1e-6)
    whole = np.array([[0, 0, width, height]])
    np.testing.assert_allclose(resample_boxes(integral_image(pixels), whole, rows, columns)[0], exact, rtol=1e-6)


def cells(size: int, count: int) -> list[tuple[int, int]]:
    return [(index * size // count, -(-(index + 1) * size // count)) for index in range(count)]
