"""What a purge does, whoever asked for it: keys are destroyed, then the files that nobody can read any more."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import select

from consentry.desk.desk import Desk
from consentry.desk.store.tables.cases import CaseRow, MediaRow
from consentry.desk.vault.keys import after_commit
from consentry.desk.vault.media import MediaStore
from consentry.desk.vault.places import media_folder, renditions_folder

What = Literal["case", "claim"]
WHATS: Final[tuple[What, ...]] = ("case", "claim")


def destroy(desk: Desk, case: CaseRow, what: What, act: str, **details: object) -> None:
    """Destroy the keys of a case, or of its claim alone, and delete what they were for.

    The files go once the transaction is kept; should the program end before, the sweep deletes them.

    Args:
        desk: Who answers for it.
        case: The case, held for change.
        what: All of the case, or its reference photos and templates.
        act: What the log calls it.
        details: For the log.
    """
    media = _media(desk, case.id, what)
    for row in media:
        row.removed_at = row.removed_at or desk.now
    desk.keys.destroy(desk.session, desk.clock, case.id, "claim")
    if what == "case":
        desk.keys.destroy(desk.session, desk.clock, case.id, "case")
        case.purged_at = desk.now
        case.changed_at = desk.now
        case.expires_at = None
    desk.log(act, case.id, what=what, media=len(media), **details)
    addresses = [row.address for row in media]
    data = desk.settings.data
    after_commit(desk.session, lambda: _delete(data, addresses))


def _media(desk: Desk, case_id: UUID, what: What) -> Sequence[MediaRow]:
    found = select(MediaRow).where(MediaRow.case_id == case_id)
    if what == "claim":
        found = found.where(MediaRow.role == "reference")
    return desk.session.scalars(found).all()


def _delete(data: Path, addresses: Sequence[str]) -> None:
    store = MediaStore(media_folder(data))
    for address in addresses:
        store.remove(address)
        shutil.rmtree(renditions_folder(data) / address[:2] / address, ignore_errors=True)
