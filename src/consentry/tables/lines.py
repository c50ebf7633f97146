"""The lines of a text, none longer than memory allows, gathered into records."""

from __future__ import annotations

from typing import Final

from consentry.tables.text import Text

LONGEST: Final = 64 * 1024 * 1024
"""Characters of one row: several long texts, or a list of some hundred thousand media."""


class TooLongError(Exception):
    """A record is longer than `LONGEST`; `Lines.skip` leaves the rest of it aside."""


class Lines:
    """An iterator over lines with their ends, which counts what it hands out.

    Attributes:
        number: Of the last line, from 1.
        first: Of the first line of the record.
        unreadable: Whether a line of the record is not in the encoding of the file.
    """

    def __init__(self, text: Text) -> None:
        self._stream = text.stream
        self._repair = text.repair
        self.number = 0
        self.begin()

    def begin(self) -> None:
        """Say that a new record begins with the next line."""
        self.first = self.number + 1
        self.unreadable = False
        self._characters = self._quotes = 0
        self._is_cut = False

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            raise StopIteration
        if self._characters > LONGEST:
            raise TooLongError
        repaired = self._repair.line(line)
        if repaired is None:
            self.unreadable = True
            return line
        return repaired

    def skip(self, *, quoted: bool) -> bool:
        """Leave aside what is left of a record that is too long.

        Args:
            quoted: Whether cells in quotation marks may go over several lines.

        Returns:
            Whether it ended before the file did.
        """
        while self._is_cut or (quoted and self._quotes % 2):
            if not self._read():
                return not (quoted and self._quotes % 2)
        return True

    @property
    def complaint(self) -> str:
        """Why a record with an unreadable line is none."""
        return f"The row (line {self.first}) is not text in {self._repair.encoding}, as the file is."

    @property
    def excess(self) -> str:
        """Why a record that is too long is none."""
        return f"The row (line {self.first}) is longer than {LONGEST:,} characters."

    def _read(self) -> str:
        line = self._stream.readline(LONGEST + 1)
        self.number += not self._is_cut and bool(line)
        self._is_cut = bool(line) and not line.endswith(("\n", "\r"))
        self._characters += len(line)
        self._quotes += line.count('"')
        return line
