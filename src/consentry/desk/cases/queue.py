"""The queue: what waits, in the order in which it presses; and who has taken what, for how long."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select, tuple_, update

from consentry.desk.cases.locating import case_to_change, has_decided, move
from consentry.desk.cases.states import require_move, require_role
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.tables.cases import CaseRow
from consentry.desk.store.tables.decisions import DecisionRow
from consentry.records import Record


class QueueFilter(Record):
    """Which of the waiting cases; everything unless said otherwise.

    Attributes:
        action: What is recommended.
        least_risk: Recorded risk of at least this much, 0-3.
        due_before: Due before that moment.
        appeals: Only appeals, or none.
        for_senior: Only those that wait for a senior, or none.
        set_aside: Only those that could not be assessed, or none.
    """

    action: str | None = None
    least_risk: int | None = None
    standing: str | None = None
    identity: str | None = None
    source: str | None = None
    due_before: datetime | None = None
    appeals: bool | None = None
    for_senior: bool | None = None
    set_aside: bool | None = None


EVERY_CASE: Final = QueueFilter()


def waiting_cases(
    desk: Desk, wanted: QueueFilter = EVERY_CASE, *, after: UUID | None = None, limit: int = 50
) -> list[CaseRow]:
    """Cases that who acts could take, the most pressing first: by the hour they are due, urgency, risk, then age.

    Args:
        desk: A reviewer or a senior.
        wanted: Which of them.
        after: Those behind this one, for the next page.
        limit: Most of them.
    """
    require_role(desk.actor, "reviewer", "senior", "policy")
    asked = _takeable(desk, wanted)
    if after is not None:
        last = desk.session.get(CaseRow, after)
        if last is not None:
            asked = asked.where(_place() > tuple_(last.due_slot, last.rank, last.id))
    return list(desk.session.scalars(asked.order_by(CaseRow.due_slot, CaseRow.rank, CaseRow.id).limit(limit)))


def take(desk: Desk, case_id: UUID, *, version: int | None = None) -> CaseRow:
    """Take a case: for a quarter of an hour, renewed while it is looked at, nobody else can.

    Taking what one has already renews it.

    Raises:
        DeskError: ``desk.leased`` while it is somebody else's, ``desk.own_decision`` for who decided it before,
            ``desk.not_allowed`` where a senior is needed, ``desk.transition``.
    """
    case = case_to_change(desk, case_id, version)
    require_move(desk.actor, "take", case.state)
    if case.state == "in_review" and case.lease_holder == desk.actor.id and _runs(desk, case):
        renew(desk, case_id)
        return case
    if case.state == "in_review" and _runs(desk, case):
        raise DeskError(
            "Somebody else has this case on their screen.",
            "Take another one; this one comes back when it is left.",
            code="desk.leased",
        )
    return _take(desk, case)


def take_next(desk: Desk, wanted: QueueFilter = EVERY_CASE) -> CaseRow | None:
    """Take the most pressing case that nobody has; ``None`` if there is none for who asks."""
    require_role(desk.actor, "reviewer", "senior")
    asked = _takeable(desk, wanted).order_by(CaseRow.due_slot, CaseRow.rank, CaseRow.id).limit(1)
    found = asked.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    case = desk.session.scalars(found).first()
    return None if case is None else _take(desk, case)


def renew(desk: Desk, case_id: UUID) -> datetime:
    """Say that a case is still looked at; its version stays, so that what is on the screen stays valid.

    Returns:
        Until when it is theirs.

    Raises:
        DeskError: ``desk.lease`` if it is not theirs any more.
    """
    until = desk.now + desk.settings.lease
    held = (CaseRow.id == case_id) & (CaseRow.state == "in_review") & (CaseRow.lease_holder == desk.actor.id)
    changed = desk.session.execute(update(CaseRow).where(held).values(lease_until=until).returning(CaseRow.id))
    if changed.first() is None:
        raise no_lease()
    return until


def give_back(desk: Desk, case_id: UUID) -> CaseRow:
    """Leave a case undecided; it goes back to its place in the queue.

    Raises:
        DeskError: ``desk.lease`` if it is not theirs.
    """
    case = case_to_change(desk, case_id)
    require_move(desk.actor, "give_back", case.state)
    if case.lease_holder != desk.actor.id:
        raise no_lease()
    move(desk, case, "give_back", "open" if case.round == 0 else "appealed")
    return case


def expire_leases(desk: Desk, *, limit: int = 200) -> int:
    """Put cases back into the queue whose reviewer fell silent. For the desk itself.

    Returns:
        How many.
    """
    require_role(desk.actor, "system")
    silent = desk.session.scalars(
        select(CaseRow)
        .where(CaseRow.state == "in_review", CaseRow.lease_until < desk.now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for case in silent:
        move(desk, case, "give_back", "open" if case.round == 0 else "appealed", expired=True)
    return len(silent)


def require_lease(desk: Desk, case: CaseRow) -> None:
    """Refuse who does not have the case at present.

    Raises:
        DeskError: ``desk.lease``.
    """
    if case.lease_holder != desk.actor.id or not _runs(desk, case):
        raise no_lease()


def no_lease() -> DeskError:
    """Who acts does not have the case, or not any more."""
    return DeskError(
        "You do not have this case, or not any more.", "Take it again, and look at what has changed.", code="desk.lease"
    )


def _take(desk: Desk, case: CaseRow) -> CaseRow:
    if case.step == "senior":
        require_role(desk.actor, "senior")
    if has_decided(desk, case):
        raise DeskError(
            "You have decided this case before; a second opinion and an appeal are for somebody else.",
            "Take another case.",
            code="desk.own_decision",
        )
    case.lease_holder, case.lease_until = desk.actor.id, desk.now + desk.settings.lease
    move(desk, case, "take", "in_review")
    return case


def _runs(desk: Desk, case: CaseRow) -> bool:
    return case.lease_until is not None and case.lease_until > desk.now


def _place() -> Any:
    return tuple_(CaseRow.due_slot, CaseRow.rank, CaseRow.id)


def _takeable(desk: Desk, wanted: QueueFilter) -> Select[CaseRow]:
    decided = exists().where(DecisionRow.case_id == CaseRow.id, DecisionRow.decided_by == desk.actor.id)
    asked = select(CaseRow).where(CaseRow.waiting.is_(True), ~decided)
    if not desk.actor.has("senior", "policy"):
        asked = asked.where(CaseRow.step != "senior")
    return asked.where(*_conditions(wanted))


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name in ("action", "standing", "identity", "source", "set_aside"):
        value = getattr(wanted, name)
        if value is not None:
            found.append(getattr(CaseRow, name) == value)
    if wanted.least_risk is not None:
        found.append(CaseRow.risk >= wanted.least_risk)
    if wanted.due_before is not None:
        found.append(CaseRow.due_at < wanted.due_before)
    if wanted.appeals is not None:
        found.append((CaseRow.round > 0) if wanted.appeals else (CaseRow.round == 0))
    if wanted.for_senior is not None:
        found.append((CaseRow.step == "senior") if wanted.for_senior else (CaseRow.step != "senior"))
    return found
