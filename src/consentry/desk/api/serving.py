"""What a server process holds: the database, keys, settings, and what it counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from consentry.desk.actor import SYSTEM, Actor
from consentry.desk.api.cursors import Cursors
from consentry.desk.api.metrics import Metrics
from consentry.desk.api.rates import Rates
from consentry.desk.api.uploads import MediaKeeper
from consentry.desk.desk import Desk
from consentry.desk.people.passwords import Passwords
from consentry.desk.renditions.rendering import Renditions
from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import Clock, utc_now
from consentry.desk.store.database import Database
from consentry.desk.vault.keys import KeyRing

_SERVER: Final = UUID(int=1)
"""Whose key signs cursors and the state of other logins; all server processes share it."""


@dataclass(frozen=True)
class Serving:
    """One server process.

    Attributes:
        settings: Of the installation.
        database: Its tables are of this program's version.
        keys: Of cases, webhooks and the server.
        server_key: Signs what is given out to be given back.
        passwords: Makes and checks hashes.
        keeper: Where media are kept.
        renditions: What screens are shown of them.
        clock: The time.
        metrics: What is counted.
        rates: How often somebody asked.
    """

    settings: DeskSettings
    database: Database
    keys: KeyRing
    server_key: bytes
    passwords: Passwords
    keeper: MediaKeeper
    renditions: Renditions
    clock: Clock = utc_now
    metrics: Metrics = field(default_factory=Metrics)
    rates: Rates = field(default_factory=Rates)

    @classmethod
    def begin(
        cls, settings: DeskSettings, database: Database, keys: KeyRing, keeper: MediaKeeper, *, clock: Clock = utc_now
    ) -> Serving:
        """Get ready to serve.

        Args:
            settings: Of the installation.
            database: Open, its tables as this program knows them.
            keys: With the master key.
            keeper: Where media are kept.
            clock: The time.
        """
        return cls(
            settings=settings,
            database=database,
            keys=keys,
            server_key=_server_key(database, keys, clock),
            passwords=Passwords(passes=settings.password_passes, memory_kib=settings.password_memory_kib),
            keeper=keeper,
            renditions=Renditions.of(settings),
            clock=clock,
        )

    @property
    def cursors(self) -> Cursors:
        """Writes and reads cursors."""
        return Cursors(self.server_key)

    def desk(self, session: Session, actor: Actor = SYSTEM) -> Desk:
        """The desk for one act."""
        return Desk(session, actor, self.settings, self.keys, self.clock)


def _server_key(database: Database, keys: KeyRing, clock: Clock) -> bytes:
    with database.writing() as session:
        keys.ensure(session, clock, _SERVER, "server")
        return keys.key(session, _SERVER, "server")
