"""The image pyramid of MTCNN's first network, laid out on one canvas so that one call sees every scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.faces.resampling import Integral, resample_picture

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


def plan_layout(width: int, height: int, smallest_face: int) -> Layout:
    """Scales at which a face of ``smallest_face`` pixels or more fills the window once, packed on shelves.

    A picture whose shorter side is under ``smallest_face`` has no levels.
    """
    scale = WINDOW / smallest_face
    shorter = min(width, height) * scale
    levels: list[Level] = []
    shelves: list[list[int]] = []  # top, height, used width
    canvas_width = canvas_height = 0
    while shorter >= WINDOW:
        columns, rows = int(width * scale + 1), int(height * scale + 1)
        canvas_width = canvas_width or _even(columns)
        for shelf in shelves:
            if rows <= shelf[1] and shelf[2] + columns <= canvas_width:
                break
        else:
            shelf = [canvas_height, rows, 0]
            shelves.append(shelf)
            canvas_height += _even(rows)
        levels.append(Level(scale, shelf[2], shelf[0], columns, rows))
        shelf[2] += _even(columns)
        scale *= FACTOR
        shorter *= FACTOR
    return Layout(tuple(levels), _rounded(canvas_height), _rounded(canvas_width))


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
