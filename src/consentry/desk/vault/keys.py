"""Keys of cases and claims: made with the case, wrapped under the master key, destroyed when the case is purged."""

from __future__ import annotations

from typing import Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from consentry.desk.errors import DeskError
from consentry.desk.store.clock import Clock
from consentry.desk.store.tables.keys import KeyRow
from consentry.signals.faces.keys import KeyWrapper, new_key, open_sealed, seal

KeyKind = Literal["case", "claim", "webhook", "server"]
PURPOSE: Final = "review of a report of private media"
_UNWRAPPED: Final = "consentry_unwrapped_keys"


class KeyRing:
    """Keys by case, unwrapped once a transaction.

    Args:
        wrapper: The master key, or a key service.
    """

    def __init__(self, wrapper: KeyWrapper) -> None:
        self._wrapper = wrapper

    def make(self, session: Session, clock: Clock, case_id: UUID, kind: KeyKind = "case") -> None:
        """A new key for a case."""
        key = new_key()
        session.add(
            KeyRow(
                case_id=case_id,
                kind=kind,
                wrapped=self._wrapper.wrap(key, _context(case_id, kind)),
                purpose=PURPOSE,
                made_at=clock(),
            )
        )
        _unwrapped(session)[case_id, kind] = key

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
            DeskError: ``desk.purged``.
        """
        held = _unwrapped(session)
        if (case_id, kind) not in held:
            row = session.get(KeyRow, (case_id, kind))
            if row is None or row.wrapped is None:
                raise DeskError(
                    "The case was purged: its words and media cannot be read any more.",
                    "What is left of it is its history.",
                    code="desk.purged",
                )
            held[case_id, kind] = self._wrapper.unwrap(row.wrapped, _context(case_id, kind))
        return held[case_id, kind]


def _unwrapped(session: Session) -> dict[tuple[UUID, str], bytes]:
    found: dict[tuple[UUID, str], bytes] = session.info.setdefault(_UNWRAPPED, {})
    return found


def _context(case_id: UUID, kind: str) -> bytes:
    return f"{kind}:{case_id}".encode()
