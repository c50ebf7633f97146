"""Area resampling by integral images: any number of boxes of a picture, each to a small grid, in one go.

Gives what ``torch.nn.functional.interpolate(mode="area")`` gives (every output pixel is the mean of the input pixels
that its cell touches), which is what MTCNN's networks were trained and published with.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Integral = NDArray[np.int64]
"""See `integral_image`."""
_Edges = NDArray[np.int64]

_BITS: Final = 21
"""Of each of the three colours in a packed sum."""
_MASK: Final = (1 << _BITS) - 1
_LARGEST_CELL: Final = _MASK // 255
"""Pixels whose sum one colour's bits hold when all are white: 90 x 90 and some."""


def integral_image(pixels: NDArray[np.uint8]) -> Integral:
    """Sums of all pixels above and left of each corner: (H, W, 3) to (H + 1, W + 1), the three colours in one number.

    The numbers are red + green 2^21 + blue 2^42, modulo 2^64. They overflow, and it does no harm: the sum over a cell
    is made of four of them by adding and subtracting, so it is right modulo 2^64, and that is the whole of it as long
    as each colour of the cell fits its 21 bits. One number to fetch in place of three is what makes it fast.
    """
    height, width, _ = pixels.shape
    sums = np.zeros((height + 1, width + 1), np.int64)
    packed = pixels[..., 2].astype(np.int64)
    for colour in (1, 0):
        packed <<= _BITS
        packed |= pixels[..., colour]
    inner = sums[1:, 1:]
    np.cumsum(packed, axis=1, out=inner)
    for above, row in itertools.pairwise(inner):  # far faster than cumsum across the rows
        row += above
    return sums


def _edges(start: _Edges, stop: _Edges, cells: int) -> tuple[_Edges, _Edges]:
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
    corners = sums.reshape(-1)

    def cells(top: _Edges, bottom: _Edges, left: _Edges, right: _Edges) -> Integral:
        above, below = top * width, bottom * width
        total: Integral = corners.take(below + right)
        total -= corners.take(above + right)
        total -= corners.take(below + left)
        total += corners.take(above + left)
        return total

    means = np.empty((len(boxes), rows, columns, 3), np.float32)
    _write_means(means, cells, top[:, :, None], bottom[:, :, None], left[:, None, :], right[:, None, :])
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

    def cells(top: _Edges, bottom: _Edges, left: _Edges, right: _Edges) -> Integral:
        bands = sums.take(bottom[:, 0], axis=0)
        bands -= sums.take(top[:, 0], axis=0)
        total: Integral = bands.take(right[0], axis=1)
        total -= bands.take(left[0], axis=1)
        return total

    means = np.empty((rows, columns, 3), np.float32) if out is None else out
    _write_means(means, cells, top[:, None], bottom[:, None], left[None, :], right[None, :])
    return means


_Cells = Callable[[_Edges, _Edges, _Edges, _Edges], Integral]
"""Packed sums over cells, of their top, bottom, left and right edges."""


def _write_means(
    means: NDArray[np.float32], cells: _Cells, top: _Edges, bottom: _Edges, left: _Edges, right: _Edges
) -> None:
    """Means over cells, into (..., 3); colour by colour, which numpy does fastest."""
    area = (bottom - top).astype(np.float32) * (right - left).astype(np.float32)
    for colour, total in enumerate(_colours(cells, top, bottom, left, right)):
        np.divide(total.astype(np.float32), area, out=means[..., colour])


def _colours(cells: _Cells, top: _Edges, bottom: _Edges, left: _Edges, right: _Edges) -> list[NDArray[np.int64]]:
    """Sums over cells, a colour each; cells too large for packed sums are cut in halves."""
    tall, wide = (bottom - top).max(initial=0), (right - left).max(initial=0)
    if tall * wide <= _LARGEST_CELL:
        total = cells(top, bottom, left, right)
        return [total & _MASK, total >> _BITS & _MASK, total >> 2 * _BITS]
    if tall >= wide:
        middle = (top + bottom) // 2
        halves = [(top, middle, left, right), (middle, bottom, left, right)]
    else:
        middle = (left + right) // 2
        halves = [(top, bottom, left, middle), (top, bottom, middle, right)]
    first, second = (_colours(cells, *half) for half in halves)
    return [one + other for one, other in zip(first, second, strict=True)]
