"""The lines of a text file in whatever encoding it was written, one after the other."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from consentry.tables.errors import TableError

LONGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes or characters: several long texts. More would be held whole, since nobody knows where it ends."""
HEAD: Final = 1 << 16
"""Bytes by which the encoding and the separator are told."""
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENDS: Final = re.compile("(\r\n|\n|\r)")
_FALLBACK: Final = "cp1252"
"""What spreadsheets write that is not Unicode."""


class Text:
    """A text file that is read once, from its beginning.

    Pure ASCII tells nothing of the encoding, so the first byte beyond it decides, however late it comes: UTF-8 if the
    bytes from there on are valid UTF-8 for as long as can be seen, Windows-1252 if not.

    Args:
        stream: The bytes.
        name: The file's, for messages.
        head: Those that were read already.

    Attributes:
        encoding: As far as the head tells.
    """

    def __init__(self, stream: BinaryIO, name: str, head: bytes | None = None) -> None:
        self._stream = stream
        self._name = name
        head = _read(stream, HEAD) if head is None else head
        bom, self.encoding = encoding_of(head)
        self._head = head[bom:]

    @property
    def head(self) -> str:
        """The first characters, for a look at them; the last one may be cut."""
        return self._head.decode(self.encoding, errors="ignore")

    def lines(self) -> Iterator[str]:
        r"""The lines with their ends: ``\n``, ``\r\n`` or ``\r``, and nothing else ends a line.

        Raises:
            TableError: ``table.encoding``: a byte is none of the encoding.
        """
        begun: list[str] = []
        for piece in self._decoded():
            *lines, rest = _ENDS.split(piece)
            for line, end in zip(lines[::2], lines[1::2], strict=True):
                yield "".join((*begun, line, end))
                begun.clear()
            if rest:
                begun.append(rest)
                if sum(map(len, begun)) > LONGEST_LINE:
                    raise TableError(
                        f"{self._name} has a line of more than {LONGEST_LINE:,} characters.", "Correct it."
                    )
        if begun:
            yield "".join(begun)

    def _decoded(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)()
        ascii_so_far = self.encoding == "utf-8"
        chunk, offset = self._head, 0
        while chunk:
            if ascii_so_far and not chunk.isascii():
                ascii_so_far = False
                if not _valid_utf8(chunk):
                    self.encoding = _FALLBACK
                    decoder = codecs.getincrementaldecoder(_FALLBACK)()
            try:
                yield decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise self._undecodable(offset + error.start) from error
            offset += len(chunk)
            chunk = _read(self._stream, HEAD)
        try:
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise self._undecodable(offset) from error

    def _undecodable(self, place: int) -> TableError:
        what = "Windows-1252" if self.encoding == _FALLBACK else self.encoding.upper()
        return TableError(
            f"{self._name} begins as {what} and is something else at byte {place:,}.",
            "Save it as UTF-8.",
            code="table.encoding",
        )


def _read(stream: BinaryIO, size: int) -> bytes:
    """So many bytes, fewer only at the end."""
    parts, left = [], size
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def encoding_of(head: bytes) -> tuple[int, str]:
    """The length of the byte-order mark, and the encoding."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return len(bom), encoding
    pairs = len(head) // 2
    if pairs:  # UTF-16 without a mark: every other byte of plain letters is nought
        if head[1::2].count(0) > pairs * 0.4:
            return 0, "utf-16-le"
        if head[0::2].count(0) > pairs * 0.4:
            return 0, "utf-16-be"
    return 0, "utf-8" if head.isascii() or _valid_utf8(head) else _FALLBACK


def _valid_utf8(chunk: bytes) -> bool:
    """Whether it is UTF-8, but for a character that its end may cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(chunk)
    except UnicodeDecodeError:
        return False
    return True
