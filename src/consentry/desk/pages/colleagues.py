"""Who is who on a page."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from consentry.desk.actor import SYSTEM
from consentry.desk.desk import Desk
from consentry.desk.store.tables.people import UserRow


def names_of(desk: Desk, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of accounts, for those who see pages; the desk itself has one, too."""
    wanted = {each for each in ids if each is not None}
    rows = desk.session.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(wanted)))
    return {SYSTEM.id: "the desk", **{row.id: row.name for row in rows}}
