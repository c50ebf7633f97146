"""Whether a frame shows anything: what is black, plain or one smooth slope of colour says nothing of a setting."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.signals.scene.preprocessing import Picture

CELLS: Final = 24
"""A frame is looked at in so many cells a side: coarse enough for grain and the blocks of codecs to average out."""
LEAST_STEPS: Final = 8.0
"""Steps of 255 by which some cell has to stand out (`python benchmarks/film_moments.py detail`, docs/media.md)."""
_SAMPLED_SIDE: Final = 240
"""Larger frames are thinned to about this first; what is thinner than a pixel there is no detail of a setting."""


def shows_nothing(picture: Picture) -> bool:
    """Whether no cell of a frame stands out from an even slope of colour over all of it.

    One lit window in the dark, or a word on black, is enough to show something.

    Args:
        picture: (height, width, 3), 8 bits, RGB.
    """
    return detail(picture) < LEAST_STEPS


def detail(picture: Picture) -> float:
    """By how much the cell that stands out most differs from the plane that fits the frame best, in steps of 255.

    Args:
        picture: (height, width, 3), 8 bits, RGB.
    """
    from PIL import Image

    step = max(1, max(picture.shape[:2]) // _SAMPLED_SIDE)
    thinned = Image.fromarray(np.ascontiguousarray(picture[::step, ::step]))
    cells = np.asarray(thinned.resize((CELLS, CELLS), Image.Resampling.BOX), np.float64).reshape(-1, 3)
    return float(np.abs(cells - _plane() @ (_plane().T @ cells)).max())


@cache
def _plane() -> NDArray[np.float64]:
    """An orthonormal basis of the planes over the cells, (cells, 3)."""
    along = np.arange(CELLS, dtype=np.float64)
    rows, columns = np.meshgrid(along, along, indexing="ij")
    basis: NDArray[np.float64] = np.linalg.qr(np.stack([np.ones(CELLS**2), rows.ravel(), columns.ravel()], axis=1))[0]
    return basis
