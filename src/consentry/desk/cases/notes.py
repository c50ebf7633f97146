"""Remarks for colleagues, and dangers that somebody has noticed."""

from __future__ import annotations

from uuid import UUID

from consentry.desk.cases.locating import case_to_change, order, touch
from consentry.desk.cases.states import ENDED, require_role
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow
from consentry.desk.store.tables.findings import NoteRow
from consentry.records.words import whole_characters

LONGEST_NOTE = 10_000
MOST_RISK = 3


def add_note(desk: Desk, case_id: UUID, text: str, *, version: int | None = None) -> NoteRow:
    """Leave a remark with a case.

    Raises:
        DeskError: ``desk.input`` without words or with too many.
    """
    require_role(desk.actor, "reviewer", "senior", "policy", "intake")
    case = case_to_change(desk, case_id, version)
    return _keep(desk, case, "note", text)


def record_risk(desk: Desk, case_id: UUID, level: int, text: str, *, version: int | None = None) -> NoteRow:
    """Record that somebody may be in danger, or not any more; the case moves in the queue.

    Args:
        desk: Who reviews, or takes reports in.
        case_id: The case.
        level: 0 none, 1 some, 2 serious, 3 somebody's life or safety.
        text: What it is about.
        version: Of the case, as the caller saw it.

    Raises:
        DeskError: ``desk.input``; ``desk.transition`` for a case that has ended.
    """
    require_role(desk.actor, "reviewer", "senior", "intake", "service")
    case = case_to_change(desk, case_id, version)
    if case.state in ENDED:
        raise DeskError("The case has ended.", "Tell a senior, or file a new report.", code="desk.transition")
    if not 0 <= level <= MOST_RISK:
        raise DeskError(f"A risk goes from 0 to {MOST_RISK}.", "Give one of these.")
    note = _keep(desk, case, "risk", text)
    case.risk = level
    order(case, case.due_at)
    desk.log("case.record_risk", case.id, level=level, note=note.id)
    desk.session.flush()
    return note


def _keep(desk: Desk, case: CaseRow, kind: str, text: str) -> NoteRow:
    if not text.strip() or len(text) > LONGEST_NOTE:
        raise DeskError(f"A note has between 1 and {LONGEST_NOTE:,} characters.", "Say it in fewer words.")
    note = NoteRow(
        id=new_id(), case_id=case.id, round=case.round, step=case.step, kind=kind, written_by=desk.actor.id,
        written_at=desk.now, text=b"",
    )  # fmt: skip
    note.text = desk.seal(case.id, f"notes.text:{note.id}", whole_characters(text))
    desk.session.add(note)
    touch(desk, case)
    if kind == "note":
        desk.log("case.add_note", case.id, note=note.id)
    return note
