"""Rotation: all keys are wrapped anew under the present master key, some at a time, while everything runs on.

Nothing that the keys have sealed is touched. It can be stopped and begun again whenever one likes: what is left to do
is told by the keys themselves. Until it is done, keys from before are read with the master key from before, which has
to stay among `other_master_key_files` that long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from sqlalchemy import func, select

from consentry.desk.actor import SYSTEM
from consentry.desk.audit.appending import append
from consentry.desk.store.clock import Clock, utc_now
from consentry.desk.store.database import Database
from consentry.desk.store.tables.keys import KeyRow
from consentry.desk.vault.keys import context_of
from consentry.desk.vault.master import MARK, MasterKeys

AT_ONCE: Final = 200
"""Keys in one transaction."""
_WRAPPED: Final = KeyRow.wrapped.is_not(None)


def rotate(
    database: Database,
    master: MasterKeys,
    clock: Clock = utc_now,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    at_once: int = AT_ONCE,
) -> int:
    """Wrap every key anew that another master key wrapped.

    Args:
        database: The store.
        master: With the present master key and those from before.
        clock: The time.
        progress: Told how many of how many are done.
        at_once: Keys in one transaction.

    Returns:
        How many were wrapped anew.

    Raises:
        DeskError: ``desk.master_key``: some were wrapped by one that is not here; all others before it are done.
    """
    other = _WRAPPED, func.substr(KeyRow.wrapped, 1, MARK) != master.current.mark
    with database.reading() as session:
        total = session.scalar(select(func.count()).select_from(KeyRow).where(*other)) or 0
    done = 0
    while True:
        with database.writing() as session:
            rows = session.scalars(
                select(KeyRow).where(*other).order_by(KeyRow.case_id, KeyRow.kind).limit(at_once)
                .with_for_update(skip_locked=True)
            ).all()  # fmt: skip
            for row in rows:
                context = context_of(row.case_id, row.kind)
                row.wrapped = master.wrap(master.unwrap(row.wrapped or b"", context), context)
            if rows:
                append(session, clock, SYSTEM, "keys.rotated", "key", None, keys=len(rows))
        if not rows:
            return done
        done += len(rows)
        progress(done, max(total, done))


def wrapped_by(database: Database) -> Counter[str]:
    """How many keys each master key has wrapped, by its mark in hexadecimal digits."""
    mark = func.substr(KeyRow.wrapped, 1, MARK)
    with database.reading() as session:
        found = session.execute(select(mark, func.count()).where(_WRAPPED).group_by(mark))
        return Counter({bytes(each).hex(): count for each, count in found})
