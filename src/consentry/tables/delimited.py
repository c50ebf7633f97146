"""Text separated by commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, BinaryIO, Final

from consentry.tables.errors import BadRow, TableError
from consentry.tables.names import ColumnNames
from consentry.tables.text import Text

SEPARATORS: Final = (",", ";", "\t", "|")
_LOOKED_AT: Final = 30
"""Rows by which the separator is told."""
_LONGEST_CELL: Final = 16 * 1024 * 1024
"""Characters of one cell: a long text or a list of some hundred thousand media."""


def delimited_rows(
    stream: BinaryIO, name: str, names: ColumnNames, known: Collection[str], on_columns: Callable[[list[str]], None]
) -> Iterator[dict[str, Any] | BadRow]:
    """The rows of delimited text; cells that are missing at the end of one are empty.

    Args:
        stream: Bytes.
        name: The file's, for messages.
        names: How its columns are called.
        known: Names of columns that the reader knows; they tell separators apart.
        on_columns: Told the columns before the first row; may raise.

    Raises:
        TableError: ``table.encoding``, ``table.columns``, ``table.format``.
    """
    csv.field_size_limit(_LONGEST_CELL)
    text = Text(stream, name)
    separator = separator_of(text.head, names, known)
    try:
        reader = csv.reader(text.lines(), delimiter=separator)
        theirs = next((cells for cells in reader if any(cell.strip() for cell in cells)), None)
        if theirs is None:
            raise TableError(f"{name} has no rows.", "Give a table with a line of column names.")
        if any("\0" in cell for cell in theirs):
            raise TableError(f"{name} cannot be read as a table: it is binary.", "Give it the ending of its format.")
        while theirs and not theirs[-1].strip():
            theirs = theirs[:-1]  # spreadsheets put separators behind the last column
        header = names.header(theirs, name)
        on_columns(header)
        for cells in reader:
            if cells:
                yield _row(cells, header)
    except csv.Error as error:
        raise TableError(f"{name} cannot be read as a table: {error}.", "Check the quotes in it.") from error


def _row(cells: Sequence[str], header: Sequence[str]) -> dict[str, Any] | BadRow:
    extra = [cell for cell in cells[len(header) :] if cell.strip()]
    if extra:
        return BadRow(f"The row has more cells than there are columns (the first too many: {extra[0]:.40}).")
    missing = [""] * (len(header) - len(cells))
    return dict(zip(header, [*cells, *missing], strict=False))


def separator_of(head: str, names: ColumnNames, known: Collection[str]) -> str:
    """What separates the cells: that which gives most known columns, then the most even rows, then most cells.

    Args:
        head: The first characters.
        names: How the columns are called.
        known: Names of columns that the reader knows.
    """
    lines = head.splitlines(keepends=True)
    if len(lines) > 1:
        lines.pop()  # it may be cut
    return max(SEPARATORS, key=lambda separator: _worth(lines, separator, names, known))


def _worth(lines: list[str], separator: str, names: ColumnNames, known: Collection[str]) -> tuple[int, float, int, int]:
    try:
        rows = []
        for row in csv.reader(lines, delimiter=separator):
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) > _LOOKED_AT:
                break
    except csv.Error:
        return (0, 0.0, 0, 0)
    if not rows:
        return (0, 0.0, 0, 0)
    header = [names.ours(cell) for cell in rows[0]]
    even = sum(len(row) == len(header) for row in rows[1:]) / max(len(rows) - 1, 1)
    if len(header) == 1:
        even = 0.0  # one column is even whatever separates
    return sum(name in known for name in header), even, len(header), -SEPARATORS.index(separator)
