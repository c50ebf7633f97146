"""Text separated by commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

from consentry.tables.errors import BadRow, TableError
from consentry.tables.lines import LONGEST, Lines, TooLongError
from consentry.tables.names import ColumnNames
from consentry.tables.separators import Style, style_of
from consentry.tables.text import Text, text_of


def delimited_rows(
    stream: BinaryIO, name: str, names: ColumnNames, known: Collection[str], on_columns: Callable[[list[str]], None]
) -> Iterator[dict[str, Any] | BadRow]:
    """The rows of delimited text; cells that are missing at the end of one are empty.

    Rows in which nothing stands are passed over, and so is a first column without a name, which numbers the rows.

    Args:
        stream: Bytes.
        name: The file's, for messages.
        names: How its columns are called.
        known: Names of columns that the reader knows; they tell separators apart.
        on_columns: Told the columns before the first row; may raise.

    Raises:
        TableError: ``table.encoding``, ``table.columns``, ``table.format``.
    """
    text = text_of(stream, name)
    records = _records(text, style_of(text, names, known))
    theirs = next(records, None)
    if theirs is None:
        return
    if isinstance(theirs, BadRow):
        raise TableError(f"The names of the columns of {name} cannot be read: {theirs.reason}", "Correct the file.")
    places = names.places(theirs, name)
    on_columns(list(chain.from_iterable(places)))
    unnamed = [index for index, their_name in enumerate(theirs) if index and not their_name.strip()]
    for cells in records:
        yield cells if isinstance(cells, BadRow) else _row(cells, places, unnamed)


def _row(cells: Sequence[str], places: Sequence[Sequence[str]], unnamed: Sequence[int]) -> dict[str, Any] | BadRow:
    beside = [cells[index] for index in unnamed if index < len(cells)]
    extra = [cell for cell in (*beside, *cells[len(places) :]) if cell.strip()]
    if extra:
        return BadRow(f"The row has more cells than there are columns (the first too many: {extra[0]:.40}).")
    return {
        ours: cells[index] if index < len(cells) else "" for index, found in enumerate(places) for ours in found
    }  # fmt: skip


def _records(text: Text, style: Style) -> Iterator[list[str] | BadRow]:
    """Cells of one row after the other, the names of the columns first; rows in which nothing stands are left out."""
    if csv.field_size_limit() < LONGEST:  # one limit for the whole process; others may need more
        csv.field_size_limit(LONGEST)
    lines = Lines(text)
    if style.stated:
        next(lines)
    quoting: Any = csv.QUOTE_MINIMAL if style.quoted else csv.QUOTE_NONE
    reader = csv.reader(lines, delimiter=style.separator, quoting=quoting, strict=True)
    while True:
        lines.begin()
        try:
            cells = next(reader, None)
        except TooLongError:
            if not lines.skip(quoted=style.quoted):
                raise _never_closed(text, lines) from None
            yield BadRow(lines.excess)
            continue
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise _never_closed(text, lines) from error
            yield BadRow(f"The row (line {lines.first}) has quotation marks that do not belong together: {error}.")
            continue
        if cells is None:
            return
        if lines.unreadable:
            yield BadRow(lines.complaint)
        elif any(cells):
            yield cells


def _never_closed(text: Text, lines: Lines) -> TableError:
    return TableError(
        f"{text.name} has a quotation mark in the row that begins in line {lines.first:,} which is never closed.",
        "Close it, or write it twice where it is part of a text in quotation marks.",
    )
