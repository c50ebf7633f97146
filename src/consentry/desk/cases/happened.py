"""What happened, as the log has it and whoever asks may see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from consentry.desk.cases.blindness import EVERYTHING, Seen, seen_by
from consentry.desk.cases.locating import case_to_read
from consentry.desk.cases.reading import REVIEWING
from consentry.desk.cases.states import require_role
from consentry.desk.cases.views import Happening
from consentry.desk.desk import Desk
from consentry.desk.store.tables.cases import CaseRow
from consentry.desk.store.tables.log import EntryRow

_HIDDEN_ACTS: Final = frozenset({"case.draw_for_audit"})
_DECIDING: Final = ("reviewer", "senior")


def history(desk: Desk, case_id: UUID) -> list[Happening]:
    """What happened to a case, the first first, as who asks may see it."""
    require_role(desk.actor, *REVIEWING)
    case = case_to_read(desk, case_id)
    seen = seen_by(desk.actor, case)
    entries = desk.session.scalars(
        select(EntryRow).where(EntryRow.subject_id == case.id).order_by(EntryRow.number)
    )  # fmt: skip
    return [_happening(entry) for entry in entries if _shown(entry, seen)]


def entries_shown(desk: Desk, entries: Sequence[EntryRow]) -> list[EntryRow]:
    """Entries of the log without those that would tell a second person what the first one did.

    Whoever reads the log and may also decide does not see there what the case hides from them; it appears once the
    case is decided. Auditors and admins who decide nothing see all.
    """
    if not desk.actor.has(*_DECIDING):
        return list(entries)
    subjects = {entry.subject_id for entry in entries if entry.subject_kind == "case" and entry.subject_id is not None}
    cases = {case.id: case for case in desk.session.scalars(select(CaseRow).where(CaseRow.id.in_(subjects)))}
    return [
        entry
        for entry in entries
        if entry.subject_id not in cases or _shown(entry, seen_by(desk.actor, cases[entry.subject_id]))
    ]


def _shown(entry: EntryRow, seen: Seen) -> bool:
    if seen is EVERYTHING:
        return True
    if entry.act in _HIDDEN_ACTS:
        return False
    round_, step = entry.details.get("round"), entry.details.get("step")
    if entry.actor_kind == "system":
        return True
    if step is None or round_ is None:
        return seen.hidden_round is None or entry.act in {"case.file", "case.add_medium", "case.change_report"}
    return seen.shows(round_, step, entry.actor_id)


def _happening(entry: EntryRow) -> Happening:
    return Happening(
        number=entry.number, at=entry.at, act=entry.act, actor_kind=entry.actor_kind, actor_id=entry.actor_id,
        details=entry.details,
    )  # fmt: skip
