"""Deciding: what one person chose, once; and when it takes somebody else as well.

A removal, a decision against the recommendation, and what was drawn for audit take effect only when a second person,
who does not see the first one's decision, comes to the same. If they differ, a senior decides. Nobody decides a case
twice, in whatever round: so no second opinion and no appeal is decided by whoever decided before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from consentry.desk.audit.contents import content_of_decision
from consentry.desk.cases.blindness import seen_by
from consentry.desk.cases.ending import note_end
from consentry.desk.cases.letters import make_letters
from consentry.desk.cases.locating import case_to_change, has_decided, move, posts_of, tell
from consentry.desk.cases.queue import require_lease
from consentry.desk.cases.recording import FINAL, assessment_of, latest, refresh
from consentry.desk.cases.states import State, require_move, require_role
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow, DeadlineRow, PostRow
from consentry.desk.store.tables.decisions import AppealRow, DecisionRow, VerdictRow
from consentry.desk.store.tables.findings import AssessmentRow
from consentry.policy.errors import suggestion
from consentry.records import Assessment, Record
from consentry.records.words import LONGEST_STATEMENT, whole_characters

Outcome = Literal["no_action", "request_verification", "recommend_restrict", "recommend_removal", "route_out"]
RESTRICTING: Final = frozenset({"recommend_restrict", "recommend_removal"})
REMOVAL: Final = "recommend_removal"


class Verdict(Record):
    """What is decided about one post.

    Attributes:
        post: The post's row.
        action: The outcome. A person's choice, whatever was recommended.
        clauses: What it rests on: clauses that hold, or that were open.
        content_date: The day of the post, where it is not known and the post is restricted.
    """

    post: UUID
    action: Outcome
    clauses: tuple[str, ...] = Field(default=(), max_length=50)
    content_date: date | None = None


def decide(
    desk: Desk, case_id: UUID, verdicts: Sequence[Verdict], reason: str, *, version: int | None = None
) -> DecisionRow:
    """Decide a case that one has taken.

    Args:
        desk: A reviewer or senior who has the case.
        case_id: The case.
        verdicts: One for each of its posts.
        reason: In the decider's words, for colleagues; letters do not repeat it.
        version: Of the case, as the decider saw it.

    Returns:
        The decision; its ``effective`` says whether it took effect, or somebody else is asked.

    Raises:
        DeskError: ``desk.lease``, ``desk.own_decision``, ``desk.version``, ``desk.transition``, ``desk.not_allowed``,
            ``desk.clause`` if none is named or it neither holds nor is open, ``desk.input``.
        PolicyError: ``policy.statement`` if no statement of reasons can be made of it.
    """
    case = case_to_change(desk, case_id, version)
    require_move(desk.actor, "decide", case.state)
    if has_decided(desk, case):
        raise _decided_before()
    require_lease(desk, case)
    if desk.actor.kind != "user":
        raise DeskError(
            "Only a person decides; a program cannot.", "Log in, and decide the case yourself.", code="desk.not_allowed"
        )
    if case.step == "senior":
        require_role(desk.actor, "senior")
    if not reason.strip() or len(reason) > LONGEST_STATEMENT:
        raise DeskError("A decision needs a reason.", "Say in a sentence or two why.")
    chosen = _by_post(verdicts, posts_of(desk, case.id))
    found = [(post, verdict, *_judged(desk, case, post)) for post, verdict in chosen]
    for post, verdict, _, assessment in found:
        _check(post, verdict, assessment)
    followed = all(_follows(row.action, verdict.action) for _, verdict, row, _ in found)
    first = _first_of_round(desk, case)
    agreed = None if first is None else _actions(desk, first) == {post.id: v.action for post, v in chosen}
    target, step = _next(case, chosen, followed=followed, agreed=agreed)
    decision = DecisionRow(
        id=new_id(), case_id=case.id, round=case.round, step=case.step, decided_by=desk.actor.id,
        effective=step is None, followed=followed, agreed=agreed, decided_at=desk.now, reason=b"",
    )  # fmt: skip
    decision.reason = desk.seal(case.id, f"decisions.reason:{decision.id}", whole_characters(reason))
    _insert(desk, decision)
    rows = [
        VerdictRow(
            id=new_id(), decision_id=decision.id, case_id=case.id, post_id=post.id, assessment_id=row.id,
            recommended=row.action, action=verdict.action, clauses=list(dict.fromkeys(verdict.clauses)),
        )
        for post, verdict, row, _ in found
    ]  # fmt: skip
    desk.session.add_all(rows)
    desk.session.flush()
    if step is None:
        dates = {verdict.post: verdict.content_date for verdict in verdicts}
        _take_effect(desk, case, decision, rows, dates)
    content = content_of_decision(decision, rows)
    details = {"decision": decision.id, "effective": decision.effective, "content": content}
    # The step of the decision, not the one that comes next, belongs into the log.
    move(desk, case, "decide", target, **details)
    if step is not None:
        case.step = step
        refresh(desk, case)
    else:
        tell(desk, case, "case.decided", decision_id=str(decision.id), verdicts=_told(rows))
    return decision


def _next(
    case: CaseRow, chosen: Sequence[tuple[PostRow, Verdict]], *, followed: bool, agreed: bool | None
) -> tuple[State, str | None]:
    """Where the case goes, and whose turn it is then; ``None`` if the decision takes effect."""
    waiting: State = "open" if case.round == 0 else "appealed"
    if case.step == "first":
        removal = any(verdict.action == REMOVAL for _, verdict in chosen)
        if removal or not followed or (case.audit_sample and case.round == 0):
            return waiting, "second"
    elif case.step == "second" and not agreed:
        return waiting, "senior"
    routed = all(verdict.action == "route_out" for _, verdict in chosen)
    return ("routed_out" if routed else "decided"), None


def _take_effect(
    desk: Desk, case: CaseRow, decision: DecisionRow, rows: Sequence[VerdictRow], dates: Mapping[UUID, date | None]
) -> None:
    before = case.standing_decision_id
    case.standing_decision_id, case.decided_at = decision.id, decision.decided_at
    if all(row.action == "route_out" for row in rows):
        note_end(desk, case)
    desk.session.execute(
        update(DeadlineRow)
        .where(DeadlineRow.case_id == case.id, DeadlineRow.met_at.is_(None), DeadlineRow.counted_from != "decision")
        .values(met_at=decision.decided_at)
    )
    appeal = desk.session.scalars(
        select(AppealRow).where(AppealRow.case_id == case.id, AppealRow.round == case.round)
    ).one_or_none()
    if appeal is not None and before is not None:
        then = desk.session.scalars(select(VerdictRow).where(VerdictRow.decision_id == before))
        same = {row.post_id: row.action for row in then} == {row.post_id: row.action for row in rows}
        appeal.outcome, appeal.settled_at = ("upheld" if same else "overturned"), decision.decided_at
    make_letters(desk, case, decision, rows, dates)


def _by_post(verdicts: Sequence[Verdict], posts: Sequence[PostRow]) -> list[tuple[PostRow, Verdict]]:
    by_post = {verdict.post: verdict for verdict in verdicts}
    if len(by_post) != len(verdicts) or set(by_post) != {post.id for post in posts}:
        raise DeskError(
            "A decision says something of every post of the case, once.", f"Give {len(posts)} verdicts, one a post."
        )
    return [(post, by_post[post.id]) for post in posts]


def _judged(desk: Desk, case: CaseRow, post: PostRow) -> tuple[AssessmentRow, Assessment]:
    """The assessment that who decides has seen."""
    row = latest(desk, post, seen_by(desk.actor, case))
    if row is None:
        raise DeskError(
            "The case has no assessment yet.", "Wait until it is assessed.", code="desk.transition"
        )  # fmt: skip
    return row, assessment_of(desk, row)


def _check(post: PostRow, verdict: Verdict, assessment: Assessment) -> None:
    recommendation = assessment.recommendation
    known = {reason.clause for reason in (*recommendation.fired, *recommendation.not_evaluated)}
    for clause in verdict.clauses:
        if clause not in known:
            raise DeskError(
                f"'{clause[:100]}' is not among the clauses that hold or are open for this post.",
                suggestion(clause[:100], sorted(known)),
                code="desk.clause",
            )
    if not verdict.clauses and (known or verdict.action in RESTRICTING):
        raise DeskError(
            "A decision names the clause that it rests on.",
            "Name one or several of the clauses that hold, or that were open; an answer can bring further ones in.",
            code="desk.clause",
        )
    if verdict.action in RESTRICTING and post.posted_at is None and verdict.content_date is None:
        raise DeskError(
            "The day of the post is not known, and the statement of reasons has to hold it.",
            "Give it as `content_date`.",
        )


def _follows(recommended: str, action: str) -> bool:
    """Whether a decision is in line with a recommendation; a recommended review leaves it to the reviewer."""
    return action == recommended if recommended in (*FINAL, "request_verification") else action in FINAL


def _first_of_round(desk: Desk, case: CaseRow) -> DecisionRow | None:
    return desk.session.scalars(
        select(DecisionRow).where(
            DecisionRow.case_id == case.id, DecisionRow.round == case.round, DecisionRow.step == "first"
        )
    ).one_or_none()


def _actions(desk: Desk, decision: DecisionRow) -> dict[UUID, str]:
    rows = desk.session.scalars(select(VerdictRow).where(VerdictRow.decision_id == decision.id))
    return {row.post_id: row.action for row in rows}


def _told(rows: Sequence[VerdictRow]) -> list[dict[str, str]]:
    return [{"post": str(row.post_id), "action": row.action} for row in rows]


def _insert(desk: Desk, decision: DecisionRow) -> None:
    try:
        with desk.session.begin_nested():
            desk.session.add(decision)
            desk.session.flush()
    except IntegrityError as error:
        raise _decided_before() from error


def _decided_before() -> DeskError:
    return DeskError(
        "You have decided this case before; a second opinion and an appeal are for somebody else.",
        "Take another case.",
        code="desk.own_decision",
    )
