"""What separates the cells of a table of text, told from how it begins.

The header decides: its cells are names, and names hold no separators, whatever the texts below hold. Only where it
leaves a choice are the rows looked at.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from consentry.tables.names import ColumnNames
from consentry.tables.text import Text

SEPARATORS: Final = ("\t", ";", "|", ",")
"""If all else is equal the first one counts: commas stand in names of columns more often than semicolons do."""
NOTHING: Final = "\U0010ffff"
"""Stands for the separator of a table of one column; a character that no text has."""
_ROWS: Final = 30
"""As many rows of the head are looked at."""
_STATED: Final = re.compile(r"\Asep=(.)(?:\r\n|\r|\n)", re.IGNORECASE)
"""A first line by which spreadsheets are told."""


@dataclass(frozen=True)
class Style:
    """How a table of text is written.

    Attributes:
        separator: One character.
        quoted: Whether quotation marks around a cell are none of its content.
        stated: Whether the first line says the separator, and is no row.
    """

    separator: str
    quoted: bool = True
    stated: bool = False


def style_of(text: Text, names: ColumnNames, known: Collection[str] = ()) -> Style:
    """How a table is written, by its head.

    Args:
        text: The table.
        names: How its columns are called.
        known: Names of columns that the reader knows.
    """
    if stated := _STATED.match(text.head):
        return Style(stated[1], stated=True)
    likeliest = max(SEPARATORS, key=lambda separator: _likelihood(text, separator, names, known))
    _, columns, _, _ = _likelihood(text, likeliest, names, known)
    if columns == 1:
        return Style(NOTHING)
    return Style(likeliest, quoted=likeliest != "\t" or not _quotes_are_letters(text.head))


def _likelihood(
    text: Text, separator: str, names: ColumnNames, known: Collection[str]
) -> tuple[int, int, float, int]:  # fmt: skip
    """Columns that are known, whether there are several (2) or one, share of rows with as many cells, columns."""
    try:
        rows = [row for row in islice(_reader(text.head, separator), _ROWS + 2) if row]
    except csv.Error:
        return 0, 1, 0.0, 1
    header = rows[0] if rows else []
    found = sum(ours in known for name in header for ours in names.all_ours(name))
    below = rows[1:] if text.is_whole else rows[1:-1]
    agreeing = sum(len(row) == len(header) for row in below) / len(below) if below else 1.0
    return found, 2 if len(header) > 1 else 1, agreeing, len(header)


def _reader(head: str, separator: str, *, strict: bool = False) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(head, newline=""), delimiter=separator, strict=strict)


def _quotes_are_letters(head: str) -> bool:
    """Whether a table with tabs has quotation marks that cannot be around cells, as tables of posts often have."""
    try:
        for _ in _reader(head, "\t", strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" not in str(error)  # the head may end within a cell
    return False
