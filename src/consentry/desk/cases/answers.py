"""Answers about a post: kept as they were given, and read back by those who may see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from consentry.desk.cases.blindness import Seen
from consentry.desk.desk import Desk
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow, PostRow
from consentry.desk.store.tables.findings import AnswerRow
from consentry.records import Fact


def keep_answers(desk: Desk, case: CaseRow, post: PostRow, facts: Iterable[Fact]) -> list[AnswerRow]:
    """Write answers down; those without a moment get this one."""
    rows = []
    for fact in facts:
        row = AnswerRow(
            id=new_id(), case_id=case.id, post_id=post.id, round=case.round, step=case.step, fact=fact.name,
            value=fact.value, source=fact.source, answered_by=desk.actor.id,
            answered_at=fact.observed_at or desk.now, detail=b"",
        )  # fmt: skip
        row.detail = desk.seal(case.id, f"answers.detail:{row.id}", fact.detail)
        desk.session.add(row)
        rows.append(row)
    desk.session.flush()
    return rows


def answers_of(desk: Desk, post: PostRow, seen: Seen) -> Sequence[AnswerRow]:
    """The answers about a post that may be seen, in the order in which they were given."""
    rows = desk.session.scalars(select(AnswerRow).where(AnswerRow.post_id == post.id).order_by(AnswerRow.id))
    return [row for row in rows if seen.shows(row.round, row.step, row.answered_by, shared=row.source != "reviewer")]


def fact_of(desk: Desk, row: AnswerRow) -> Fact:
    """An answer as a record."""
    return Fact.model_validate(
        {
            "name": row.fact,
            "value": row.value,
            "source": row.source,
            "observed_at": row.answered_at,
            "detail": detail_of(desk, row.case_id, row),
        }
    )


def detail_of(desk: Desk, case_id: UUID, row: AnswerRow) -> str:
    """What was said with an answer."""
    return desk.unseal(case_id, f"answers.detail:{row.id}", row.detail)
