"""Looking at cases: what somebody sees of one, lists of them, and what happened to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from consentry.desk.cases.answers import answers_of, detail_of
from consentry.desk.cases.blindness import EVERYTHING, Seen, seen_by
from consentry.desk.cases.locating import case_to_read, has_decided, posts_of
from consentry.desk.cases.recording import assessment_of, is_shown, latest, report_of, words_of
from consentry.desk.cases.states import MOVES, may_move, require_role
from consentry.desk.cases.views import (
    AnswerView,
    AppealView,
    AssessmentLine,
    CaseLine,
    CaseView,
    DeadlineView,
    DecisionView,
    MediumView,
    NoteView,
    PostView,
    VerdictView,
    line_fields,
    line_of,
)
from consentry.desk.desk import Desk
from consentry.desk.store.tables.cases import CaseRow, DeadlineRow, MediaRow, PostRow
from consentry.desk.store.tables.decisions import AppealRow, DecisionRow, VerdictRow
from consentry.desk.store.tables.findings import AssessmentRow, NoteRow
from consentry.records import Assessment, Record

REVIEWING: Final = ("reviewer", "senior", "policy", "auditor", "system")
LOOKING: Final = (*REVIEWING, "intake", "service")


class CaseFilter(Record):
    """Which cases; all of them unless said otherwise."""

    state: str | None = None
    report_id: str | None = None
    post_id: str | None = None
    action: str | None = None
    source: str | None = None
    set_aside: bool | None = None
    mine: bool = False
    """Only what who asks has at present."""


EVERY_CASE: Final = CaseFilter()


def get_case(desk: Desk, case_id: UUID) -> CaseView:
    """A case as who asks may see it.

    While a second opinion is awaited, whoever could give it sees nothing of the first. Those who take reports in see
    the report, its posts and what was decided, and none of what reviewers work with.

    Raises:
        DeskError: ``desk.not_found``, ``desk.not_allowed``.
    """
    require_role(desk.actor, *LOOKING)
    case = case_to_read(desk, case_id)
    reviewing = desk.actor.has(*REVIEWING)
    seen = seen_by(desk.actor, case)
    readable = case.purged_at is None
    media = _media(desk, case) if readable else []
    posts = posts_of(desk, case.id) if readable else ()
    return CaseView(
        **line_fields(case, all_shown=seen is EVERYTHING),
        readable=readable,
        article_16=case.article_16,
        report=report_of(desk, case) if readable else None,
        posts=tuple(_post(desk, post, seen, media, reviewing=reviewing) for post in posts),
        references=tuple(view for post, view in media if post is None),
        notes=_notes(desk, case, seen) if reviewing and readable else (),
        decisions=_decisions(desk, case, seen, reviewing=reviewing),
        appeals=_appeals(desk, case) if readable else (),
        deadlines=_deadlines(desk, case),
        may=_may(desk, case),
    )


def list_cases(
    desk: Desk, wanted: CaseFilter = EVERY_CASE, *, after: UUID | None = None, limit: int = 50
) -> list[CaseLine]:
    """Cases, the newest first.

    Args:
        desk: Who asks; a program sees its own.
        wanted: Which ones.
        after: Those behind this one, for the next page.
        limit: Most of them.
    """
    require_role(desk.actor, *LOOKING)
    asked = select(CaseRow).order_by(CaseRow.id.desc()).limit(limit)
    for name in ("state", "report_id", "action", "source", "set_aside"):
        value = getattr(wanted, name)
        if value is not None:
            asked = asked.where(getattr(CaseRow, name) == value)
    if wanted.post_id is not None:
        asked = asked.where(CaseRow.id.in_(select(PostRow.case_id).where(PostRow.post_id == wanted.post_id)))
    if wanted.mine:
        asked = asked.where(CaseRow.state == "in_review", CaseRow.lease_holder == desk.actor.id)
    if desk.actor.roles == {"service"}:
        asked = asked.where(CaseRow.filed_by == desk.actor.id)
    if after is not None:
        asked = asked.where(CaseRow.id < after)
    return [
        line_of(case, all_shown=seen_by(desk.actor, case) is EVERYTHING) for case in desk.session.scalars(asked)
    ]  # fmt: skip


def get_assessment(desk: Desk, case_id: UUID, assessment_id: UUID) -> Assessment | None:
    """One of the assessments of a case, in full; ``None`` if there is no such, or who asks may not see it."""
    require_role(desk.actor, *REVIEWING)
    case = case_to_read(desk, case_id)
    row = desk.session.get(AssessmentRow, assessment_id)
    if row is None or row.case_id != case.id:
        return None
    post = desk.session.get_one(PostRow, row.post_id)
    shown = {line.id for line in _assessments(desk, post, seen_by(desk.actor, case))}
    return assessment_of(desk, row) if row.id in shown else None


def _post(
    desk: Desk, post: PostRow, seen: Seen, media: Sequence[tuple[UUID | None, MediumView]], *, reviewing: bool
) -> PostView:
    row = latest(desk, post, seen) if reviewing else None
    return PostView(
        id=post.id,
        post_id=post.post_id,
        words=words_of(desk, post),
        posted_at=post.posted_at,
        account=post.account,
        language=post.language,
        media=tuple(view for owner, view in media if owner == post.id),
        assessment_id=row.id if row else None,
        assessment=assessment_of(desk, row) if row else None,
        assessments=_assessments(desk, post, seen) if reviewing else (),
        answers=_answers(desk, post, seen) if reviewing else (),
    )


def _assessments(desk: Desk, post: PostRow, seen: Seen) -> tuple[AssessmentLine, ...]:
    rows = desk.session.scalars(
        select(AssessmentRow).where(AssessmentRow.post_id == post.id).order_by(AssessmentRow.number)
    )
    fields = AssessmentLine.model_fields
    return tuple(
        AssessmentLine(**{name: getattr(row, name) for name in fields}) for row in rows if is_shown(desk, row, seen)
    )


def _answers(desk: Desk, post: PostRow, seen: Seen) -> tuple[AnswerView, ...]:
    return tuple(
        AnswerView(
            id=row.id, fact=row.fact, value=row.value, source=row.source, detail=detail_of(desk, post.case_id, row),
            answered_by=row.answered_by, answered_at=row.answered_at,
        )
        for row in answers_of(desk, post, seen)
    )  # fmt: skip


def _media(desk: Desk, case: CaseRow) -> list[tuple[UUID | None, MediumView]]:
    rows = desk.session.scalars(
        select(MediaRow)
        .where(MediaRow.case_id == case.id, MediaRow.removed_at.is_(None))
        .order_by(MediaRow.role, MediaRow.position)
    )
    return [
        (
            row.post_id,
            MediumView(
                id=row.id, role=row.role, name=desk.unseal(case.id, f"media.name:{row.id}", row.name), size=row.size,
                content_type=row.content_type, added_at=row.added_at,
            ),
        )
        for row in rows
    ]  # fmt: skip


def _notes(desk: Desk, case: CaseRow, seen: Seen) -> tuple[NoteView, ...]:
    rows = desk.session.scalars(select(NoteRow).where(NoteRow.case_id == case.id).order_by(NoteRow.id))
    return tuple(
        NoteView(
            id=row.id, kind=row.kind, text=desk.unseal(case.id, f"notes.text:{row.id}", row.text),
            written_by=row.written_by, written_at=row.written_at,
        )
        for row in rows
        if seen.shows(row.round, row.step, row.written_by)
    )  # fmt: skip


def _decisions(desk: Desk, case: CaseRow, seen: Seen, *, reviewing: bool) -> tuple[DecisionView, ...]:
    rows = desk.session.scalars(select(DecisionRow).where(DecisionRow.case_id == case.id).order_by(DecisionRow.id))
    shown = [
        row
        for row in rows
        if seen.shows(row.round, row.step, row.decided_by) and (reviewing or row.id == case.standing_decision_id)
    ]
    readable = reviewing and case.purged_at is None
    return tuple(
        DecisionView(
            id=row.id, round=row.round, step=row.step, decided_by=row.decided_by if reviewing else None,
            decided_at=row.decided_at, effective=row.effective, followed=row.followed, agreed=row.agreed,
            reason=desk.unseal(case.id, f"decisions.reason:{row.id}", row.reason) if readable else None,
            verdicts=tuple(
                VerdictView(post=v.post_id, recommended=v.recommended, action=v.action, clauses=tuple(v.clauses))
                for v in desk.session.scalars(select(VerdictRow).where(VerdictRow.decision_id == row.id))
            ),
        )
        for row in shown
    )  # fmt: skip


def _appeals(desk: Desk, case: CaseRow) -> tuple[AppealView, ...]:
    rows = desk.session.scalars(select(AppealRow).where(AppealRow.case_id == case.id).order_by(AppealRow.round))
    return tuple(
        AppealView(
            id=row.id, round=row.round, party=row.party,
            reason=desk.unseal(case.id, f"appeals.reason:{row.id}", row.reason), filed_at=row.filed_at,
            outcome=row.outcome, settled_at=row.settled_at,
        )
        for row in rows
    )  # fmt: skip


def _deadlines(desk: Desk, case: CaseRow) -> tuple[DeadlineView, ...]:
    rows = desk.session.scalars(
        select(DeadlineRow).where(DeadlineRow.case_id == case.id).order_by(DeadlineRow.due_at, DeadlineRow.id)
    )
    return tuple(
        DeadlineView(
            post=row.post_id, name=row.name, do=row.do, counted_from=row.counted_from, due_at=row.due_at,
            met_at=row.met_at,
        )
        for row in rows
    )  # fmt: skip


def _may(desk: Desk, case: CaseRow) -> tuple[str, ...]:
    found = [act for act in MOVES if may_move(desk.actor, act, case.state)]
    decided = has_decided(desk, case)
    mine = case.lease_holder == desk.actor.id and case.lease_until is not None and case.lease_until > desk.now
    left_out = set()
    if decided:
        left_out |= {"take", "decide", "route_out"}
    if not mine:
        left_out |= {"decide", "give_back"} | ({"route_out"} if case.state == "in_review" else set())
    if case.step == "senior" and not desk.actor.has("senior"):
        left_out |= {"take", "decide"}
    if case.state == "in_review" and (mine or (case.lease_until is not None and case.lease_until > desk.now)):
        left_out |= {"take"}
    if case.purged_at is not None:
        left_out |= {"bring_back"}
    left_out |= {"withdraw"} if case.round else {"withdraw_appeal"}
    return tuple(act for act in found if act not in left_out)
