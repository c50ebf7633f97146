"""Assessments read back from what ``consentry score`` writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from consentry.batch.files import ASSESSMENTS, TABLE
from consentry.errors import ConsentryError
from consentry.records import Assessment

_ROWS_AT_ONCE = 1000


class StoredError(ConsentryError):
    """Stored results cannot be read. Codes: ``stored.missing``, ``stored.format``, ``stored.row``."""

    default_code = "stored.format"


def read_assessments(paths: Iterable[Path] | Path) -> Iterator[Assessment]:
    """The assessments of tables, JSONL files or folders of results, one after another.

    Args:
        paths: One or several: ``results.parquet``, ``assessments.jsonl``, or a folder that ``consentry score`` wrote
            (its JSONL is read, which is complete while a run is still going on).

    Raises:
        StoredError: A file is missing, is neither Parquet nor JSONL, or has a row that is no assessment.
    """
    for path in (paths,) if isinstance(paths, Path) else paths:
        yield from _read(_file_of(path))


def _file_of(path: Path) -> Path:
    if path.is_file():
        return path
    for name in (ASSESSMENTS, TABLE):
        if (path / name).is_file():
            return path / name
    raise StoredError(
        f"There are no results at {path}.",
        f"Give a {TABLE}, an {ASSESSMENTS}, or the folder that `consentry score` wrote.",
        code="stored.missing",
    )


def _read(path: Path) -> Iterator[Assessment]:
    rows: Iterator[str | bytes] = _table_rows(path) if path.suffix.lower() == ".parquet" else _lines(path)
    for number, row in enumerate(rows, 1):
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


def _lines(path: Path) -> Iterator[str | bytes]:
    """Lines that are complete: the last one of a run that was killed may not be."""
    with path.open("rb") as stream:
        for line in stream:
            if not line.endswith(b"\n"):
                return
            if line.strip():
                yield line


def _table_rows(path: Path) -> Iterator[str | bytes]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as table:
            if "assessment" not in table.schema_arrow.names:
                raise StoredError(
                    f"{path} has no column 'assessment'.", f"Give the {TABLE} that `consentry score` wrote."
                )
            for batch in table.iter_batches(_ROWS_AT_ONCE, columns=["assessment"]):
                yield from batch.column(0).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise StoredError(f"{path} is not Parquet: {error}", "Give a file that is complete.") from error
