"""The image pyramid of MTCNN's first network, laid out on one canvas so that one call sees every scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.signals.faces.resampling import Integral, resample_picture

WINDOW = 12
"""Side of the first network's window."""
STRIDE = 2
FACTOR = 0.709
"""From one scale to the next: half the area (Zhang et al. 2016)."""
NO_PIXEL = -1.0
"""Fills what no scale covers. The network knows it: where a side is odd, the last cell of its first pooling is half
outside, and only the half inside counts, as in the original, which sees every scale alone."""
BUCKET = 64
"""Canvas sides are rounded up to this, so that few shapes need compiling."""
_WIDEST: Final = 2.4
"""All scales side by side would be 3.4 times as wide as the largest."""


@dataclass(frozen=True)
class Level:
    """One scale and its place on the canvas, in pixels of the canvas; its corner is even in both directions."""

    scale: float
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Layout:
    """Where every scale of a picture of one size lies on a canvas of ``height`` x ``width``."""

    levels: tuple[Level, ...]
    height: int
    width: int


@lru_cache(maxsize=1024)
def plan_layout(width: int, height: int, smallest_face: int) -> Layout:
    """Scales at which a face of ``smallest_face`` pixels or more fills the window once, packed on a small canvas.

    Of all canvas widths up to `_WIDEST` times the largest scale's, the one with the smallest canvas is taken.
    A picture whose shorter side is under ``smallest_face`` has no levels.
    """
    scale = WINDOW / smallest_face
    shorter = min(width, height) * scale
    sizes: list[tuple[float, int, int]] = []
    while shorter >= WINDOW:
        sizes.append((scale, int(width * scale + 1), int(height * scale + 1)))
        scale *= FACTOR
        shorter *= FACTOR
    if not sizes:
        return Layout((), 0, 0)
    rectangles = [(_even(columns), _even(rows)) for _, columns, rows in sizes]
    narrowest = _rounded(rectangles[0][0])
    layouts = []
    for canvas in range(narrowest, _rounded(int(_WIDEST * rectangles[0][0])) + 1, BUCKET):
        corners, used = _pack(rectangles, canvas)
        levels = tuple(
            Level(scale, left, top, columns, rows)
            for (scale, columns, rows), (left, top) in zip(sizes, corners, strict=True)
        )
        layouts.append(Layout(levels, _rounded(used), canvas))
    return min(layouts, key=lambda layout: layout.height * layout.width)


def _pack(rectangles: Sequence[tuple[int, int]], canvas: int) -> tuple[list[tuple[int, int]], int]:
    """Places for rectangles, one after the other as high up as it fits ("skyline, bottom left"; Jylänki 2010).

    Args:
        rectangles: Width and height of each, none wider than the canvas.
        canvas: Width to stay within.

    Returns:
        Left and top of each, and the height used.
    """
    skyline = [(0, canvas, 0)]  # from, to, how far down it is taken
    corners = []
    for width, height in rectangles:
        starts = [left for left, _, _ in skyline if left + width <= canvas]
        top, left = min(
            (max(taken for near, far, taken in skyline if near < start + width and far > start), start)
            for start in starts
        )
        right = left + width
        beside = [(near, min(far, left), taken) for near, far, taken in skyline if near < left]
        beyond = [(max(near, right), far, taken) for near, far, taken in skyline if far > right]
        skyline = [*beside, (left, right, top + height), *beyond]
        corners.append((left, top))
    return corners, max(taken for _, _, taken in skyline)


def _even(size: int) -> int:
    return size + size % STRIDE


def _rounded(size: int) -> int:
    return -(-size // BUCKET) * BUCKET


def paint(layout: Layout, sums: Integral) -> NDArray[np.float32]:
    """The canvas, (height, width, 3) float32 in 0-255, and `NO_PIXEL` where no scale lies."""
    canvas = np.full((layout.height, layout.width, 3), NO_PIXEL, np.float32)
    for level in layout.levels:
        target = canvas[level.top : level.top + level.height, level.left : level.left + level.width]
        resample_picture(sums, level.height, level.width, out=target)
    return canvas


def windows(level: Level, grid: NDArray[np.float32]) -> NDArray[np.float32]:
    """The part of the network's output grid (..., rows, columns) that belongs to a level."""
    rows = (_even(level.height) - WINDOW) // STRIDE + 1
    columns = (_even(level.width) - WINDOW) // STRIDE + 1
    top, left = level.top // STRIDE, level.left // STRIDE
    return grid[..., top : top + rows, left : left + columns]
