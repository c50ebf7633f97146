"""Pictures for the report page: the claimant's face boxed, every other face made unrecognisable."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from consentry.records import Box, Face, SaliencyMap

MATCH_COLOUR = (22, 163, 74)
OTHER_COLOUR = (217, 119, 6)
PLACE_COLOUR = (37, 99, 235)
_MARGIN = 0.3
"""Of the box, on each side: hair, ears and chin are part of what makes a face known."""
_MOSAIC = 5
"""Cells a side that are left of a hidden face: too few to restore it from."""


def draw_faces(pixels: NDArray[np.uint8], faces: Iterable[Face]) -> Image.Image:
    """The picture with every face hidden that is not a match, and boxes around matches and inconclusive faces.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        faces: Those of this picture.
    """
    picture = Image.fromarray(pixels)
    faces = list(faces)
    for face in faces:
        if face.band != "match":
            _hide(picture, face.box)
    draw = ImageDraw.Draw(picture)
    line = max(2, picture.width // 200)
    for face in faces:
        if face.band in {"match", "inconclusive"}:
            colour = MATCH_COLOUR if face.band == "match" else OTHER_COLOUR
            draw.rectangle(_pixels(face.box, picture, 0.0), outline=colour, width=line)
    return picture


def draw_places(picture: Image.Image, boxes: Iterable[Box]) -> None:
    """Frame, in the picture itself, where signals that others added saw something."""
    draw = ImageDraw.Draw(picture)
    for box in boxes:
        draw.rectangle(_pixels(box, picture, 0.0), outline=PLACE_COLOUR, width=max(2, picture.width // 200))


def _hide(picture: Image.Image, box: Box) -> None:
    area = _pixels(box, picture, _MARGIN)
    width, height = area[2] - area[0], area[3] - area[1]
    if width < 1 or height < 1:
        return
    mosaic = picture.crop(area).resize((_MOSAIC, _MOSAIC), Image.Resampling.BOX)
    hidden = mosaic.resize((width, height), Image.Resampling.BILINEAR)
    oval = Image.new("L", (width, height), 0)
    ImageDraw.Draw(oval).ellipse((0, 0, width - 1, height - 1), fill=255)
    picture.paste(hidden, area, oval.filter(ImageFilter.GaussianBlur(width / 40)))


def _pixels(box: Box, picture: Image.Image, margin: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    across, down = (right - left) * margin, (bottom - top) * margin
    return (
        max(0, round((left - across) * picture.width)),
        max(0, round((top - down) * picture.height)),
        min(picture.width, round((right + across) * picture.width)),
        min(picture.height, round((bottom + down) * picture.height)),
    )


def draw_saliency(picture: Image.Image, saliency: SaliencyMap) -> Image.Image:
    """The picture in grey with the parts that a score comes from in warm colours."""
    grid = np.array(saliency.values, np.uint8).reshape(saliency.rows, saliency.columns)
    heat = Image.fromarray((grid * 2.55).astype(np.uint8)).resize(picture.size, Image.Resampling.BICUBIC)
    colour = Image.new("RGB", picture.size, (239, 68, 68))
    grey = picture.convert("L").convert("RGB")
    return Image.composite(colour, grey, heat.point([int(value * 0.6) for value in range(256)]))


def data_address(picture: Image.Image, *, quality: int = 82) -> str:
    """A picture as a ``data:`` address, so that a page needs no other file."""
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()
