"""Assessments: recorded once, never overwritten, and decided again from stored signals when something is answered."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Self, cast
from uuid import UUID

from sqlalchemy import func, select

from consentry.desk.cases.answers import answers_of, fact_of
from consentry.desk.cases.blindness import EVERYTHING, Seen, as_second
from consentry.desk.cases.locating import order, posts_of
from consentry.desk.cases.policies import policy_of
from consentry.desk.desk import Desk
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow, DeadlineRow, PostRow
from consentry.desk.store.tables.decisions import AppealRow
from consentry.desk.store.tables.findings import AnswerRow, AssessmentRow
from consentry.policy import SEVERITY, decide
from consentry.policy.deciding.stored_cases import answers_for
from consentry.records import (
    AccountKind,
    Action,
    Assessment,
    Circumstances,
    ComponentDigest,
    Media,
    Post,
    Report,
    Signals,
)

Cause = Literal["measured", "imported", "answer", "report", "unmeasured", "policy"]
FINAL: tuple[Action, ...] = ("no_action", "recommend_restrict", "recommend_removal", "route_out")
"""Recommendations of an outcome, rather than of a closer look."""
_NOT_HELD = "(words came with it, and are not held here)"
_DECIDED_AGAIN: tuple[Cause, ...] = ("answer", "report", "policy")


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured of a post, whatever the policy made of it.

    Attributes:
        media: Their names, in the post's order.
        has_words: Whether words came with it, where the case does not hold them.
    """

    signals: Signals
    media: tuple[str, ...] = ()
    has_words: bool = False
    components: tuple[ComponentDigest, ...] = ()

    @classmethod
    def of(cls, assessment: Assessment) -> Self:
        """What an assessment measured."""
        held = assessment.circumstances or Circumstances()
        return cls(assessment.signals, held.media_ids, held.has_text, assessment.components)


def report_of(desk: Desk, case: CaseRow) -> Report | None:
    """The report as a record, as it stands at present."""
    if case.report is None:
        return None
    return Report.model_validate_json(desk.unseal(case.id, "cases.report", case.report))


def words_of(desk: Desk, post: PostRow) -> str:
    """What came with the media of a post."""
    return desk.unseal(post.case_id, f"posts.words:{post.id}", post.words)


def record(
    desk: Desk, case: CaseRow, post: PostRow, measured: Found, cause: Cause, made_by: UUID, seen: Seen = EVERYTHING
) -> AssessmentRow:
    """Write down an assessment: what was measured, decided with the report and the answers as they stand now.

    Args:
        desk: The act.
        case: The case.
        post: The post, one of the case.
        measured: Signals and components; all else is taken from the case.
        cause: Why there is a new one.
        made_by: What it came of; one of these makes one assessment of a post, however often it is recorded.
        seen: Whose answers count.
    """
    return keep(desk, case, post, decided(desk, case, post, measured, seen), cause, made_by)


def keep(desk: Desk, case: CaseRow, post: PostRow, found: Assessment, cause: Cause, made_by: UUID) -> AssessmentRow:
    """Write an assessment down as it is; once for everything that one is made by."""
    held = desk.session.scalars(
        select(AssessmentRow).where(AssessmentRow.post_id == post.id, AssessmentRow.made_by == made_by)
    ).one_or_none()
    if held is not None:
        return held
    last = desk.session.scalar(select(func.max(AssessmentRow.number)).where(AssessmentRow.post_id == post.id))
    signals = found.signals
    scenes, matches = signals.scene, [each.match_probability for each in signals.faces]
    row = AssessmentRow(
        id=new_id(), case_id=case.id, post_id=post.id, number=(last or 0) + 1, cause=cause, made_by=made_by,
        round=case.round, step=case.step, policy=found.recommendation.policy, models=_models(found),
        action=found.recommendation.action, questions=len(found.recommendation.questions),
        private_context=max((each.private_context.probability for each in scenes), default=None),
        public_event=max((each.public_event.probability for each in scenes), default=None),
        match_probability=max((p for p in matches if p is not None), default=None),
        made_at=desk.now, body=b"",
    )  # fmt: skip
    body = zlib.compress(found.model_dump_json().encode())
    row.body = desk.keys.seal(desk.session, case.id, f"assessments.body:{row.id}", body)
    desk.session.add(row)
    desk.session.flush()
    return row


def decided(desk: Desk, case: CaseRow, post: PostRow, measured: Found, seen: Seen) -> Assessment:
    """What the policy makes of signals, with the report and the answers as they stand; without media."""
    policy = policy_of(desk.settings)
    report = report_of(desk, case)
    answers = answers_for(policy, [fact_of(desk, row) for row in answers_of(desk, post, seen)])
    words = words_of(desk, post) or (_NOT_HELD if measured.has_words else "")
    published = Post.model_construct(
        post_id=post.post_id,
        media=tuple(Media.model_construct(media_id=name, data=b"") for name in measured.media),
        text=words,
        posted_at=post.posted_at,
        account=cast("AccountKind", post.account),
    )
    result = decide(policy, published, report, measured.signals, answers)
    return Assessment(
        post_id=post.post_id,
        report_id=case.report_id,
        signals=measured.signals,
        circumstances=Circumstances.of(published, report, answers),
        facts=result.facts,
        recommendation=result.recommendation,
        components=_components(measured.components, policy.digest),
    )


def latest(desk: Desk, post: PostRow, seen: Seen = EVERYTHING, *, measured: bool = False) -> AssessmentRow | None:
    """The last assessment of a post that may be seen.

    Args:
        desk: The act.
        post: The post.
        seen: By whom.
        measured: The last one that was not made by an answer, so that its signals are the newest.
    """
    rows = desk.session.scalars(
        select(AssessmentRow).where(AssessmentRow.post_id == post.id).order_by(AssessmentRow.number.desc())
    )
    return next(
        (row for row in rows if is_shown(desk, row, seen) and not (measured and row.cause in _DECIDED_AGAIN)), None
    )


def is_shown(desk: Desk, row: AssessmentRow, seen: Seen) -> bool:
    """Whether an assessment may be seen: one that an answer led to, by those who may see the answer."""
    if row.cause != "answer":
        return True
    answer = desk.session.get_one(AnswerRow, row.made_by)
    return seen.shows(row.round, row.step, answer.answered_by, shared=answer.source != "reviewer")


def assessment_of(desk: Desk, row: AssessmentRow) -> Assessment:
    """An assessment as a record."""
    body = desk.keys.open(desk.session, row.case_id, f"assessments.body:{row.id}", row.body)
    return Assessment.model_validate_json(zlib.decompress(body))


def decide_again(desk: Desk, case: CaseRow, cause: Cause, made_by: UUID, posts: Sequence[PostRow]) -> None:
    """Decide posts again from their stored signals, once something was answered or the report has changed."""
    seen = as_second(case, desk.actor.id)
    for post in posts:
        base = latest(desk, post, seen, measured=True)
        if base is not None:
            record(desk, case, post, Found.of(assessment_of(desk, base)), cause, made_by, seen)
    refresh(desk, case)


def refresh(desk: Desk, case: CaseRow) -> None:
    """Bring what the queue sorts by to the latest assessments, as everybody may see them who may take the case."""
    seen = as_second(case)
    rows: list[tuple[PostRow, AssessmentRow]] = []
    for post in posts_of(desk, case.id):
        row = latest(desk, post, seen)
        post.action = row.action if row else None
        if row is not None:
            rows.append((post, row))
    strongest = max(rows, key=lambda pair: SEVERITY[_action(pair[1])], default=None)
    case.action = strongest[1].action if strongest else None
    case.urgency = SEVERITY[_action(strongest[1])] if strongest else 0
    case.confident = bool(rows) and all(row.action in FINAL and not row.questions for _, row in rows)
    for post, row in rows:
        _note_deadlines(desk, case, post, assessment_of(desk, row))
    soonest = desk.session.scalar(
        select(func.min(DeadlineRow.due_at)).where(
            DeadlineRow.case_id == case.id,
            DeadlineRow.round == case.round,
            DeadlineRow.met_at.is_(None),
            DeadlineRow.counted_from != "decision",
        )
    )
    begun = case.reported_at or case.created_at
    if case.round:
        appealed = select(AppealRow.filed_at).where(AppealRow.case_id == case.id, AppealRow.round == case.round)
        begun, soonest = desk.session.scalars(appealed).one(), None  # the report's deadlines were met, or missed
    order(case, soonest or (begun + timedelta(hours=desk.settings.decide_within_hours)))
    desk.session.flush()


def _note_deadlines(desk: Desk, case: CaseRow, post: PostRow, found: Assessment) -> None:
    held = {
        row.name: row
        for row in desk.session.scalars(
            select(DeadlineRow).where(DeadlineRow.post_id == post.id, DeadlineRow.round == case.round)
        )
    }
    wanted = {deadline.deadline: deadline for deadline in found.recommendation.deadlines}
    for name, deadline in wanted.items():
        row = held.get(name)
        if row is None:
            row = DeadlineRow(case_id=case.id, post_id=post.id, round=case.round, name=name[:100])
            desk.session.add(row)
        row.do, row.counted_from, row.due_at = deadline.do[:2000], deadline.counted_from, deadline.due_at
    for name, row in held.items():
        if name not in wanted and row.met_at is None:
            desk.session.delete(row)
    desk.session.flush()


def _models(found: Assessment) -> str:
    written = "\n".join(f"{each.name} {each.version} {each.sha256}" for each in found.components)
    return hashlib.sha256(written.encode()).hexdigest()


def _components(held: Sequence[ComponentDigest], policy: ComponentDigest) -> tuple[ComponentDigest, ...]:
    others = [each for each in held if not each.name.startswith("policy/")]
    return tuple(sorted((*others, policy), key=lambda each: each.name))


def _action(row: AssessmentRow) -> Action:
    return cast("Action", row.action)
