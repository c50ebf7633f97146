"""One act at the desk: who acts, in which transaction, at what time, with which settings and keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from consentry.desk.actor import Actor
from consentry.desk.audit.appending import append
from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import Clock, utc_now
from consentry.desk.vault.keys import KeyRing


@dataclass(frozen=True, slots=True)
class Desk:
    """What the services of `consentry.desk.cases` work with, for one act or a few.

    Attributes:
        session: An open transaction: `Database.writing` for everything that changes something.
        actor: Who acts.
        settings: Of this installation.
        keys: Opens and seals what belongs to cases.
        clock: The time.
    """

    session: Session
    actor: Actor
    settings: DeskSettings
    keys: KeyRing
    clock: Clock = utc_now

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.clock()

    def log(self, act: str, case_id: UUID | None, **details: object) -> None:
        """Say in the log what was done to a case; see `consentry.desk.audit.appending.append`."""
        append(self.session, self.clock, self.actor, act, "case", case_id, **details)

    def seal(self, case_id: UUID, about: str, text: str) -> bytes:
        """Words, encrypted under the key of their case; ``about`` names their place, such as ``notes.text:ID``."""
        return self.keys.seal(self.session, case_id, about, text.encode("utf-8", "surrogatepass"))

    def unseal(self, case_id: UUID, about: str, sealed: bytes) -> str:
        """The words again."""
        return self.keys.open(self.session, case_id, about, sealed).decode("utf-8", "surrogatepass")
