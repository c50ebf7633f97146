"""Rows of an Arrow table as plain data; a cell that cannot be read costs its row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def rows_of(batch: Any) -> Iterator[Any]:
    """The rows of a record batch: a mapping each, or a sentence that says which column of it cannot be read.

    Nothing checks, when Parquet is read, that a text is UTF-8 or that a time is one that a calendar has.
    """
    try:
        rows = batch.to_pylist()
    except Exception:  # noqa: BLE001  whichever row it is: it is looked for below
        rows = (_row(batch.slice(index, 1)) for index in range(batch.num_rows))
    yield from rows


def _row(batch: Any) -> Any:
    row = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            (row[name],) = column.to_pylist()
        except Exception as error:  # noqa: BLE001  Arrow raises errors of its own, and those of what it converts to
            return f"The column {name} of the row cannot be read ({type(error).__name__})."
    return row
