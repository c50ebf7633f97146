"""Purging a case: one person asks, another one approves, both at a screen and after a recent login; both are logged.

What is left of a purged case are ids, moments and codes: that there was a report, what was decided and when. Nobody can
read its words or see its media again, from whatever backup (docs/desk/keeping.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from consentry.desk.cases.destroying import What, destroy
from consentry.desk.cases.locating import case_to_change, case_to_read, tell
from consentry.desk.cases.states import ENDED, not_allowed, require_role
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.keeping import PurgeRow
from consentry.records import Record
from consentry.records.words import whole_characters

PURGING: Final = ("senior", "admin")
LONGEST_REASON: Final = 2_000


class PurgeView(Record):
    """A purge that was asked for.

    Attributes:
        reason: ``None`` once the case was purged, and with it the reason.
    """

    id: UUID
    case_id: UUID
    what: str
    state: str
    reason: str | None
    asked_by: UUID
    asked_at: datetime
    lapses_at: datetime
    settled_by: UUID | None
    settled_at: datetime | None


def ask_purge(desk: Desk, case_id: UUID, what: What, reason: str) -> PurgeView:
    """Ask for a case, or the reference photos and templates of its claim alone, to be purged.

    Args:
        desk: A senior or an admin, at a screen.
        case_id: A case that has ended; its claim can be purged at any time.
        what: How much of it.
        reason: For whoever approves.

    Raises:
        DeskError: ``desk.transition``, ``desk.exists`` where somebody asked already, ``desk.purged``, ``desk.input``.
    """
    _require_person(desk)
    case = case_to_change(desk, case_id)
    if case.purged_at is not None:
        raise DeskError("The case was purged already.", "Nothing is left to do.", code="desk.purged")
    if what == "case" and case.state not in ENDED:
        raise DeskError(
            f"A case that is '{case.state}' cannot be purged: somebody may still have to decide it, or object.",
            "Close it, withdraw it or route it out first; the claim alone can be purged at any time.",
            code="desk.transition",
        )
    said = whole_characters(reason).strip()
    if not said or len(said) > LONGEST_REASON:
        raise DeskError(f"A purge needs a reason of at most {LONGEST_REASON:,} characters.", "Say why, briefly.")
    lapse_purges(desk)
    waiting = select(PurgeRow.id).where(PurgeRow.case_id == case.id, PurgeRow.state == "asked")
    if desk.session.scalars(waiting).first() is not None:
        raise DeskError(
            "Somebody has asked for a purge of this case already.", "Approve or refuse that one.", code="desk.exists"
        )
    row = PurgeRow(
        id=new_id(), case_id=case.id, what=what, state="asked", reason=b"", asked_by=desk.actor.id, asked_at=desk.now,
        lapses_at=desk.now + desk.settings.purge_lapses,
    )  # fmt: skip
    row.reason = desk.seal(case.id, f"purges.reason:{row.id}", said)
    desk.session.add(row)
    desk.session.flush()
    desk.log("purge.asked", case.id, purge=row.id, what=what)
    return _view(row, said)


def approve_purge(desk: Desk, purge_id: UUID) -> PurgeView:
    """Approve a purge that somebody else asked for; it is done at once.

    Raises:
        DeskError: ``desk.own_decision``: one's own; ``desk.transition``: it was settled, or has lapsed;
            ``desk.not_found``.
    """
    _require_person(desk)
    row = _waiting(desk, purge_id)
    if row.asked_by == desk.actor.id:
        raise DeskError(
            "You asked for this purge yourself.", "Have somebody else approve it.", code="desk.own_decision"
        )
    case = case_to_change(desk, row.case_id)
    if row.what == "case" and case.state not in ENDED:
        raise DeskError("The case has been taken up again.", "Leave it to whoever has it.", code="desk.transition")
    _settle(desk, row, "approved")
    what: What = "case" if row.what == "case" else "claim"
    destroy(desk, case, what, "purge.done", purge=row.id, asked_by=row.asked_by)
    tell(desk, case, "case.purged", what=what)
    return _view(row, None)


def refuse_purge(desk: Desk, purge_id: UUID) -> PurgeView:
    """Refuse a purge, or take back one's own.

    Raises:
        DeskError: ``desk.transition``, ``desk.not_found``.
    """
    _require_person(desk)
    row = _waiting(desk, purge_id)
    _settle(desk, row, "withdrawn" if row.asked_by == desk.actor.id else "refused")
    desk.log(f"purge.{row.state}", row.case_id, purge=row.id)
    return _view(row, _reason(desk, row))


def purges(
    desk: Desk, *, state: str | None = None, case_id: UUID | None = None, after: UUID | None = None, limit: int = 50
) -> list[PurgeView]:
    """Purges that were asked for, the newest first."""
    require_role(desk.actor, *PURGING, "auditor")
    asked = select(PurgeRow).order_by(PurgeRow.id.desc()).limit(limit)
    if state is not None:
        asked = asked.where(PurgeRow.state == state)
    if case_id is not None:
        asked = asked.where(PurgeRow.case_id == case_to_read(desk, case_id).id)
    if after is not None:
        asked = asked.where(PurgeRow.id < after)
    rows: Sequence[PurgeRow] = desk.session.scalars(asked).all()
    return [_view(row, _reason(desk, row)) for row in rows]


def lapse_purges(desk: Desk) -> None:
    """Purges that nobody approved in time are over."""
    late = PurgeRow.state == "asked", PurgeRow.lapses_at <= desk.now
    desk.session.execute(update(PurgeRow).where(*late).values(state="lapsed"))


def _waiting(desk: Desk, purge_id: UUID) -> PurgeRow:
    row = desk.session.get(PurgeRow, purge_id, with_for_update=True)
    if row is None:
        raise DeskError("There is no such purge.", "Check its id.", code="desk.not_found")
    if row.state != "asked" or row.lapses_at <= desk.now:
        state = row.state if row.state != "asked" else "lapsed"
        raise DeskError(f"This purge is '{state}' already.", "Ask for a new one if need be.", code="desk.transition")
    return row


def _settle(desk: Desk, row: PurgeRow, state: str) -> None:
    row.state, row.settled_by, row.settled_at = state, desk.actor.id, desk.now
    desk.session.flush()


def _require_person(desk: Desk) -> None:
    require_role(desk.actor, *PURGING)
    if desk.actor.kind != "user":  # a stolen token could do most harm here
        raise not_allowed()


def _reason(desk: Desk, row: PurgeRow) -> str | None:
    try:
        return desk.unseal(row.case_id, f"purges.reason:{row.id}", row.reason)
    except DeskError as error:
        if error.code != "desk.purged":
            raise
        return None


def _view(row: PurgeRow, reason: str | None) -> PurgeView:
    fields = {name: getattr(row, name) for name in PurgeView.model_fields if name != "reason"}
    return PurgeView(**fields, reason=reason)
