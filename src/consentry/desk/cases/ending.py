"""How cases end: withdrawn, routed out, closed. What is kept of them has an end too."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from consentry.desk.cases.appeals import begin_round
from consentry.desk.cases.locating import case_to_change, has_decided, move, tell
from consentry.desk.cases.notes import add_note
from consentry.desk.cases.queue import require_lease
from consentry.desk.cases.recording import refresh
from consentry.desk.cases.states import require_move, require_role
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.tables.cases import CaseRow
from consentry.desk.store.tables.decisions import DecisionRow
from consentry.policy.definitions import Span
from consentry.policy.language.deadlines import after

QUEUES = ("intimate_media", "child_safety", "terrorism", "other")
"""Teams that cases are handed to."""


def withdraw(desk: Desk, case_id: UUID, *, version: int | None = None) -> CaseRow:
    """Take a report back, on behalf of who made it. After a decision it cannot be.

    Raises:
        DeskError: ``desk.transition``.
    """
    case = case_to_change(desk, case_id, version)
    require_move(desk.actor, "withdraw", case.state)
    if case.round > 0:
        raise DeskError(
            "The case has been decided before; only the appeal can be withdrawn.",
            "Withdraw the appeal.",
            code="desk.transition",
        )
    note_end(desk, case)
    move(desk, case, "withdraw", "withdrawn")
    tell(desk, case, "case.withdrawn")
    return case


def route_out(desk: Desk, case_id: UUID, queue: str, reason: str, *, version: int | None = None) -> CaseRow:
    """Hand a case to the team that works by stricter rules; at once, without a second opinion.

    Args:
        desk: A reviewer or senior; one who has the case, if somebody has it.
        case_id: The case.
        queue: One of `QUEUES`.
        reason: For colleagues; kept as a note.
        version: Of the case, as the caller saw it.

    Raises:
        DeskError: ``desk.transition``, ``desk.lease``, ``desk.own_decision``, ``desk.input``.
    """
    case = case_to_change(desk, case_id, version)
    require_move(desk.actor, "route_out", case.state)
    if queue not in QUEUES:
        raise DeskError("There is no such team.", f"Name one of: {', '.join(QUEUES)}.")
    if case.state == "in_review":
        require_lease(desk, case)
    if has_decided(desk, case):
        raise DeskError(
            "You have decided this case before; what becomes of it now is for somebody else.",
            "Leave it to whoever has it.",
            code="desk.own_decision",
        )
    add_note(desk, case_id, reason)
    note_end(desk, case)
    move(desk, case, "route_out", "routed_out", queue=queue)
    tell(desk, case, "case.routed_out", queue=queue)
    return case


def bring_back(desk: Desk, case_id: UUID, reason: str, *, version: int | None = None) -> CaseRow:
    """Take back a case that was routed out by mistake; it waits again in the round and step in which it was.

    Where a decision routed it out, that decision is appealed, as a mistake that was noticed (`internal`): so nobody
    decides it again who decided it before.

    Args:
        desk: A senior.
        case_id: A case that is routed out and not purged.
        reason: For colleagues; kept as a note, or as the reason of the appeal.
        version: Of the case, as the caller saw it.

    Raises:
        DeskError: ``desk.transition``, ``desk.purged``, ``desk.input`` without a reason.
    """
    case = case_to_change(desk, case_id, version)
    require_move(desk.actor, "bring_back", case.state)
    if case.purged_at is not None:
        raise DeskError("The case was purged.", "Have it reported anew.", code="desk.purged")
    standing = case.standing_decision_id and desk.session.get(DecisionRow, case.standing_decision_id)
    if standing and standing.round == case.round:
        begin_round(desk, case, "internal", reason)
    else:
        add_note(desk, case_id, reason)
    case.ended_at = case.expires_at = None
    move(desk, case, "bring_back", "open" if case.round == 0 else "appealed")
    refresh(desk, case)
    tell(desk, case, "case.brought_back")
    return case


def close(desk: Desk, case_id: UUID, *, version: int | None = None) -> CaseRow:
    """Close a decided case before its time is over, or after it.

    Raises:
        DeskError: ``desk.transition``.
    """
    case = case_to_change(desk, case_id, version)
    require_move(desk.actor, "close", case.state)
    _close(desk, case)
    return case


def close_due(desk: Desk, *, limit: int = 200) -> int:
    """Close decided cases that can no longer be appealed. For the desk itself.

    Returns:
        How many.
    """
    require_role(desk.actor, "system")
    span = Span(desk.settings.appeal_months, "months")
    shortest = desk.now - timedelta(days=28 * desk.settings.appeal_months)
    decided = desk.session.scalars(
        select(CaseRow)
        .where(CaseRow.state == "decided", CaseRow.decided_at < shortest)
        .order_by(CaseRow.decided_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    over = [case for case in decided if case.decided_at is not None and after(case.decided_at, span) < desk.now]
    for case in over:
        _close(desk, case)
    return len(over)


def note_end(desk: Desk, case: CaseRow) -> None:
    """Note that a case ends now, and until when it is kept."""
    case.ended_at = desk.now
    case.expires_at = case.ended_at + timedelta(days=desk.settings.retention_days)


def _close(desk: Desk, case: CaseRow) -> None:
    note_end(desk, case)
    move(desk, case, "close", "closed")
    tell(desk, case, "case.closed")
