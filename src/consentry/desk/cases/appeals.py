"""Objections to a decision. Each begins a new round, in which nobody takes part who decided before."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sqlalchemy import select

from consentry.desk.cases.locating import case_to_change, move, tell
from consentry.desk.cases.recording import refresh
from consentry.desk.cases.states import require_move
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow
from consentry.desk.store.tables.decisions import AppealRow
from consentry.policy.definitions import Span
from consentry.policy.language.deadlines import after
from consentry.records.words import LONGEST_STATEMENT, whole_characters

Party = Literal["uploader", "reporter", "internal"]


def appeal(desk: Desk, case_id: UUID, party: Party, reason: str, *, version: int | None = None) -> AppealRow:
    """Object to a decision.

    Args:
        desk: Intake or a program for one of the parties; a senior for ``internal``: a mistake that was noticed, or new
            proof.
        case_id: A case that is decided.
        party: Who objects.
        reason: In their words.
        version: Of the case, as the caller saw it.

    Raises:
        DeskError: ``desk.transition``, ``desk.late`` once the time for it is over, ``desk.input`` without a reason.
    """
    case = case_to_change(desk, case_id, version)
    require_move(desk.actor, "appeal", case.state)
    until = after(case.decided_at or desk.now, Span(desk.settings.appeal_months, "months"))
    if desk.now > until:
        raise DeskError(
            f"Appeals were possible until {until.date().isoformat()}.", "Close the case.", code="desk.late"
        )  # fmt: skip
    row = begin_round(desk, case, party, reason)
    move(desk, case, "appeal", "appealed", appeal=row.id, party=party)
    refresh(desk, case)
    tell(desk, case, "case.appealed", party=party)
    return row


def begin_round(desk: Desk, case: CaseRow, party: Party, reason: str) -> AppealRow:
    """Begin a new round over a decision; the case's state is left to who calls.

    Raises:
        DeskError: ``desk.transition`` without a decision, ``desk.input`` without a reason.
    """
    if not reason.strip() or len(reason) > LONGEST_STATEMENT:
        raise DeskError("An appeal needs a reason.", "Say what is wrong with the decision.")
    if case.standing_decision_id is None:
        raise DeskError("There is no decision to object to.", "Wait for one.", code="desk.transition")
    case.round, case.step = case.round + 1, "first"
    row = AppealRow(
        id=new_id(), case_id=case.id, round=case.round, party=party, against=case.standing_decision_id,
        filed_by=desk.actor.id, filed_at=desk.now, reason=b"",
    )  # fmt: skip
    row.reason = desk.seal(case.id, f"appeals.reason:{row.id}", whole_characters(reason))
    desk.session.add(row)
    desk.session.flush()
    return row


def withdraw_appeal(desk: Desk, case_id: UUID, *, version: int | None = None) -> CaseRow:
    """Take an objection back; the decision stands as it was.

    Raises:
        DeskError: ``desk.transition``.
    """
    case = case_to_change(desk, case_id, version)
    require_move(desk.actor, "withdraw_appeal", case.state)
    row = desk.session.scalars(
        select(AppealRow).where(AppealRow.case_id == case.id, AppealRow.round == case.round)
    ).one_or_none()
    if row is None:
        raise DeskError("There is no appeal in this case.", "Withdraw the report instead.", code="desk.transition")
    row.outcome, row.settled_at = "withdrawn", desk.now
    case.step = "first"
    move(desk, case, "withdraw_appeal", "decided", appeal=row.id)
    tell(desk, case, "case.appeal_withdrawn")
    return case
