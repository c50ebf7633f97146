"""Fills a desk's store with cases, quickly: one case goes through the services, the others are copies of its rows.

Each copy has ids and a key of its own, its words sealed under that key, and its entries in the chained log; one in
twenty stands in the queue, the others are over.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from consentry.desk.actor import SYSTEM
from consentry.desk.audit.appending import digest_of
from consentry.desk.cases.assessed import record_assessed
from consentry.desk.cases.filing import FiledPost, Filing, file_case
from consentry.desk.cases.locating import case_to_change, posts_of
from consentry.desk.cases.recording import Found
from consentry.desk.desk import Desk
from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import utc_now
from consentry.desk.store.database import Database
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow, DeadlineRow, PostRow
from consentry.desk.store.tables.findings import AssessmentRow
from consentry.desk.store.tables.keys import KeyRow
from consentry.desk.store.tables.log import EntryRow, LastEntryRow
from consentry.desk.vault.keys import KeyRing, _whole, context_of
from consentry.records import Report, Signals
from consentry.signals.faces.keys import new_key, seal

ROOT = Path(__file__).resolve().parent.parent
IN_QUEUE = 20
AT_ONCE = 1000


def fill(database: Database, settings: DeskSettings, keys: KeyRing, count: int) -> None:
    """Have the store hold a number of cases more."""
    model = _model(database, settings, keys)
    for start in range(0, count, AT_ONCE):
        size = min(AT_ONCE, count - start)
        with database.writing() as session:
            end = session.scalars(select(LastEntryRow)).one()
            copies = [model.copy(keys, start + number, end) for number in range(size)]
            for table in (CaseRow, KeyRow, PostRow, AssessmentRow, DeadlineRow, EntryRow):
                rows = [row for copy in copies for row in copy[table]]
                if rows:
                    session.execute(insert(table), rows)
        print(f"\r{start + size:,} cases", end="", file=sys.stderr)
    print(file=sys.stderr)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


class _Model:
    """The rows of one case, to be copied."""

    def __init__(self, rows: dict[type, list[dict[str, Any]]], words: dict[str, bytes]) -> None:
        self.rows = rows
        self.words = words

    def copy(self, keys: KeyRing, number: int, end: LastEntryRow) -> dict[type, list[dict[str, Any]]]:
        """The same case with ids, a key and entries of the log of its own."""
        old = self.rows[CaseRow][0]["id"]
        names: dict[UUID, UUID] = {old: new_id()}
        for table in (PostRow, AssessmentRow, DeadlineRow):
            names |= {row["id"]: new_id() for row in self.rows[table]}
        found = {table: [_renamed(row, names) for row in rows] for table, rows in self.rows.items()}
        case = found[CaseRow][0]
        case |= {"origin": f"report:bulk-{case['id']}", "report_id": f"bulk-{number}"}
        moved = timedelta(seconds=number * 7919 % (60 * 86_400))
        case |= {"due_slot": case["due_slot"] + int(moved.total_seconds()) // 3600, "due_at": case["due_at"] + moved}
        if number % IN_QUEUE:
            case |= {
                "state": "closed",
                "waiting": False,
                "ended_at": case["changed_at"],
                "decided_at": case["changed_at"],
            }
        part, (place, half) = new_key(), keys.halves.take()
        key = _whole(part, half, case["id"], "case")
        found[KeyRow][0]["half"] = place
        found[KeyRow][0]["wrapped"] = keys._wrapper.wrap(part, context_of(case["id"], "case"))
        for name, words in self.words.items():
            column, _, row_id = name.partition(":")
            table, _, field = column.partition(".")
            about = f"{column}:{names[UUID(row_id)]}" if row_id else column
            for row in found[{"cases": CaseRow, "posts": PostRow, "assessments": AssessmentRow}[table]]:
                row[field] = seal(key, words, about.encode())
        for entry in found[EntryRow]:
            entry |= {"number": end.number + 1, "previous": end.digest}
            said = {name: value for name, value in entry.items() if name not in {"number", "previous", "digest"}}
            entry["digest"] = digest_of(said, entry["number"], entry["previous"])
            end.number, end.digest = entry["number"], entry["digest"]
        return found


def _renamed(row: dict[str, Any], names: dict[UUID, UUID]) -> dict[str, Any]:
    return {name: names.get(value, value) if isinstance(value, UUID) else value for name, value in row.items()}


def _model(database: Database, settings: DeskSettings, keys: KeyRing) -> _Model:
    signals = Signals.model_validate_json((ROOT / "tests/desk/bedroom_signals.json").read_bytes())
    now = utc_now()
    report = Report(
        report_id=f"model-{new_id()}", standing="depicted_person", identity="verified", consent="refused",
        statement="That is my bedroom, and I never agreed to it.",
    )  # fmt: skip
    post = FiledPost(post_id="post-model", words="Look who forgot to lock the door.", account="private_individual",
                     posted_at=now - timedelta(days=1))  # fmt: skip
    with database.writing() as session:
        desk = Desk(session, SYSTEM, settings, keys)
        case = file_case(desk, Filing(source="api", report=report, posts=(post,)))
        found = {row.id: Found(signals, ("bedroom.jpg",)) for row in posts_of(desk, case.id)}
        case.state = "assessing"
        record_assessed(desk, case_to_change(desk, case.id), found, "measured", new_id())
        case_id = case.id
    with database.reading() as session:
        rows: dict[type, list[dict[str, Any]]] = {
            CaseRow: _rows(session.scalars(select(CaseRow).where(CaseRow.id == case_id))),
            KeyRow: _rows(session.scalars(select(KeyRow).where(KeyRow.case_id == case_id, KeyRow.kind == "case"))),
            PostRow: _rows(session.scalars(select(PostRow).where(PostRow.case_id == case_id))),
            AssessmentRow: _rows(session.scalars(select(AssessmentRow).where(AssessmentRow.case_id == case_id))),
            DeadlineRow: _rows(session.scalars(select(DeadlineRow).where(DeadlineRow.case_id == case_id))),
            EntryRow: _rows(session.scalars(select(EntryRow).where(EntryRow.subject_id == case_id))),
        }
        words = {"cases.report": keys.open(session, case_id, "cases.report", rows[CaseRow][0]["report"])}
        for table, name, field in ((PostRow, "posts", "words"), (AssessmentRow, "assessments", "body")):
            for row in rows[table]:
                about = f"{name}.{field}:{row['id']}"
                words[about] = keys.open(session, case_id, about, row[field])
    return _Model(rows, words)


def _rows(found: Iterator[Any]) -> list[dict[str, Any]]:
    return [{column.key: getattr(row, column.key) for column in row.__table__.columns} for row in found]
