"""From a region of the detector's map to the picture of one line, laid straight."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from consentry.signals.text.regions import Region

Pixels = NDArray[np.uint8]

UNCLIP: Final = 1.6
"""How far regions are let out; the published setting (RapidOCR 1.4.4, config.yaml)."""
_STRAIGHT: Final = math.radians(0.7)
_LINE_LIKE: Final = 1.5
"""A region must be so many times as long as thick for its axis to mean anything."""


class LinePlace(NamedTuple):
    """Where a line stands in a picture, in pixels of it.

    Attributes:
        left: Of the upright box around it.
        top: Likewise.
        right: Likewise.
        bottom: Likewise.
        corners: Upper left, lower left, lower right, upper right of the line as it is read; ``None`` where it stands
            upright and the box is all.
    """

    left: int
    top: int
    right: int
    bottom: int
    corners: tuple[tuple[float, float], ...] | None = None


def place_of(region: Region, scale: float, shape: tuple[int, ...]) -> LinePlace:
    """Where the line of a region stands, let out as the detector's training drew it in (DB, Liao et al. 2020).

    Args:
        region: Of the detector's map.
        scale: Columns of the map per column of the picture.
        shape: Height and width of the picture.
    """
    line = region.along
    if abs(line.angle) < _STRAIGHT or line.length < _LINE_LIKE * line.thickness:
        return _upright(region, scale, shape)
    out = _let_out(line.length, line.thickness)
    cosine, sine = math.cos(line.angle), math.sin(line.angle)
    ahead, aside = line.length / 2 + out, line.thickness / 2 + out
    corners = tuple(
        (
            (line.x + along * ahead * cosine - across * aside * sine) / scale,
            (line.y + along * ahead * sine + across * aside * cosine) / scale,
        )
        for along, across in ((-1, -1), (-1, 1), (1, 1), (1, -1))
    )
    columns, rows = zip(*corners, strict=True)
    return LinePlace(*_inside(min(columns), min(rows), max(columns), max(rows), shape), corners)


def picture_of(pixels: Pixels, place: LinePlace) -> Pixels:
    """The part of a picture in which a line stands, turned so that the line is level."""
    if place.corners is None:
        return pixels[place.top : place.bottom, place.left : place.right]
    from PIL import Image

    upper_left, lower_left, _, upper_right = place.corners
    size = (max(1, round(math.dist(upper_left, upper_right))), max(1, round(math.dist(upper_left, lower_left))))
    quad = [coordinate for corner in place.corners for coordinate in corner]
    turned = Image.fromarray(pixels).transform(size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    return np.asarray(turned)


def _upright(region: Region, scale: float, shape: tuple[int, ...]) -> LinePlace:
    out = _let_out(region.right - region.left, region.bottom - region.top)
    sides = (region.left - out, region.top - out, region.right + out, region.bottom + out)
    left, top, right, bottom = (side / scale for side in sides)
    return LinePlace(*_inside(left, top, right, bottom, shape))


def _let_out(length: float, thickness: float) -> float:
    return length * thickness * UNCLIP / (2 * (length + thickness))


def _inside(left: float, top: float, right: float, bottom: float, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """The sides in whole pixels, within the picture, at least one pixel apart."""
    first_column, first_row = max(0, min(int(left), shape[1] - 1)), max(0, min(int(top), shape[0] - 1))
    return (
        first_column,
        first_row,
        max(first_column + 1, min(math.ceil(right), shape[1])),
        max(first_row + 1, min(math.ceil(bottom), shape[0])),
    )
