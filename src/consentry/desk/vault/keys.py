"""Keys of cases and claims: made with the case, wrapped under the master key, destroyed when the case is purged.

The key of a case or claim has two halves that are needed both: one in the database, wrapped, and one in a file of its
own (`consentry.desk.vault.halves` says why). Keys of webhooks and of the server have no person behind them and are not
purged; they lie in the database alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consentry.desk.errors import DeskError
from consentry.desk.store.clock import Clock
from consentry.desk.store.tables.keys import KeyRow
from consentry.desk.vault.halves import Halves
from consentry.desk.vault.sealed_streams import derived
from consentry.signals.faces.keys import KeyWrapper, new_key, open_sealed, seal

KeyKind = Literal["case", "claim", "webhook", "server"]
PURPOSE: Final = "review of a report of private media"
SPLIT: Final = frozenset({"case", "claim"})
"""Kinds of keys that have another half in a file."""
_UNWRAPPED: Final = "consentry_unwrapped_keys"
_AFTERWARDS: Final = "consentry_after_commit"


class KeyRing:
    """Keys by case, unwrapped once a transaction.

    Args:
        wrapper: The master key, or a key service.
        folder: With the other halves.
    """

    def __init__(self, wrapper: KeyWrapper, folder: Path) -> None:
        self._wrapper = wrapper
        self.halves = Halves(folder)

    def make(
        self,
        session: Session,
        clock: Clock,
        case_id: UUID,
        kind: KeyKind = "case",
        *,
        expires_at: datetime | None = None,
    ) -> None:
        """A new key for a case.

        Args:
            session: The transaction.
            clock: The time.
            case_id: Whose key.
            kind: What it is for.
            expires_at: When it is destroyed by itself.
        """
        part = new_key()
        place, half = self.halves.take() if kind in SPLIT else (None, None)
        session.add(
            KeyRow(
                case_id=case_id,
                kind=kind,
                wrapped=self._wrapper.wrap(part, context_of(case_id, kind)),
                half=place,
                purpose=PURPOSE,
                made_at=clock(),
                expires_at=expires_at,
            )
        )
        _unwrapped(session)[case_id, kind] = _whole(part, half, case_id, kind)

    def ensure(
        self, session: Session, clock: Clock, case_id: UUID, kind: KeyKind, *, expires_at: datetime | None = None
    ) -> None:
        """Make a key unless there is one, or was one that has been destroyed."""
        if session.get(KeyRow, (case_id, kind)) is not None:
            return
        try:
            with session.begin_nested():
                self.make(session, clock, case_id, kind, expires_at=expires_at)
                session.flush()
        except IntegrityError:  # somebody else was quicker
            _unwrapped(session).pop((case_id, kind), None)

    def seal(self, session: Session, case_id: UUID, about: str, content: bytes, kind: KeyKind = "case") -> bytes:
        """Content encrypted under a key of the case.

        Args:
            session: The transaction.
            case_id: Whose key.
            content: What is sealed.
            kind: Which of the keys of the case.
            about: What it is, such as ``notes.text:ID``; sealed content opens in its own place only.

        Raises:
            DeskError: ``desk.purged`` if the key was destroyed.
        """
        return seal(self.key(session, case_id, kind), content, about.encode())

    def open(self, session: Session, case_id: UUID, about: str, sealed: bytes, kind: KeyKind = "case") -> bytes:
        """What `seal` was given.

        Raises:
            DeskError: ``desk.purged`` if the key was destroyed, ``desk.damaged`` if it was altered or moved.
        """
        content = open_sealed(self.key(session, case_id, kind), sealed, about.encode())
        if content is None:
            raise DeskError(
                "Something that was kept for a case was altered, or stands in another's place.",
                "Verify the log, and restore the database from a backup.",
                code="desk.damaged",
            )
        return content

    def key(self, session: Session, case_id: UUID, kind: KeyKind = "case") -> bytes:
        """The key itself, for whoever encrypts streams.

        Raises:
            DeskError: ``desk.purged``; ``desk.keys`` if the folder with the other halves is not there.
        """
        held = _unwrapped(session)
        if (case_id, kind) not in held:
            row = session.get(KeyRow, (case_id, kind))
            if row is None or row.wrapped is None:
                raise _purged()
            half = None if row.half is None else self.halves.read(row.half)
            if half is None and kind in SPLIT:
                raise _purged()
            part = self._wrapper.unwrap(row.wrapped, context_of(case_id, kind))
            held[case_id, kind] = _whole(part, half, case_id, kind)
        return held[case_id, kind]

    def destroy(self, session: Session, clock: Clock, case_id: UUID, kind: KeyKind) -> bool:
        """Destroy a key: its half in the database with this transaction, the other one right after it.

        Should the program end in between, the sweep does the rest.

        Returns:
            Whether there was one.
        """
        row = session.get(KeyRow, (case_id, kind), with_for_update=True)
        if row is None or row.destroyed_at is not None:
            return False
        row.wrapped = None
        row.destroyed_at = clock()
        session.flush()
        _unwrapped(session).pop((case_id, kind), None)
        if (place := row.half) is not None:
            after_commit(session, lambda: self.halves.destroy(place))
        return True


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Have something done once the transaction is kept; nothing if it is not."""
    acts: list[Callable[[], None]] | None = session.info.get(_AFTERWARDS)
    if acts is None:
        acts = session.info[_AFTERWARDS] = []
        event.listen(session, "after_commit", _act_afterwards)
        event.listen(session, "after_rollback", _forget)
    acts.append(act)


def _act_afterwards(session: Session) -> None:
    if session.in_nested_transaction():  # the end of a savepoint decides nothing yet
        return
    acts: list[Callable[[], None]] = session.info[_AFTERWARDS]
    while acts:
        acts.pop()()


def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info[_AFTERWARDS].clear()


def context_of(case_id: UUID, kind: str) -> bytes:
    """What a wrapped key is bound to."""
    return f"{kind}:{case_id}".encode()


def _whole(part: bytes, half: bytes | None, case_id: UUID, kind: str) -> bytes:
    return part if half is None else derived(part, f"{kind}:{case_id}", half)


def _unwrapped(session: Session) -> dict[tuple[UUID, str], bytes]:
    found: dict[tuple[UUID, str], bytes] = session.info.setdefault(_UNWRAPPED, {})
    return found


def _purged() -> DeskError:
    return DeskError(
        "The case was purged: its words and media cannot be read any more.",
        "What is left of it is its history.",
        code="desk.purged",
    )
