"""Files that end too early, and how much of what they hold is there.

A browser shows what it has of such a file, so somebody who cuts two bytes off gets no picture out of sight by that.
Where a decoder refuses, it is given the file with something in place of what is missing, twice, with two different
things: what both times looks the same does not depend on them, so it is what the file holds.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from consentry.media.limits import Limits

RIFF_HEADER: Final = 12
_TOP_LEVEL_BOXES: Final = 10_000
_EBML_HEADER: Final = b"\x1a\x45\xdf\xa3"
_SEGMENT: Final = b"\x18\x53\x80\x67"
_EBML_HEAD: Final = 4096
"""Bytes within which the segment begins."""


class Extended(io.RawIOBase):
    """An open file with something behind its end.

    Args:
        source: The file; it is read and sought.
        tail: What follows once.
        filler: One byte that follows then, again and again, up to `size`.
        size: Of the whole, in bytes.
    """

    def __init__(self, source: BinaryIO, tail: bytes = b"", *, filler: bytes = b"\0", size: int | None = None) -> None:
        super().__init__()
        self._source, self._tail, self._filler = source, tail, filler
        self._end = size_of(source)
        self._size = self._end + len(tail) if size is None else size
        self._place = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where it stands."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def read(self, size: int | None = -1) -> bytes:
        """As of any file."""
        left = max(0, self._size - self._place)
        size = left if size is None or size < 0 else min(size, left)
        found = b""
        if self._place < self._end:
            self._source.seek(self._place)
            found = self._source.read(min(size, self._end - self._place))
        behind = self._place + len(found) - self._end
        if len(found) < size and behind >= 0:
            found += self._tail[behind : behind + size - len(found)]
            found += self._filler * (size - len(found))
        self._place += len(found)
        return found


def size_of(source: BinaryIO) -> int:
    """Bytes that a file has; it is left at its end."""
    return source.seek(0, os.SEEK_END)


def declared_size(source: BinaryIO, name: str) -> int | None:
    """How many bytes a file says that it has.

    Args:
        source: The file; where it stands does not matter.
        name: Of the format: ``WEBP``, ``mov`` for MP4 and its kin, ``matroska``. Of others, nothing is known.
    """
    size = size_of(source)
    if name == "WEBP":
        source.seek(0)
        head = source.read(RIFF_HEADER)
        return 8 + int.from_bytes(head[4:8], "little") if len(head) == RIFF_HEADER else None
    if name == "mov":
        return max((end for _, end in _boxes(source, size)), default=None)
    if name == "matroska":
        return _end_of_segment(source)
    return None


def _end_of_segment(source: BinaryIO) -> int | None:
    """Where a Matroska or WebM file ends, by its segment (RFC 8794); ``None`` if that is left open."""
    source.seek(0)
    head = source.read(_EBML_HEAD)
    start = 0
    for identifier in _EBML_HEADER, _SEGMENT:
        if head[start : start + len(identifier)] != identifier:
            return None
        start += len(identifier)
        first = head[start : start + 1]
        width = 9 - first[0].bit_length() if first and first[0] else 9
        value = int.from_bytes(head[start : start + width], "big") & ((1 << 7 * width) - 1)
        if width > 8 or value == (1 << 7 * width) - 1:
            return None
        start += width
        if identifier == _EBML_HEADER:
            start += value
    return start + value


def missing_bytes(source: BinaryIO, name: str, limits: Limits) -> float:
    """The share of its bytes that a file lacks, by what it says itself; 0 where it does not say.

    Args:
        source: The file; it is left at its start.
        name: Of the format, see `declared_size`.
        limits: A file that says it is larger than it may be is not believed.
    """
    size, declared = size_of(source), declared_size(source, name)
    source.seek(0)
    return 0.0 if declared is None or not size < declared <= limits.max_bytes else 1.0 - size / declared


def _boxes(source: BinaryIO, size: int) -> Iterator[tuple[int, int]]:
    """Start and end of the boxes at the top of a file (ISO/IEC 14496-12), as they say it themselves."""
    start = 0
    for _ in range(_TOP_LEVEL_BOXES):
        source.seek(start)
        head = source.read(16)
        if start >= size or len(head) < 8:
            return
        length = int.from_bytes(head[:4], "big")
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:], "big")
        if length < 8:  # 0: up to the end, wherever that is
            return
        yield start, start + length
        start += length


def whole_chunks(source: BinaryIO) -> bytes:
    """The chunks of a cut WebP file that are there whole, as a file: the frames of an animation up to the cut."""
    source.seek(0)
    data = source.read()
    start = RIFF_HEADER
    while start + 8 <= len(data):
        length = int.from_bytes(data[start + 4 : start + 8], "little")
        end = start + 8 + length + length % 2
        if end > len(data):
            break
        start = end
    return data[:4] + (start - 8).to_bytes(4, "little") + data[8:start]


def rows_alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    """How many rows from the top two decodings of a picture have in common.

    Args:
        one: ``(height, width, ...)``.
        other: Of the same shape.
    """
    differ = np.asarray(np.not_equal(one, other).reshape(len(one), -1).any(axis=1))
    return int(np.argmax(differ)) if differ.any() else len(one)


def rows_there(pixels: NDArray[np.generic]) -> int:
    """How many rows a decoder has written before its data ended: what it has not reached is still zero.

    Args:
        pixels: ``(height, width, ...)``, as the decoder left them.
    """
    written = np.asarray(pixels.reshape(len(pixels), -1).any(axis=1))
    return len(pixels) - int(np.argmax(written[::-1])) if written.any() else 0
