"""The rows of a table in any of the formats, one after the other."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, BinaryIO

from consentry.tables.delimited import delimited_rows
from consentry.tables.errors import BadRow, TableError
from consentry.tables.formats import Format
from consentry.tables.json_rows import json_rows
from consentry.tables.names import ColumnNames
from consentry.tables.parquet_rows import parquet_rows
from consentry.tables.text import undecodable
from consentry.tables.yaml_rows import yaml_rows


def read_table(
    stream: BinaryIO,
    name: str,
    format: Format,  # noqa: A002  what it is
    *,
    names: ColumnNames = ColumnNames(),
    known: Collection[str] = (),
    on_columns: Callable[[list[str]], None] = lambda _: None,
    on_types: Callable[[Mapping[str, Any]], None] = lambda _: None,
) -> Iterator[dict[str, Any] | BadRow]:
    """The rows of a table: each by the reader's names of its columns, or why it is none.

    Delimited text and JSON are read row by row, Parquet some hundred rows at a time, YAML (and a JSON object that
    holds the array) whole. Cells of delimited text and scalars of YAML are text.

    Args:
        stream: The bytes, decompressed; Parquet has to be able to seek in them.
        name: The file's, for messages.
        format: See `formats.format_of`.
        names: How its columns are called.
        known: Names of columns that the reader knows, in lower case.
        on_columns: Told the columns of a table that has a header, before the first row; may raise.
        on_types: Told the Arrow types of Parquet's columns, by name; may raise.

    Raises:
        TableError: ``table.format``, ``table.encoding`` or ``table.columns``.
    """
    try:
        if format == "delimited":
            yield from delimited_rows(stream, name, names, known, on_columns)
        elif format == "parquet":
            yield from parquet_rows(stream, name, names, on_columns, on_types)
        else:
            by_line = format == "json_lines"
            rows = yaml_rows(stream, name) if format == "yaml" else json_rows(stream, name, by_line=by_line)
            for row in rows:
                yield row if isinstance(row, BadRow) else names.row(row)
    except UnicodeDecodeError as error:
        raise undecodable(name, error) from error
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise TableError(f"{name} cannot be read: {error}.", "Correct the file.") from error
