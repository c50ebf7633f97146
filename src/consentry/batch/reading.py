"""The rows of a manifest as they stand in its files, one after the other, never all at once."""

from __future__ import annotations

import csv
import io
import json
import lzma
import posixpath
import reprlib
import zlib
from collections.abc import Collection, Iterable, Iterator
from typing import Any, BinaryIO, Final

from consentry.batch.columns import check_names, check_types
from consentry.batch.errors import ManifestError
from consentry.batch.sources import Source

_ROWS_AT_ONCE: Final = 256
"""Of a Parquet row group."""
_LONGEST_CELL: Final = 16 * 1024 * 1024
"""Characters of one CSV cell: a long text or a list of some hundred thousand media."""
_LONGEST_ROW: Final = 64 * 1024 * 1024
"""Bytes of one line of JSON: several such texts. A longer one is an error of its row."""
_MOST_VALUES: Final = 1_000_000
"""Of a row in YAML, aliases written out."""


def read_rows(sources: Iterable[Source], ignored: Collection[str] = ()) -> Iterator[tuple[Source, Any]]:
    """All rows with the file that they stand in: a mapping each, or a sentence that says why it is none.

    Raises:
        ManifestError: A file cannot be read, or its columns are not those of a manifest.
    """
    for source in sources:
        for row in _rows(source, ignored):
            if isinstance(row, dict):
                row = {name: value for name, value in row.items() if value is not None and name not in ignored}
            yield source, row


def _rows(source: Source, ignored: Collection[str]) -> Iterator[Any]:
    if source.format is None:
        name = _relative(source.address, source.base)
        yield {"post_id": name, "media": [name]}
        return
    try:
        with source.open() as stream:
            if source.format == "jsonl":
                yield from _json_lines(stream)
            elif source.format == "csv":
                yield from _csv_rows(stream, source, ignored)
            elif source.format == "parquet":
                yield from _parquet_rows(stream, source, ignored)
            else:
                yield from _yaml_rows(stream, source)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error, lzma.LZMAError) as error:
        raise ManifestError(
            f"{source.name} cannot be read: {error}.", "Correct the file.", code="manifest.format"
        ) from error


def _relative(address: str, base: str) -> str:
    return address[len(base) :].lstrip("/") if base and address.startswith(base) else posixpath.basename(address)


def _json_lines(stream: BinaryIO) -> Iterator[Any]:
    for line in _lines(stream):
        if line is None:
            yield f"The row is longer than {_LONGEST_ROW:,} bytes."
        elif line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                row = f"The row is not JSON: {error}."
            yield row if isinstance(row, dict | str) else _no_object(row)


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Line by line, ``None`` for one that is too long, of which no more than that is ever held."""
    while line := stream.readline(_LONGEST_ROW):
        if len(line) < _LONGEST_ROW or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_LONGEST_ROW)
        yield None


def _no_object(row: Any) -> str:
    return f"The row is not an object: {reprlib.repr(row):.80}."


def _csv_rows(stream: Any, source: Source, ignored: Collection[str]) -> Iterator[Any]:
    csv.field_size_limit(_LONGEST_CELL)
    with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
        reader = csv.DictReader(_csv_lines(text))
        check_names(reader.fieldnames or (), source.name, ignored)
        for row in reader:
            if None in row:
                yield f"The row has more cells than there are columns (the first too many: {row[None][0]!s:.40})."
            else:
                yield {name: value for name, value in row.items() if value}


def _csv_lines(text: io.TextIOBase) -> Iterator[str]:
    """Line by line; one without end would be held whole."""
    while line := text.readline(_LONGEST_ROW):
        if len(line) == _LONGEST_ROW and not line.endswith("\n"):
            raise csv.Error(f"a line has more than {_LONGEST_ROW:,} characters")
        yield line


def _parquet_rows(stream: Any, source: Source, ignored: Collection[str]) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(stream) as table:
            schema = table.schema_arrow
            check_names(schema.names, source.name, ignored)
            check_types({field.name: field.type for field in schema if field.name not in ignored}, source.name)
            for batch in table.iter_batches(_ROWS_AT_ONCE, use_threads=False):
                yield from batch.to_pylist()
    except pa.ArrowException as error:
        raise ManifestError(
            f"{source.name} is not Parquet: {error}.", "Correct the file.", code="manifest.format"
        ) from error


def _yaml_rows(stream: Any, source: Source) -> Iterator[Any]:
    """YAML is for files that people write by hand; it is read whole."""
    import yaml

    try:
        content = yaml.safe_load(stream.read())
    # A thirteenth month is a ValueError, a thousand brackets are a RecursionError.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ManifestError(
            f"{source.name} cannot be read: {error}.", "Correct the file.", code="manifest.format"
        ) from error
    if not isinstance(content, list):
        raise ManifestError(
            f"{source.name} is not a list of posts.", "Begin each with `- post_id: …`.", code="manifest.format"
        )
    sizes: dict[int, int] = {}
    for row in content:
        if _written_out(row, sizes) > _MOST_VALUES:
            yield f"The row has more than {_MOST_VALUES:,} values when its aliases are written out."
        else:
            yield row if isinstance(row, dict) else _no_object(row)


def _written_out(value: Any, sizes: dict[int, int]) -> int:
    """How many values there are with every alias written out: a few lines of YAML are as long as one likes."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in sizes:
        sizes[id(value)] = _MOST_VALUES + 1  # what holds itself has no end
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        sizes[id(value)] = min(1 + sum(_written_out(part, sizes) for part in parts), _MOST_VALUES + 1)
    return sizes[id(value)]
