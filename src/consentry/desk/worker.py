"""A worker process put together: what it does with each kind of job, and what it does besides."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consentry.desk.actor import SYSTEM
from consentry.desk.assessing.handler import AssessCase
from consentry.desk.audit.heads import LogKey, sign_head
from consentry.desk.cases.ending import close_due
from consentry.desk.cases.expiring import purge_expired
from consentry.desk.cases.filing import ASSESS
from consentry.desk.cases.queue import expire_leases
from consentry.desk.desk import Desk
from consentry.desk.people.tidying import tidy
from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import Clock, utc_now
from consentry.desk.store.database import Database
from consentry.desk.vault.keys import KeyRing
from consentry.desk.vault.media import MediaStore
from consentry.desk.vault.sweeping import sweep
from consentry.desk.webhooks.delivering import Sending, Spreading
from consentry.desk.work.loop import Handler, Regular, Worker
from consentry.desk.work.outbox import DELIVER
from consentry.pipeline.assessor import Assessor

SEND: Final = "send"
_LEASES: Final = 5.0
_HEADS: Final = 60.0
_HOUR: Final = 3600.0


def make_worker(
    database: Database, settings: DeskSettings, keys: KeyRing, assessor: Assessor, clock: Clock = utc_now
) -> Worker:
    """A worker that does everything.

    Args:
        database: The store, at the present version.
        settings: Of the installation.
        keys: Opens what belongs to cases.
        assessor: Models and policy.
        clock: The time.
    """
    media = MediaStore(settings.data / "media")
    handlers: dict[str, Handler] = {
        ASSESS: AssessCase(database, settings, keys, assessor, media, clock),
        DELIVER: Spreading(clock),
        SEND: Sending(database, settings, keys, clock),
    }

    def as_system(session: Session) -> Desk:
        return Desk(session, SYSTEM, settings, keys, clock)

    def leases() -> None:
        with database.writing() as session:
            expire_leases(as_system(session))

    def ends() -> None:
        with database.writing() as session:
            close_due(as_system(session))

    def tidy_up() -> None:
        with database.writing() as session:
            tidy(session, clock(), settings)

    log_key = LogKey.of(settings)

    def heads() -> None:
        try:
            with database.writing() as session:
                sign_head(session, clock, log_key, settings.heads_folder)
        except IntegrityError:
            return  # another worker has just signed the same

    regular = (
        Regular(_LEASES, leases),
        Regular(_HEADS, heads),
        Regular(_HOUR, ends),
        Regular(_HOUR, lambda: purge_expired(database, settings, keys, clock)),
        Regular(_HOUR, lambda: sweep(database, settings, keys, clock)),
        Regular(_HOUR, tidy_up),
    )
    return Worker(database, settings, handlers, regular, clock)


def load_assessor(settings: DeskSettings) -> Assessor:
    """Models and policy as the settings name them.

    Raises:
        ConsentryError: The policy or the bank is missing or invalid.
    """
    return Assessor.load(policy=settings.policy, models=settings.models, bank=settings.bank)
