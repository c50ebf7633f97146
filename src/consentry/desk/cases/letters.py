"""What is owed to people after a decision: the statement of reasons and both letters, made with it and kept with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import select

from consentry.desk.cases.recording import assessment_of
from consentry.desk.desk import Desk
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow, PostRow
from consentry.desk.store.tables.decisions import DecisionRow, LetterRow, VerdictRow
from consentry.desk.store.tables.findings import AssessmentRow
from consentry.policy.statement import letter_to_reporter, letter_to_uploader, statement_of_reasons
from consentry.records import Action, Assessment, Decision, Record

LetterKind = Literal["statement", "uploader", "reporter"]
_RESTRICTING: Final = ("recommend_restrict", "recommend_removal")


class Letter(Record):
    """Something that was made for people after a decision.

    Attributes:
        kind: ``statement`` (of reasons, as the DSA Transparency Database takes it, JSON), or a letter as text.
    """

    id: UUID
    kind: LetterKind
    post: UUID
    decision: UUID
    body: str
    made_at: datetime


def decision_of(
    desk: Desk, decision: DecisionRow, verdict: VerdictRow, post_id: str, report_id: str | None
) -> Decision:
    """What was decided of one post, as the record that everything else of Consentry knows."""
    return Decision(
        post_id=post_id,
        report_id=report_id,
        action=cast("Action", verdict.action),
        decided_by=str(decision.decided_by),
        reason=desk.unseal(decision.case_id, f"decisions.reason:{decision.id}", decision.reason),
        decided_at=decision.decided_at,
    )


def make_letters(
    desk: Desk, case: CaseRow, decision: DecisionRow, verdicts: Sequence[VerdictRow], dates: Mapping[UUID, date | None]
) -> None:
    """Make and keep what is owed for a decision that takes effect.

    Args:
        desk: The act.
        case: The case.
        decision: What takes effect.
        verdicts: Of its posts.
        dates: The day of a post, where the post does not say it.

    Raises:
        PolicyError: ``policy.statement``: no statement can be made of it.
    """
    for verdict in verdicts:
        row = desk.session.get_one(AssessmentRow, verdict.assessment_id)
        post = desk.session.get_one(PostRow, verdict.post_id)
        assessment = assessment_of(desk, row)
        chosen = decision_of(desk, decision, verdict, post.post_id, case.report_id)
        for kind, body in _written(case, post, chosen, assessment, verdict, dates.get(post.id)).items():
            letter = LetterRow(
                id=new_id(), case_id=case.id, decision_id=decision.id, post_id=post.id, kind=kind,
                made_at=decision.decided_at, body=b"",
            )  # fmt: skip
            letter.body = desk.seal(case.id, f"letters.body:{letter.id}", body)
            desk.session.add(letter)
    desk.session.flush()


def letters_of(desk: Desk, case_id: UUID) -> list[Letter]:
    """Everything that was made for people in a case, the oldest first. Who may see it, the caller asks.

    Raises:
        DeskError: ``desk.purged``.
    """
    rows = desk.session.scalars(select(LetterRow).where(LetterRow.case_id == case_id).order_by(LetterRow.id))
    return [
        Letter(
            id=row.id,
            kind=cast("LetterKind", row.kind),
            post=row.post_id,
            decision=row.decision_id,
            body=desk.unseal(case_id, f"letters.body:{row.id}", row.body),
            made_at=row.made_at,
        )
        for row in rows
    ]


def _written(
    case: CaseRow, post: PostRow, decision: Decision, assessment: Assessment, verdict: VerdictRow, day: date | None
) -> dict[LetterKind, str]:
    restricting = decision.action in _RESTRICTING
    grounds = verdict.clauses if restricting else ()
    made: dict[LetterKind, str] = {"uploader": letter_to_uploader(decision, assessment, grounds=grounds)}
    if case.report_id is not None:
        made["reporter"] = letter_to_reporter(decision, assessment)
    if restricting:
        statement = statement_of_reasons(
            decision, assessment, grounds=grounds, content_date=day, language=post.language, article_16=case.article_16
        )
        made["statement"] = statement.model_dump_json(exclude_none=True)
    return made
