"""Cases out of a night's job: the shards that ``consentry score`` wrote, read as the tables that they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

from pydantic import ValidationError

from consentry.desk.actor import SYSTEM
from consentry.desk.cases.assessed import record_imported
from consentry.desk.cases.filing import FiledPost, Filing, file_case
from consentry.desk.cases.locating import posts_of
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow
from consentry.records import MOST_POSTS_A_REPORT, Assessment, Circumstances, Post
from consentry.tables import BadRow, Format, opened, read_table

SHARDS: Final = "shards"
_KINDS: Final[dict[str, Format]] = {".parquet": "parquet", ".jsonl": "json_lines"}


def read_results(results: Path) -> Iterator[tuple[Assessment, ...]]:
    """The assessments of a job, those of one report together.

    Args:
        results: The folder that ``consentry score`` wrote, its folder of shards, a shard, or a file of JSON lines.

    Raises:
        DeskError: ``desk.import``: there are none, or a row is none.
    """
    files = _files_of(results)
    posts = Counter(report for file in files for report, _ in _rows(file) if report is not None)
    waiting: dict[str, list[Assessment]] = {}
    for file in files:
        for report, written in _rows(file):
            assessment = _assessment(file, written)
            if report is None or posts[report] == 1:
                yield (assessment,)
                continue
            waiting.setdefault(report, []).append(assessment)
            if len(waiting[report]) == posts[report]:
                yield tuple(waiting.pop(report))


def import_case(
    desk: Desk, assessments: tuple[Assessment, ...], posts: Mapping[str, Post], statement: str = ""
) -> CaseRow:
    """Make a case of the assessments of one report, or of a post that nobody reported.

    Args:
        desk: The desk itself, a senior, or a program.
        assessments: Of the same report.
        posts: With the words, by ``post_id``; a post that is not there is imported without its words.
        statement: The reporter's own words.

    Raises:
        DeskError: ``desk.duplicate`` for one that is there; ``desk.import`` for what cannot become one case.
    """
    if len(assessments) > MOST_POSTS_A_REPORT:
        raise DeskError(
            f"A report of the results names {len(assessments)} posts; one may name {MOST_POSTS_A_REPORT}.",
            "Split it before the job.",
            code="desk.import",
        )
    held = [each.circumstances or Circumstances() for each in assessments]
    report = held[0].report
    if report is not None and statement:
        report = report.model_copy(update={"statement": statement})
    filed = tuple(
        FiledPost(
            post_id=each.post_id,
            words=posts[each.post_id].text if each.post_id in posts else "",
            posted_at=each_held.posted_at,
            account=each_held.account,
            facts=each_held.answers,
        )
        for each, each_held in zip(assessments, held, strict=True)
    )
    case = file_case(desk, Filing(source="import", report=report, posts=filed))
    rows = {post.post_id: post.id for post in posts_of(desk, case.id)}
    # Whoever brings assessments files the case; that it opens with them is the desk's own move.
    record_imported(replace(desk, actor=SYSTEM), case, {rows[each.post_id]: each for each in assessments}, new_id())
    return case


def wanted(assessments: tuple[Assessment, ...], actions: Collection[str]) -> bool:
    """Whether any of the posts was recommended one of the actions."""
    return any(each.recommendation.action in actions for each in assessments)


def _files_of(results: Path) -> list[Path]:
    if results.is_file() and results.suffix.lower() in _KINDS:
        return [results]
    for folder in (results / SHARDS, results):
        found = sorted(folder.glob("*.parquet"))
        if found:
            return found
    raise DeskError(
        f"There are no results at {results}.",
        "Give the folder that `consentry score` wrote, a shard of it, or its assessments.jsonl.",
        code="desk.import",
    )


def _rows(file: Path) -> Iterator[tuple[str | None, str | Mapping[str, Any]]]:
    """Each row that holds an assessment: its report, and what is written."""
    with opened(str(file)) as stream:
        for row in read_table(stream, file.name, _KINDS[file.suffix.lower()]):
            if isinstance(row, BadRow):
                raise _none(file, row.reason)
            written = row.get("assessment", row if "recommendation" in row else None)
            if written is not None:
                yield cast("str | None", row.get("report_id")), written


def _assessment(file: Path, written: str | Mapping[str, Any]) -> Assessment:
    try:
        if isinstance(written, str):
            return Assessment.model_validate_json(written)
        return Assessment.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        raise _none(file, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _none(file: Path, why: str) -> DeskError:
    return DeskError(
        f"A row of {file} is no assessment: {why.removesuffix('.')}.",
        "Give results that this version of `consentry score` wrote, or an older one.",
        code="desk.import",
    )
