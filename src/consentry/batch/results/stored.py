"""Assessments read back from what ``consentry score`` writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from consentry.batch.results.files import ASSESSMENTS, SHARDS, TABLE
from consentry.errors import ConsentryError
from consentry.records import Assessment

_ROWS_AT_ONCE = 1000


class StoredError(ConsentryError):
    """Stored results cannot be read. Its codes: ``consentry errors stored``."""

    default_code = "stored.format"


def read_assessments(paths: Iterable[Path] | Path) -> Iterator[Assessment]:
    """The assessments of shards, tables, JSONL files or folders of results, one after another.

    Args:
        paths: One or several: a folder that ``consentry score`` wrote, complete or still being written, its folder
            ``shards``, one shard, ``assessments.jsonl``, or the ``results.parquet`` of version 0.1.

    Raises:
        StoredError: A file is missing, is neither Parquet nor JSONL, or has a row that is no assessment.
    """
    for path in (paths,) if isinstance(paths, Path) else paths:
        for file in _files_of(path):
            yield from _read(file)


def _files_of(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    for folder in (path / SHARDS, path):
        shards = sorted(found for found in folder.glob("*.parquet") if found.name != TABLE)
        if shards:
            return shards
    for name in (ASSESSMENTS, TABLE):
        if (path / name).is_file():
            return [path / name]
    raise StoredError(
        f"There are no results at {path}.",
        f"Give the folder that `consentry score` wrote, a shard of it, or an {ASSESSMENTS}.",
        code="stored.missing",
    )


def _read(path: Path) -> Iterator[Assessment]:
    rows: Iterator[str | bytes | None] = _table_rows(path) if path.suffix.lower() == ".parquet" else _lines(path)
    for number, row in enumerate(rows, 1):
        if row is None:  # a row of the manifest that no assessment came about for
            continue
        try:
            yield Assessment.model_validate_json(row)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "it"
            raise StoredError(
                f"{path}, row {number} is not an assessment: {where}: {first['msg']}.",
                "Give the results of `consentry score`, written by this version or an older one.",
                code="stored.row",
            ) from error


def _lines(path: Path) -> Iterator[str | bytes | None]:
    """Lines that are complete: the last one of a run that was killed may not be."""
    with path.open("rb") as stream:
        for line in stream:
            if not line.endswith(b"\n"):
                return
            if line.strip():
                yield line


def _table_rows(path: Path) -> Iterator[str | bytes | None]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as table:
            if "assessment" not in table.schema_arrow.names:
                raise StoredError(
                    f"{path} has no column 'assessment'.", "Give a shard, or the folder, that `consentry score` wrote."
                )
            for batch in table.iter_batches(_ROWS_AT_ONCE, columns=["assessment"]):
                yield from batch.column(0).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise StoredError(f"{path} is not Parquet: {error}", "Give a file that is complete.") from error
