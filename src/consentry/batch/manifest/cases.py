"""From a row of a manifest to a case, or to why it is none.

`consentry.batch.manifest.columns` describes the columns. Relative paths are relative to the file that they stand in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from consentry.batch.errors import ManifestError
from consentry.batch.manifest.columns import NAMES, REPORT_COLUMNS, REPORT_PREFIX, Reading, nearest
from consentry.batch.manifest.reading import read_rows
from consentry.batch.manifest.row_bounds import check_count, trouble_with
from consentry.batch.manifest.sources import find_sources, joined
from consentry.defects import as_known
from consentry.fetching.fetcher import medium_at
from consentry.records import Case, ErrorNote, Media, Report
from consentry.records.words import LONGEST_ID, plain_name
from consentry.tables import TableError, read_document

_OF_THE_POST = ("post_id", "text", "posted_at", "account")


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


def read_manifest(manifest: str | Path, reading: Reading = Reading()) -> Iterator[Case | RowError]:
    """Cases of a manifest, in order. A bad row is a `RowError`; a bad manifest raises.

    Args:
        manifest: File, folder or glob; a path, or any address that fsspec can read.
        reading: What its columns are called, and which are left aside.

    Raises:
        ManifestError: It is missing, of no known format, or has other columns.
    """
    seen: set[str] = set()
    for number, (source, content) in enumerate(read_rows(find_sources(manifest), reading), 1):
        identity = post_id_of(content)
        if identity in seen:
            yield RowError(number, shown_id(identity), duplicate(identity).note(stage="manifest"))
            continue
        if identity is not None:
            seen.add(identity)
        try:
            yield case_of(content, source.base)
        except Exception as error:  # noqa: BLE001  nothing that stands in a row keeps the others from being read
            known = as_known(error, "the row from being read")
            yield RowError(number, shown_id(identity), known.note(stage="manifest"))


def post_id_of(content: Any) -> str | None:
    """What a row calls its post, if it says so in a word or number."""
    identity = content.get("post_id") if isinstance(content, Mapping) else None
    return str(plain_name(str(identity))) if isinstance(identity, str | int) else None


def shown_id(post_id: str | None) -> str | None:
    """What the results call a row that is no case: what it says, as far as a name may go."""
    return None if post_id is None else post_id[:LONGEST_ID]


def duplicate(post_id: str | None) -> ManifestError:
    """The error of a row whose post came before."""
    return ManifestError(
        f"The post {post_id!r} stands in the manifest twice.",
        "Give every post its own post_id.",
        code="manifest.duplicate",
    )


def case_of(content: Any, base: str) -> Case:
    """The case that a row describes.

    Args:
        content: A mapping, or a sentence that says why there is none.
        base: What relative paths are relative to.

    Raises:
        ManifestError: ``manifest.row``.
    """
    if not isinstance(content, Mapping):
        raise ManifestError(str(content), "Give one object a row.")
    known = {name: value for name, value in content.items() if name in NAMES}
    nested = {
        str(name).removeprefix(REPORT_PREFIX): value
        for name, value in content.items()
        if str(name).startswith(REPORT_PREFIX)
    }
    _check_names(content)
    if nested and known.get("report"):
        raise ManifestError(
            "The report is given twice: as report, and as columns report.*.", "Give it in one of the two ways."
        )
    report = nested or _decoded(known.get("report"), "report")
    if isinstance(report, Mapping):
        # A table has a cell for what one report says and another does not.
        said = {name: value for name, value in report.items() if value is not None}
        report = {"report_id": str(content.get("post_id")), **_with_text_id(said, "report_id")}
    facts = _decoded(known.get("facts"), "facts") or ()
    if isinstance(facts, list):
        facts = [_without_nothing(fact) for fact in facts]
    post = _with_text_id({name: known[name] for name in _OF_THE_POST if name in known}, "post_id")
    try:
        return Case.model_validate(
            {
                "post": {**post, "media": _media(known.get("media"), "media", base)},
                "report": report,
                "references": _media(known.get("references"), "references", base),
                "facts": facts,
            }
        )
    except ValidationError as error:
        raise _invalid(error, NAMES) from error


def load_report(path: Path) -> Report:
    """A report from a YAML or JSON file; its ``report_id`` is the file's name unless given.

    Raises:
        ManifestError: ``manifest.missing`` or ``manifest.row``.
    """
    try:
        content = read_document(path)
    except OSError as error:
        raise ManifestError(f"There is no report at {path}.", "Check the path.", code="manifest.missing") from error
    except TableError as error:
        raise ManifestError(error.message, error.remedy) from error
    if not isinstance(content, Mapping):
        raise ManifestError(f"{path} is not a report.", "Write fields such as `standing: depicted_person`.")
    try:
        return Report.model_validate({"report_id": path.stem, **content})
    except ValidationError as error:
        raise _invalid(error, Report.model_fields) from error


def _check_names(content: Mapping[Any, Any]) -> None:
    known = (*NAMES, *(column.name for column in REPORT_COLUMNS))
    for name in content:
        if name in NAMES or str(name).startswith(REPORT_PREFIX):
            continue
        near = nearest(str(name), known)
        raise ManifestError(
            f"The column {name!r} is not known.",
            f"Did you mean {near!r}?" if near else f"The columns are: {', '.join(NAMES)}.",
        )


def _with_text_id(fields: dict[str, Any], name: str) -> dict[str, Any]:
    """Ids may be numbers in a table."""
    if isinstance(fields.get(name), int) and not isinstance(fields[name], bool):
        return {**fields, name: str(fields[name])}
    return fields


def _without_nothing(value: Any) -> Any:
    return {name: part for name, part in value.items() if part is not None} if isinstance(value, Mapping) else value


def _decoded(value: Any, name: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        decoded = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"The column {name} is not JSON: {error}.", "Write it as one JSON object.") from error
    if trouble := trouble_with(decoded):
        raise ManifestError(trouble, f"See the column {name}.")
    return decoded


def _media(value: Any, name: str, base: str) -> list[Media]:
    parts = value.split("|") if isinstance(value, str) else (value or [])
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ManifestError(
            f"The column {name} must be paths or addresses.", "Give a list of them, or one text separated by |."
        )
    check_count(len(parts), name)
    return [medium_at(joined(base, part.strip())) for part in parts if part.strip()]


def _invalid(error: ValidationError, names: Any) -> ManifestError:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    near = nearest(place.rsplit(".", 1)[-1], names) if first["type"] == "extra_forbidden" else None
    remedy = f"Did you mean {near!r}?" if near else "Correct it; `consentry score --schema` says what is expected."
    return ManifestError(f"{place}: {message}." if place else f"{message}.", remedy)
