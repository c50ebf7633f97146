"""Area resampling by integral images: any number of boxes of a picture, each to a small grid, in one go.

Gives what ``torch.nn.functional.interpolate(mode="area")`` gives (every output pixel is the mean of the input pixels
that its cell touches), which is what MTCNN's networks were trained and published with.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

Integral = NDArray[np.int32] | NDArray[np.int64]

_LARGEST_INT32 = np.iinfo(np.int32).max
_CORNER = 4
"""Numbers kept of each corner: three colours and one that is not used, because numpy copies 16 bytes (or 32) in one go,
and 12 (or 24) by a call of a function."""


def integral_image(pixels: NDArray[np.uint8]) -> Integral:
    """Sums of all pixels above and left of each corner: (H, W, 3) to (H + 1, W + 1, 4), the last number unused.

    In 32 bits where they hold the sum of a white picture (up to 8 megapixels): half the memory to go through.
    """
    height, width, channels = pixels.shape
    shape = (height + 1, width + 1, _CORNER)
    small = height * width * 255 <= _LARGEST_INT32
    sums: Integral = np.zeros(shape, np.int32) if small else np.zeros(shape, np.int64)
    inner = sums[1:, 1:]
    np.cumsum(pixels, axis=1, dtype=sums.dtype, out=inner[..., :channels])
    for above, row in itertools.pairwise(inner):  # far faster than cumsum across the rows
        row += above
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
        (N, rows, columns, 3), 0-255.
    """
    top, bottom = _edges(boxes[:, 1], boxes[:, 3], rows)
    left, right = _edges(boxes[:, 0], boxes[:, 2], columns)
    # One index into the corners in a row is much faster than two into rows and columns.
    width = sums.shape[1]
    corners = sums.reshape(-1, _CORNER)
    above, below = (top * width)[:, :, None], (bottom * width)[:, :, None]
    before, behind = left[:, None, :], right[:, None, :]
    total = corners.take(below + behind, axis=0)
    total -= corners.take(above + behind, axis=0)
    total -= corners.take(below + before, axis=0)
    total += corners.take(above + before, axis=0)
    means = np.empty((*total.shape[:-1], 3), np.float32)
    _write_means(means, total, (bottom - top)[:, :, None], (right - left)[:, None, :])
    return means


def resample_picture(
    sums: Integral, rows: int, columns: int, out: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """The whole picture at another size: (rows, columns, 3), 0-255. The same as one box, but faster.

    Args:
        sums: An integral image.
        rows: Rows of the result.
        columns: Columns of the result.
        out: Where it is written; a new array by default.
    """
    height, width = sums.shape[0] - 1, sums.shape[1] - 1
    zero = np.zeros(1, np.int64)
    (top,), (bottom,) = _edges(zero, np.array([height]), rows)
    (left,), (right,) = _edges(zero, np.array([width]), columns)
    bands = sums.take(bottom, axis=0)
    bands -= sums.take(top, axis=0)
    total = bands.take(right, axis=1)
    total -= bands.take(left, axis=1)
    means = np.empty((rows, columns, 3), np.float32) if out is None else out
    _write_means(means, total, (bottom - top)[:, None], (right - left)[None, :])
    return means


def _write_means(
    means: NDArray[np.float32], total: Integral, heights: NDArray[np.int64], widths: NDArray[np.int64]
) -> None:
    """Sums, (..., 4), over the areas of their cells, into (..., 3); colour by colour, which numpy does fastest."""
    sums = total.astype(np.float32)
    area = heights.astype(np.float32) * widths.astype(np.float32)
    for colour in range(means.shape[-1]):
        np.divide(sums[..., colour], area, out=means[..., colour])
