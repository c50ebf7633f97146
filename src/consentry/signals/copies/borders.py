"""Plain borders around a picture: letterboxes, frames, the empty parts of a screenshot.

PDQ looks at the whole picture, so that a border of two per cent already moves most of its bits. python-threatexchange
offers to cut letterboxes off before hashing for the same reason.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_TOLERANCE: Final = 24
"""Grey levels: what JPEG leaves of a plain colour next to a picture."""

_PLAIN_SHARE: Final = 0.98
"""Of the pixels of a row or column of the border; specks of compression and dust are let through."""

_MOST_ROWS: Final = 32
"""That are looked at in one go."""

_LEAST_LEFT: Final = 0.3
"""Of either side: what is left of less is a small thing on a plain ground, not a picture with a border."""


def without_border(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The picture inside a plain border.

    Every side is gone inwards from as long as its rows (or columns) are of one colour, that of the outermost one.

    Args:
        pixels: ``(height, width, 3)`` uint8.

    Returns:
        A view of the inner part; ``None`` if there is no border, or hardly anything inside it.
    """
    top, bottom = _margins(pixels)
    left, right = _margins(pixels[top : len(pixels) - bottom].swapaxes(0, 1))
    height, width = pixels.shape[:2]
    inner = pixels[top : height - bottom, left : width - right]
    if inner.shape == pixels.shape or inner.shape[0] < _LEAST_LEFT * height or inner.shape[1] < _LEAST_LEFT * width:
        return None
    return inner


def _margins(rows: NDArray[np.uint8]) -> tuple[int, int]:
    """How many rows at the start and at the end are plain."""
    return _margin(rows), _margin(rows[::-1])


def _margin(rows: NDArray[np.uint8]) -> int:
    if not len(rows) or not rows.shape[1]:
        return 0
    colour = np.median(rows[0], axis=0)
    start, step = 0, 1  # most pictures have no border, and the first rows tell
    while start < len(rows):
        part = rows[start : start + step].astype(np.int16)
        plain = (np.abs(part - colour.astype(np.int16)).max(axis=2) <= _TOLERANCE).mean(axis=1) >= _PLAIN_SHARE
        if not plain.all():
            return start + int(np.argmin(plain))
        start, step = start + step, min(2 * step, _MOST_ROWS)
    return len(rows)
