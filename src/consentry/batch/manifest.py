"""Manifests of posts: JSONL, CSV, Parquet or YAML, one row a post.

Columns: ``post_id``; ``media`` (paths, as a list or separated by ``|``); optionally ``text``, ``posted_at``,
``account``, ``report`` (an object, or JSON) or columns ``report.standing`` and so on, ``references`` (as ``media``),
``facts`` (a list of facts, or JSON). Relative paths are relative to the manifest.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from consentry.errors import ConsentryError
from consentry.records import Case, ErrorNote, Report

POST_COLUMNS = ("post_id", "media", "text", "posted_at", "account")
COLUMNS = (*POST_COLUMNS, "report", "references", "facts")
FORMATS = (".jsonl", ".csv", ".parquet", ".yaml", ".yml")


class ManifestError(ConsentryError):
    """A manifest, or one row of it, cannot be used.

    Codes: ``manifest.missing``, ``manifest.format``, ``manifest.columns``, ``manifest.row``, ``manifest.duplicate``.
    """

    default_code = "manifest.row"


@dataclass(frozen=True)
class RowError:
    """A row that is not a case.

    Attributes:
        row: Its number, from 1.
        post_id: If it can be told.
    """

    row: int
    post_id: str | None
    error: ErrorNote


def read_manifest(path: Path) -> Iterator[Case | RowError]:
    """Cases of a manifest, in order. A bad row is a `RowError`; a bad manifest raises.

    Raises:
        ManifestError: The file is missing, of no known format, or lacks ``post_id``.
    """
    seen: set[str] = set()
    for number, row in enumerate(_rows(path), 1):
        try:
            case = _case(row, path.parent)
            _check_new(case.post.post_id, seen)
            yield case
        except ManifestError as error:
            identity = row.get("post_id") if isinstance(row, Mapping) else None
            yield RowError(number, None if identity is None else str(identity), error.note(stage="manifest"))


def _check_new(post_id: str, seen: set[str]) -> None:
    if post_id in seen:
        raise ManifestError(
            f"The post {post_id!r} stands in the manifest twice.",
            "Give every post its own post_id.",
            code="manifest.duplicate",
        )
    seen.add(post_id)


def load_report(path: Path) -> Report:
    """A report from a YAML or JSON file; its ``report_id`` is the file's name unless given.

    Raises:
        ManifestError: ``manifest.missing`` or ``manifest.row``.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(f"There is no report at {path}.", "Check the path.", code="manifest.missing") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} is not YAML: {error}", "Correct the file.") from error
    if not isinstance(content, Mapping):
        raise ManifestError(f"{path} is not a report.", "Write fields such as `standing: depicted_person`.")
    try:
        return Report.model_validate({"report_id": path.stem, **content})
    except ValidationError as error:
        raise _invalid(error, Report.model_fields) from error


def _rows(path: Path) -> Iterator[Any]:
    if not path.is_file():
        raise ManifestError(f"There is no manifest at {path}.", "Check the path.", code="manifest.missing")
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise ManifestError(
            f"{path.name} is in no format that is read as a manifest.",
            f"Give a file ending in {', '.join(FORMATS)}.",
            code="manifest.format",
        )
    try:
        if kind == ".jsonl":
            yield from _json_lines(path)
        elif kind == ".csv":
            with path.open(newline="", encoding="utf-8-sig") as stream:
                reader = csv.DictReader(stream)
                _check_columns(reader.fieldnames or (), path)
                yield from ({name: value for name, value in row.items() if value} for row in reader)
        elif kind == ".parquet":
            yield from _parquet(path)
        else:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            if not isinstance(content, list):
                raise ManifestError(f"{path.name} is not a list of posts.", "Begin each with `- post_id: …`.")
            yield from content
    except (yaml.YAMLError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(
            f"{path.name} cannot be read: {error}", "Correct the file.", code="manifest.format"
        ) from error


def _json_lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            if line.strip():
                try:
                    yield json.loads(line)
                except ValueError as error:
                    yield f"not JSON: {error}"


def _parquet(path: Path) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise ManifestError(
            f"{path.name} is not Parquet: {error}", "Correct the file.", code="manifest.format"
        ) from error
    _check_columns(table.schema_arrow.names, path)
    for batch in table.iter_batches(1024):
        for row in batch.to_pylist():
            yield {name: value for name, value in row.items() if value is not None}


def _check_columns(names: Any, path: Path) -> None:
    if "post_id" not in names:
        near = get_close_matches("post_id", list(names), 1)
        hint = f"Rename the column {near[0]!r}." if near else f"The columns are: {', '.join(COLUMNS)}."
        raise ManifestError(f"{path.name} has no column post_id.", hint, code="manifest.columns")


def _case(row: Any, folder: Path) -> Case:
    if not isinstance(row, Mapping):
        raise ManifestError(f"The row is not an object: {row!s:.80}.", "Give one object a row.")
    known = {name: value for name, value in row.items() if name in COLUMNS}
    nested = {name.removeprefix("report."): value for name, value in row.items() if name.startswith("report.")}
    unknown = sorted(set(row) - set(known) - {f"report.{name}" for name in nested})
    if unknown:
        near = get_close_matches(unknown[0], COLUMNS, 1)
        raise ManifestError(
            f"The column {unknown[0]!r} is not known.",
            f"Did you mean {near[0]!r}?" if near else f"The columns are: {', '.join(COLUMNS)}.",
        )
    report = nested or _decoded(known.get("report"), "report")
    if isinstance(report, Mapping):
        report = {"report_id": str(row.get("post_id")), **report}
    post = {name: known[name] for name in POST_COLUMNS if name in known and name != "media"}
    if "post_id" in post:
        post["post_id"] = str(post["post_id"])
    try:
        return Case.model_validate(
            {
                "post": {**post, "media": _paths(known.get("media"), folder)},
                "report": report,
                "references": _paths(known.get("references"), folder),
                "facts": _decoded(known.get("facts"), "facts") or (),
            }
        )
    except ValidationError as error:
        raise _invalid(error, COLUMNS) from error


def _decoded(value: Any, name: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ManifestError(f"The column {name} is not JSON: {error}", "Write it as one JSON object.") from error


def _paths(value: Any, folder: Path) -> list[Path]:
    parts = value.split("|") if isinstance(value, str) else (value or [])
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ManifestError("Media must be paths.", "Give a list of paths, or paths separated by |.")
    return [folder / part.strip() for part in parts if part.strip()]


def _invalid(error: ValidationError, names: Any) -> ManifestError:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    near = get_close_matches(place.rsplit(".", 1)[-1], list(names), 1) if first["type"] == "extra_forbidden" else []
    remedy = f"Did you mean {near[0]!r}?" if near else "Correct it; `consentry schema --input` prints what is expected."
    return ManifestError(f"{place}: {message}." if place else f"{message}.", remedy)
