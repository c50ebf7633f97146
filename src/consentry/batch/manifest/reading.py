"""The rows of a manifest as they stand in its files, one after the other, never all at once."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from consentry.batch.errors import ManifestError
from consentry.batch.manifest.columns import BY_NAME, Reading, check_names, check_types
from consentry.batch.manifest.row_bounds import trouble_with
from consentry.batch.manifest.sources import Source
from consentry.fetching.addresses import is_web
from consentry.records.words import plain_name
from consentry.tables import BadRow, TableError, read_table


def read_rows(sources: Iterable[Source], reading: Reading = Reading()) -> Iterator[tuple[Source, Any]]:
    """All rows with the file that they stand in: a mapping each, or a sentence that says why it is none.

    Args:
        sources: The files.
        reading: What their columns are called, and which are left aside.

    Raises:
        ManifestError: A file cannot be read, or its columns are not those of a manifest.
    """
    for source in _listed(sources):
        for row in _rows(source, reading):
            if isinstance(row, dict):
                aside = reading.left_aside
                nothing = (None, "") if source.format == "delimited" else (None,)  # a table has a cell for everything
                row = {name: value for name, value in row.items() if value not in nothing and name not in aside}
            yield source, trouble_with(row) or row


def _listed(sources: Iterable[Source]) -> Iterator[Source]:
    try:
        yield from sources
    except OSError as error:
        raise ManifestError(
            f"A folder of the manifest cannot be listed: {error.strerror or type(error).__name__}.",
            "Check that it is there, and its permissions.",
            code="manifest.missing",
        ) from error


def _rows(source: Source, reading: Reading) -> Iterator[Any]:
    if source.format is None:
        name = source.name if is_web(source.address) else _relative(source.address, source.base)
        yield {"post_id": plain_name(name), "media": [source.address if is_web(source.address) else name]}
        return

    def on_columns(names: list[str]) -> None:
        check_names(names, source.name, reading)

    def on_types(types: Mapping[str, Any]) -> None:
        check_types({name: kind for name, kind in types.items() if name not in reading.left_aside}, source.name)

    try:
        with source.open() as stream:
            rows = read_table(
                stream, source.name, source.format,
                names=reading.names, known=BY_NAME, on_columns=on_columns, on_types=on_types,
            )  # fmt: skip
            for row in rows:
                yield row.reason if isinstance(row, BadRow) else row
    except TableError as error:
        code = "manifest.columns" if error.code == "table.columns" else "manifest.format"
        raise ManifestError(error.message, error.remedy, code=code) from error
    except OSError as error:
        raise ManifestError(
            f"{source.name} cannot be read: {error}.", "Correct the file.", code="manifest.format"
        ) from error


def _relative(address: str, base: str) -> str:
    return address[len(base) :].lstrip("/") if base and address.startswith(base) else posixpath.basename(address)
