"""From a picture of any size to what the network takes. Training and serving both use this, and nothing else.

The whole picture is squeezed into a square, aspect ratio given up: nothing is cut away, so the class activation map
covers the whole picture cell by cell, and on validation data a central crop and padding did no better overall
(``docs/training.md``). Normalisation is inside the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""RGB pixels, upright, of shape (height, width, 3)."""

DESCRIPTION: Final = "squeeze to a square, Pillow BILINEAR, reducing_gap 3"
"""Stands in ``model.json`` and in the key of cached features; changed whenever `network_input` gives something else."""

_REDUCING_GAP = 3.0
"""Pillow first shrinks by whole factors to this many times the target: large pictures resize several times faster."""


def network_input(picture: Picture, side: int) -> Picture:
    """One picture as the network takes it.

    Args:
        picture: (height, width, 3), 8 bits, RGB.
        side: Pixels of the square that the network was trained at.

    Returns:
        (side, side, 3), 8 bits, RGB.

    Raises:
        ValueError: The array is not of that shape or type, or is empty.
    """
    from PIL import Image

    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape:
        raise ValueError(f"expected (height, width, 3) of uint8, got {picture.shape} of {picture.dtype}")
    image = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR, reducing_gap=_REDUCING_GAP))


def network_batch(pictures: Sequence[Picture], side: int) -> NDArray[np.uint8]:
    """Several pictures as one batch of shape (n, side, side, 3)."""
    batch = np.empty((len(pictures), side, side, 3), dtype=np.uint8)
    for index, picture in enumerate(pictures):
        batch[index] = network_input(picture, side)
    return batch
