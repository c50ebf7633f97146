"""What is purged by itself: claims whose time is over, and cases that have been over for as long as they are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from consentry.desk.actor import SYSTEM
from consentry.desk.cases.destroying import What, destroy
from consentry.desk.cases.locating import case_to_change, tell
from consentry.desk.cases.purging import lapse_purges
from consentry.desk.cases.states import ENDED
from consentry.desk.desk import Desk
from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import Clock, utc_now
from consentry.desk.store.database import Database
from consentry.desk.store.tables.cases import CaseRow
from consentry.desk.store.tables.keys import KeyRow
from consentry.desk.vault.keys import KeyRing

_AT_ONCE: Final = 200
"""Cases that are looked for at a time; each is purged in a transaction of its own, so that nobody waits for many."""


def purge_expired(database: Database, settings: DeskSettings, keys: KeyRing, clock: Clock = utc_now) -> int:
    """Purge what is over; a worker does it every hour, and doing it twice does no harm.

    Returns:
        How many claims and cases.
    """
    with database.writing() as session:
        lapse_purges(Desk(session, SYSTEM, settings, keys, clock))
    done = 0
    whats: tuple[What, ...] = ("claim", "case") if settings.purge_ended else ("claim",)
    for what in whats:
        seen: set[UUID] = set()
        while found := [each for each in _expired(database, what, clock()) if each not in seen]:
            for case_id in found:
                seen.add(case_id)
                with database.writing() as session:
                    done += _purge(Desk(session, SYSTEM, settings, keys, clock), case_id, what)
    return done


def _expired(database: Database, what: What, now: datetime) -> list[UUID]:
    with database.reading() as session:
        if what == "claim":
            over = KeyRow.kind == "claim", KeyRow.expires_at <= now, KeyRow.destroyed_at.is_(None)
            return list(session.scalars(select(KeyRow.case_id).where(*over).limit(_AT_ONCE)))
        ended = CaseRow.expires_at <= now, CaseRow.purged_at.is_(None), CaseRow.state.in_(sorted(ENDED))
        return list(session.scalars(select(CaseRow.id).where(*ended).limit(_AT_ONCE)))


def _purge(desk: Desk, case_id: UUID, what: What) -> bool:
    case = case_to_change(desk, case_id)
    key = desk.session.get(KeyRow, (case_id, what))
    # Looked at again, now that the case is held: somebody may have been quicker.
    if what == "case":
        over = case.purged_at is None and case.state in ENDED and _is_over(case.expires_at, desk.now)
    else:
        over = key is not None and key.destroyed_at is None and _is_over(key.expires_at, desk.now)
    if over:
        destroy(desk, case, what, "purge.expired")
        tell(desk, case, "case.purged", what=what)
    return over


def _is_over(expires: datetime | None, now: datetime) -> bool:
    return expires is not None and expires <= now
