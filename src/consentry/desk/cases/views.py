"""What is shown of a case: records for screens and programs, made for whoever asks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from consentry.desk.store.tables.cases import CaseRow
from consentry.records import Assessment, Record, Report


class CaseLine(Record):
    """A case in a list: no words of anybody.

    Attributes:
        step: ``senior`` where one is needed; whether it is a second opinion is not shown while one is awaited.
    """

    id: UUID
    version: int
    state: str
    round: int
    step: str | None
    source: str
    report_id: str | None
    standing: str | None
    identity: str | None
    action: str | None
    urgency: int
    risk: int
    set_aside: bool
    lease_holder: UUID | None
    lease_until: datetime | None
    due_at: datetime
    created_at: datetime
    changed_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None
    purged_at: datetime | None


class MediumView(Record):
    """A medium, without its bytes; where they can be looked at, the API says."""

    id: UUID
    role: str
    name: str
    size: int
    content_type: str
    added_at: datetime


class AnswerView(Record):
    """An answer to a question about a post."""

    id: UUID
    fact: str
    value: str
    source: str
    detail: str
    answered_by: UUID
    answered_at: datetime


class AssessmentLine(Record):
    """One of the assessments that a post has had; none is ever overwritten."""

    id: UUID
    number: int
    cause: str
    policy: str
    models: str
    action: str
    questions: int
    made_at: datetime


class PostView(Record):
    """A post, with what was measured of it and answered about it.

    Attributes:
        assessment: The latest one; ``None`` before the first, and for those who take reports in.
        assessments: All of them, the first one first.
    """

    id: UUID
    post_id: str
    words: str
    posted_at: datetime | None
    account: str
    language: str | None
    media: tuple[MediumView, ...]
    assessment_id: UUID | None
    assessment: Assessment | None
    assessments: tuple[AssessmentLine, ...]
    answers: tuple[AnswerView, ...]


class NoteView(Record):
    """A remark of a colleague."""

    id: UUID
    kind: str
    text: str
    written_by: UUID
    written_at: datetime


class VerdictView(Record):
    """What was decided about one post."""

    post: UUID
    recommended: str
    action: str
    clauses: tuple[str, ...]


class DecisionView(Record):
    """What somebody decided.

    Attributes:
        effective: Whether it took effect.
        reason: ``None`` for those who take reports in: it is for colleagues.
    """

    id: UUID
    round: int
    step: str
    decided_by: UUID | None
    decided_at: datetime
    effective: bool
    followed: bool
    agreed: bool | None
    reason: str | None
    verdicts: tuple[VerdictView, ...]


class AppealView(Record):
    """An objection, and what became of it."""

    id: UUID
    round: int
    party: str
    reason: str
    filed_at: datetime
    outcome: str | None
    settled_at: datetime | None


class DeadlineView(Record):
    """Something that has to be done in time."""

    post: UUID
    name: str
    do: str
    counted_from: str
    due_at: datetime | None
    met_at: datetime | None


class CaseView(CaseLine):
    """A case as somebody sees it.

    Attributes:
        readable: Whether words and media are there; not any more once the case is purged.
        may: What whoever asks could do with it now.
    """

    readable: bool
    article_16: bool
    report: Report | None
    posts: tuple[PostView, ...]
    references: tuple[MediumView, ...]
    notes: tuple[NoteView, ...]
    decisions: tuple[DecisionView, ...]
    appeals: tuple[AppealView, ...]
    deadlines: tuple[DeadlineView, ...]
    may: tuple[str, ...]


class Happening(Record):
    """An entry of the log about a case."""

    number: int
    at: datetime
    act: str
    actor_kind: str
    actor_id: UUID
    details: dict[str, Any]


def line_of(case: CaseRow, *, all_shown: bool = False) -> CaseLine:
    """A case for a list.

    Args:
        case: The case.
        all_shown: To somebody who can give no second opinion.
    """
    return CaseLine(**line_fields(case, all_shown=all_shown))


def line_fields(case: CaseRow, *, all_shown: bool = False) -> dict[str, Any]:
    """The fields of `CaseLine`."""
    fields = {name: getattr(case, name) for name in CaseLine.model_fields if name != "step"}
    return {**fields, "step": case.step if all_shown or case.step == "senior" else None}
