"""Bytes to text, whatever encoding a table was saved in: UTF-8, UTF-16 or Windows-1252.

A bounded head of the file says which. What is plain ASCII there is settled by the first line that is more. A line that
does not fit what was settled is never guessed at: it is said to be unreadable, and so is the row that it belongs to.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from consentry.tables.errors import TableError

HEAD: Final = 64 * 1024
"""Bytes by which the encoding and the separator are told."""

Encoding = Literal["UTF-8", "UTF-16", "Windows-1252"]
_ESCAPED: Final = re.compile("[\udc80-\udcff]")
"""Bytes that are not UTF-8, as Python carries them in text (PEP 383)."""
_OTHER_FILES: Final = {b"PAR1": "Parquet", b"PK\3\4": "a spreadsheet or another archive", b"\x1f\x8b": "compressed"}
_MARKS: Final = {
    codecs.BOM_UTF8: ("utf-8", "UTF-8"),
    codecs.BOM_UTF16_LE: ("utf-16-le", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16-be", "UTF-16"),
}
_REMEDY: Final = "Save it as UTF-8 text, or give it the ending of what it is."


class Repair:
    """Makes lines that were decoded as UTF-8 what they should have been.

    Attributes:
        encoding: Of the file; ``None`` as long as everything was ASCII.
    """

    def __init__(self, encoding: Encoding | None) -> None:
        self.encoding = encoding

    def line(self, text: str) -> str | None:
        """A line as it was meant; ``None`` if it is not in the encoding of the file.

        Args:
            text: Decoded as UTF-8, with bytes that are none escaped.
        """
        if text.isascii() or self.encoding == "UTF-16":
            return text
        wrong = len(_ESCAPED.findall(text))
        if self.encoding is None:
            self.encoding = _told_apart(text, wrong)
        if self.encoding == "UTF-8":
            return None if wrong else text
        if not wrong:  # UTF-8 from beginning to end, in a file that is not: nobody can know which was meant
            return None
        try:
            return text.encode("utf-8", "surrogateescape").decode("cp1252")
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True)
class Text:
    """A file as text.

    Attributes:
        name: Of the file, for messages.
        head: How it begins, at most `HEAD` bytes of it; the last line may be cut.
        is_whole: Whether that is all there is.
        stream: The file from its beginning, to be put right by `repair`; lines keep their ends, and nothing but line
            feeds and carriage returns ends one.
    """

    name: str
    head: str
    is_whole: bool
    stream: io.TextIOBase
    repair: Repair

    def pieces(self, size: int) -> Iterator[str]:
        """All of it, so many characters at a time.

        Raises:
            TableError: ``table.encoding``.
        """
        while piece := self.stream.read(size):
            repaired = self.repair.line(piece)
            if repaired is None:
                encoding = self.repair.encoding
                raise TableError(f"{self.name} is not {encoding} throughout.", _REMEDY, code="table.encoding")
            yield repaired


def text_of(stream: BinaryIO, name: str, *, only_unicode: bool = False) -> Text:
    """A stream of bytes as text.

    Args:
        stream: Bytes.
        name: The file's, for messages.
        only_unicode: Whether the format knows no encoding but those of Unicode, as JSON does.

    Raises:
        TableError: ``table.format`` or ``table.encoding``: it is not text.
    """
    head = _filled(stream)
    for beginning, what in _OTHER_FILES.items():
        if head.startswith(beginning):
            raise TableError(f"{name} is not text but {what}.", _REMEDY)
    codec, mark, encoding = _encoding_of(head)
    if only_unicode and encoding != "UTF-16":
        encoding = "UTF-8"
    if encoding != "UTF-16" and not only_unicode and b"\0" in head.partition(b"\n")[0]:
        raise TableError(f"{name} is not text but binary.", _REMEDY)
    errors = "surrogateescape" if codec == "utf-8" else "strict"
    try:
        shown = codecs.getincrementaldecoder(codec)(errors).decode(head[mark:], len(head) < HEAD)
    except UnicodeDecodeError as error:
        raise undecodable(name, error) from error
    rest = io.BufferedReader(_Rejoined(head[mark:], stream), HEAD)
    return Text(
        name,
        Repair(encoding).line(shown) or shown,
        len(head) < HEAD,
        io.TextIOWrapper(rest, encoding=codec, errors=errors, newline=""),
        Repair(encoding),
    )


def undecodable(name: str, error: UnicodeDecodeError) -> TableError:
    """The error of a file that is not throughout what it began as."""
    return TableError(f"{name} is not {error.encoding.upper()}: {error.reason}.", _REMEDY, code="table.encoding")


def _encoding_of(head: bytes) -> tuple[str, int, Encoding | None]:
    """The codec, the length of the byte-order mark, and the encoding as far as it is settled."""
    if not head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        for mark, (codec, encoding) in _MARKS.items():
            if head.startswith(mark):
                return codec, len(mark), "UTF-16" if encoding == "UTF-16" else "UTF-8"
    # Without a mark: the first two characters of any table are ASCII (RFC 4627, section 3, says it of JSON).
    zeros = [byte == 0 for byte in head[:4]]
    if zeros == [False, True, False, True]:
        return "utf-16-le", 0, "UTF-16"
    if zeros == [True, False, True, False]:
        return "utf-16-be", 0, "UTF-16"
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(head)
    return "utf-8", 0, None if text.isascii() else _told_apart(text, len(_ESCAPED.findall(text)))


def _told_apart(text: str, wrong: int) -> Encoding:
    """UTF-8 with a few wrong bytes has more letters beyond ASCII than wrong bytes; Windows-1252 next to none."""
    right = sum(not letter.isascii() for letter in text) - wrong
    return "Windows-1252" if wrong > right else "UTF-8"


def _filled(stream: BinaryIO) -> bytes:
    """As many bytes as there are, up to `HEAD`; a stream may give fewer at a time."""
    head = bytearray()
    while len(head) < HEAD and (more := stream.read(HEAD - len(head))):
        head += more
    return bytes(head)


class _Rejoined(io.RawIOBase):
    """What was read already, and the rest behind it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed has no name for what it gives
        if self._head:
            given, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            given = self._rest.read(len(buffer))
        buffer[: len(given)] = given
        return len(given)
