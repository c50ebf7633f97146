"""Still pictures whose file ends too early: what is there, and how much is not."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Final, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from consentry.media.cut_off import Extended, declared_size, rows_alike, rows_there, whole_chunks

_CUT: Final = "image file is truncated"
"""How Pillow's message begins when the data of a picture end too early; of damaged data it says other things."""

_END_OF_IMAGE: Final = b"\xff\xd9"
_SOMETHING_ELSE: Final = b"\x55" * 1024
"""In place of what is missing of a JPEG: no marker, and enough to spoil the rows behind the cut."""

_FILLERS: Final = (b"\0", b"\xaa")
"""In place of what is missing of a WebP."""

_BLOCK: Final = 16
"""Rows of a block of a WebP."""

_ANIMATED: Final = 0x02
"""In the flags of a WebP file (RFC 9649, 2.7)."""

_STEPS: Final = (1, 2, 4, 8)
_NEARLY_ALL: Final = 0.98


@dataclass(frozen=True)
class Cut:
    """That a picture's file ends too early.

    Attributes:
        missing: Share of its rows that are not there; ``None`` if all are, in less detail.
    """

    missing: float | None


def is_cut(error: BaseException | None) -> bool:
    """Whether that is what Pillow says of data that end too early."""
    return isinstance(error, OSError) and str(error).startswith(_CUT)


def openable(source: BinaryIO, name: str) -> BinaryIO:
    """Something that Pillow opens in place of a WebP that is cut off; libwebp wants all bytes that its header names.

    Args:
        source: The file.
        name: Pillow's name of its format.
    """
    if name != "WEBP":
        return source
    source.seek(12)
    head = source.read(9)
    source.seek(0)
    if head[:4] == b"VP8X" and head[8] & _ANIMATED:
        return BytesIO(whole_chunks(source))
    return _filled(source, _FILLERS[0])


def what_is_there(image: Image.Image, source: BinaryIO, *, short: bool) -> tuple[Image.Image, Cut | None]:
    """Decode a still picture as far as its file goes.

    Args:
        image: Opened by Pillow and not decoded yet; a reduced size may be chosen.
        source: The file itself.
        short: It lacks bytes, by what it says itself, and was opened by `openable`.

    Returns:
        The picture, decoded, and that it is cut off, if it is. Rows that are not there hold anything.

    Raises:
        Exception: Whatever Pillow raises over damage, and over a cut before the first rows.
    """
    if short:
        other = Image.open(_filled(source, _FILLERS[1]), formats=[str(image.format)])
        # What is made up may begin alike, so that the last block's rows are not trusted.
        rows = max(0, rows_alike(np.asarray(image), np.asarray(other)) - _BLOCK)
        if not rows:
            raise OSError(f"{_CUT}, before its first rows")
        return image, Cut(1.0 - rows / image.height)
    interlaced = _interlaced(image)
    try:
        image.load()
    except OSError as error:
        found = _salvaged(image, source, interlaced=interlaced) if is_cut(error) else None
        if found is None:
            raise
        return found
    return image, None


def _salvaged(image: Image.Image, source: BinaryIO, *, interlaced: bool) -> tuple[Image.Image, Cut] | None:
    if image.format == "JPEG":
        return _with_endings(image, source)
    cast(ImageFile.ImageFile, image).tile = []  # so that what Pillow has decoded so far counts as the picture
    values = np.asarray(image)
    if interlaced:
        return _coarser(image, values)
    rows = rows_there(values) - (image.format == "GIF")  # whose last row may be there in part
    return (image, Cut(1.0 - rows / len(values))) if rows > 0 else None


def _with_endings(image: Image.Image, source: BinaryIO) -> tuple[Image.Image, Cut] | None:
    """A JPEG with an end, and with something else before the end: rows that differ are made up."""
    ended, spoilt = (
        _jpeg(Extended(source, tail), image.size) for tail in (_END_OF_IMAGE, _SOMETHING_ELSE + _END_OF_IMAGE)
    )
    values = np.asarray(ended)
    rows = rows_alike(values, np.asarray(spoilt))
    if rows == len(values):
        return ended, Cut(0.0)
    if image.info.get("progressive"):
        # One colour at the bottom: not even the first, coarsest look at the picture is whole.
        plain = (values == values[-1:, -1:]).reshape(len(values), -1).all(axis=1)
        rows = len(values) - int(np.argmin(plain[::-1])) if not plain.all() else 0
        if rows:
            return ended, Cut(None if rows == len(values) else 1.0 - rows / len(values))
    return (ended, Cut(1.0 - rows / len(values))) if rows else None


def _jpeg(source: Extended, size: tuple[int, int]) -> Image.Image:
    image = Image.open(cast(BinaryIO, source), formats=["JPEG"])
    image.draft(None, size)
    image.load()
    return image


def _interlaced(image: Image.Image) -> bool:
    """Whether a PNG or GIF, not decoded yet, comes coarse first and fine last."""
    if image.format == "GIF":
        return any(
            tile.codec_name == "gif" and isinstance(tile.args, tuple) and bool(tile.args[1])
            for tile in cast(ImageFile.ImageFile, image).tile
        )
    return bool(image.info.get("interlace"))


def _coarser(image: Image.Image, values: NDArray[np.generic]) -> tuple[Image.Image, Cut] | None:
    """The finest look at an interlaced picture that is whole; of the coarsest, the rows that are there."""
    columns = image.format == "PNG"  # GIF leaves out rows alone
    for step in _STEPS:
        grid = values[::step, :: step if columns else 1]
        there = rows_there(grid)
        written = grid.reshape(len(grid), -1).any(axis=1).mean()
        if written >= _NEARLY_ALL or (step == _STEPS[-1] and there):
            whole = np.repeat(np.repeat(grid, step, axis=0), step if columns else 1, axis=1)
            height, width = values.shape[:2]
            coarse = Image.fromarray(np.ascontiguousarray(whole[:height, :width]))
            if image.mode == "P" and (palette := image.getpalette()):
                coarse = coarse.convert("P") if coarse.mode != "L" else coarse
                coarse.putpalette(palette)
            return coarse, Cut(None if written >= _NEARLY_ALL else 1.0 - there / len(grid))
    return None


def _filled(source: BinaryIO, filler: bytes) -> BinaryIO:
    return cast(BinaryIO, Extended(source, filler=filler, size=declared_size(source, "WEBP")))
