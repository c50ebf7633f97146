"""Area resampling by integral images: any number of boxes of a picture, each to a small grid, in one go.

Gives what ``torch.nn.functional.interpolate(mode="area")`` gives (every output pixel is the mean of the input pixels
that its cell touches), which is what MTCNN's networks were trained and published with.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integral = NDArray[np.int64]


def integral_image(pixels: NDArray[np.uint8]) -> Integral:
    """Sums of all pixels above and left of each corner: (H, W, C) to (H + 1, W + 1, C)."""
    height, width, channels = pixels.shape
    sums = np.zeros((height + 1, width + 1, channels), np.int64)
    np.cumsum(pixels, axis=0, dtype=np.int64, out=sums[1:, 1:])
    np.cumsum(sums[1:, 1:], axis=1, out=sums[1:, 1:])
    return sums


def _edges(
    start: NDArray[np.int64], stop: NDArray[np.int64], cells: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last-plus-one pixel of each of the cells that [start, stop) is cut into; two arrays (N, cells)."""
    index = np.arange(cells)
    size = (stop - start)[:, None]
    first = start[:, None] + index * size // cells
    last = start[:, None] - (-(index + 1) * size // cells)
    return first, last


def resample_boxes(sums: Integral, boxes: NDArray[np.int64], rows: int, columns: int) -> NDArray[np.float32]:
    """Means over the cells of each box.

    Args:
        sums: An integral image.
        boxes: (N, 4), left, top, right, bottom in pixels, right and bottom exclusive, each at least one pixel.
        rows: Rows of the result.
        columns: Columns of the result.

    Returns:
        (N, rows, columns, C), 0-255.
    """
    top, bottom = _edges(boxes[:, 1], boxes[:, 3], rows)
    left, right = _edges(boxes[:, 0], boxes[:, 2], columns)
    top, bottom = top[:, :, None], bottom[:, :, None]
    left, right = left[:, None, :], right[:, None, :]
    total = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    area = (bottom - top) * (right - left)
    means: NDArray[np.float32] = (total / area[..., None]).astype(np.float32)
    return means


def resample_picture(sums: Integral, rows: int, columns: int) -> NDArray[np.float32]:
    """The whole picture at another size: (rows, columns, C), 0-255. The same as one box, but faster."""
    height, width = sums.shape[0] - 1, sums.shape[1] - 1
    zero = np.zeros(1, np.int64)
    (top,), (bottom,) = _edges(zero, np.array([height]), rows)
    (left,), (right,) = _edges(zero, np.array([width]), columns)
    bands = sums[bottom] - sums[top]
    total = bands[:, right] - bands[:, left]
    area = (bottom - top)[:, None] * (right - left)[None, :]
    means: NDArray[np.float32] = (total / area[..., None]).astype(np.float32)
    return means
