"""Rows of Parquet; a cell that cannot be read costs its row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final

from consentry.tables.errors import BadRow, TableError
from consentry.tables.names import ColumnNames

_ROWS_AT_ONCE: Final = 256


def parquet_rows(
    stream: BinaryIO,
    name: str,
    names: ColumnNames,
    on_columns: Callable[[list[str]], None],
    on_types: Callable[[Mapping[str, Any]], None],
) -> Iterator[dict[str, Any] | BadRow]:
    """The rows of a Parquet file, some hundred in memory at a time.

    Args:
        stream: Bytes that can be sought.
        name: The file's, for messages.
        names: How its columns are called.
        on_columns: Told the columns before the first row; may raise.
        on_types: Told their Arrow types, by name; may raise.

    Raises:
        TableError: ``table.format`` or ``table.columns``.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(stream) as table:
            schema = table.schema_arrow
            places = names.places(schema.names, name)
            placed = [(ours, field) for field, found in zip(schema, places, strict=True) for ours in found]
            on_columns([ours for ours, _ in placed])
            on_types({ours: field.type for ours, field in placed})
            for batch in table.iter_batches(_ROWS_AT_ONCE, use_threads=False):
                for row in _rows(batch):
                    yield row if isinstance(row, BadRow) else {ours: row[field.name] for ours, field in placed}
    except pa.ArrowException as error:
        message = f"{name} cannot be read as Parquet: {str(error).removesuffix('.')}."
        raise TableError(message, "Correct the file.") from error


def _rows(batch: Any) -> Iterator[dict[str, Any] | BadRow]:
    """The rows of a record batch. Nothing has checked yet that its text is UTF-8, or its times such as exist."""
    try:
        rows = batch.to_pylist()
    except Exception:  # noqa: BLE001  whichever row it is: it is looked for below
        rows = (_row(batch.slice(index, 1)) for index in range(batch.num_rows))
    yield from rows


def _row(batch: Any) -> dict[str, Any] | BadRow:
    row = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            (row[name],) = column.to_pylist()
        except Exception as error:  # noqa: BLE001  Arrow raises errors of its own, and those of what it converts to
            return BadRow(f"The column {name} of the row cannot be read ({type(error).__name__}).")
    return row
