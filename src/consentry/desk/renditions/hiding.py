"""Making faces unrecognisable: what is left of one are a few colours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from consentry.records import Box

MARGIN: Final = 0.35
"""Of the box's width and height, on every side: hair, ears and the outline of a head tell who somebody is, too."""
CELLS: Final = 6
"""The mean colours of this many cells across are all that is left of a face and its margin, smoothed. Networks can be
trained to tell people by finer mosaics and by mere blurring (McPherson, Shokri, Shmatikov 2016: "Defeating Image
Obfuscation with Deep Learning"), so the face itself has three or four cells, and no detail stands under the blur."""
_WHOLE_CELLS: Final = 12


def hidden(pixels: NDArray[np.uint8], boxes: Iterable[Box]) -> NDArray[np.uint8]:
    """A picture with some places hidden.

    Args:
        pixels: (H, W, 3) uint8 RGB; it stays as it is.
        boxes: As fractions of the picture; a margin is added.

    Returns:
        Another picture of the same size.
    """
    picture = Image.fromarray(pixels)
    width, height = picture.size
    for left, top, right, bottom in boxes:
        across, down = (right - left) * MARGIN, (bottom - top) * MARGIN
        place = (
            max(0, int((left - across) * width)),
            max(0, int((top - down) * height)),
            min(width, int(np.ceil((right + across) * width))),
            min(height, int(np.ceil((bottom + down) * height))),
        )
        if place[2] > place[0] and place[3] > place[1]:
            picture.paste(_smoothed(picture.crop(place), CELLS), place[:2])
    return np.asarray(picture)


def hidden_whole(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture of which only colours and rough shapes are left, for where faces could not be looked for."""
    return np.asarray(_smoothed(Image.fromarray(pixels), _WHOLE_CELLS))


def _smoothed(part: Image.Image, cells: int) -> Image.Image:
    longest = max(part.size)
    small = part.resize(
        (max(1, round(part.width * cells / longest)), max(1, round(part.height * cells / longest))),
        Image.Resampling.BOX,
    )
    large = small.resize(part.size, Image.Resampling.BILINEAR)
    return large.filter(ImageFilter.GaussianBlur(longest / cells / 3))
