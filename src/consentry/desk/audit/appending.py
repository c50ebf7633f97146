"""Writing entries. They are collected during a transaction and chained as the last thing in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from consentry.desk.actor import Actor
from consentry.desk.store.clock import Clock
from consentry.desk.store.database import at_the_end
from consentry.desk.store.tables.log import EntryRow, LastEntryRow

BEGINNING: Final = "0" * 64
"""What the first entry follows."""
_WAITING: Final = "consentry_log_entries"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,127}")
_MOST: Final = 40


def append(
    session: Session,
    clock: Clock,
    actor: Actor,
    act: str,
    subject: str,
    subject_id: UUID | None = None,
    **details: object,
) -> None:
    """Say in the log that somebody did something. It is kept if, and only if, the transaction is.

    Args:
        session: The transaction.
        clock: Says when.
        actor: Who did it.
        act: A code such as ``case.decided``.
        subject: What it was done to: ``case``, ``user``, ``key``, ...
        subject_id: Which one.
        details: Ids, codes, digests, numbers, truths, and lists of them. Nothing else is taken: a log that is never
            erased may hold nothing that is about a person.

    Raises:
        ValueError: A detail is none of these; that is a mistake in the program.
    """
    if not _CODE.fullmatch(act) or not _NAME.fullmatch(subject):
        raise ValueError("acts and subjects are codes")
    entry = {
        "at": clock().astimezone(UTC),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "act": act,
        "subject_kind": subject,
        "subject_id": subject_id,
        "details": {name: _plain(value) for name, value in details.items() if value is not None},
    }
    session.info.setdefault(_WAITING, []).append(entry)
    at_the_end(session, _chain)


def digest_of(entry: Mapping[str, Any], number: int, previous: str) -> str:
    """The digest of an entry: of all its fields, its number and the digest before it."""
    moment: datetime = entry["at"]
    written = json.dumps(
        {
            "number": number,
            "at": moment.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor_kind": entry["actor_kind"],
            "actor_id": str(entry["actor_id"]),
            "act": entry["act"],
            "subject_kind": entry["subject_kind"],
            "subject_id": None if entry["subject_id"] is None else str(entry["subject_id"]),
            "details": entry["details"],
            "previous": previous,
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hashlib.sha256(written.encode()).hexdigest()


def _chain(session: Session) -> None:
    end = session.scalars(select(LastEntryRow).with_for_update()).one()
    for entry in session.info.pop(_WAITING, []):
        number = end.number + 1
        digest = digest_of(entry, number, end.digest)
        session.add(EntryRow(number=number, previous=end.digest, digest=digest, **entry))
        end.number, end.digest = number, digest
    session.flush()


def _plain(value: object) -> object:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, str):
        if not _CODE.fullmatch(value):
            raise ValueError("the log takes codes, ids and digests, no words")
        return value
    if isinstance(value, list | tuple | set | frozenset):
        if len(value) > _MOST:
            raise ValueError("the log takes short lists")
        return sorted((_plain(item) for item in value), key=str)
    raise TypeError(f"the log takes no {type(value).__name__}")
