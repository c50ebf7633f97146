"""What a worker does all day: takes a job, says that it is still at it, records what came of it, once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from consentry.defects import InternalError, as_known, log
from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import Clock, utc_now
from consentry.desk.store.database import Database
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.work import JobRow
from consentry.desk.work.jobs import fail, finish, is_due, keep_job, take_job, worn_out

Record = Callable[[Session], None]
"""Writes down what a job did, in the transaction in which the job ends."""
_AWAY: Final = (OperationalError, InterfaceError)
"""The database is not there, or had to undo one of two transactions that wanted the same."""
_LOG: Final = logging.getLogger("consentry.desk.work")
_BEATS: Final = 3
"""Signs of life within a lease."""
_ATTEMPTS_TO_RECORD: Final = 5
_WORN_OUT: Final = 5.0
"""Seconds between looks for jobs that killed their workers."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job in a worker's hands."""

    id: UUID
    kind: str
    subject_id: UUID | None
    arguments: Mapping[str, Any]
    attempts: int

    @classmethod
    def of(cls, row: JobRow) -> Job:
        """What a handler needs of a row."""
        return cls(row.id, row.kind, row.subject_id, dict(row.arguments), row.attempts)


class Handler(Protocol):
    """Does jobs of one kind. Nothing that it does itself may need to happen once only; what it returns does."""

    def work(self, job: Job) -> Record:
        """Do the job, outside of any transaction, and say what is to be recorded.

        Raises:
            Exception: It went wrong; it is tried again.
        """
        ...

    def give_up(self, job: Job, error: str) -> Record:
        """Say what is to be recorded of a job that is set aside; ``error`` is the code of what went wrong last."""
        ...


@dataclass
class Regular:
    """Something that is done every so often, by whichever worker is there.

    Attributes:
        every: Seconds.
    """

    every: float
    act: Callable[[], object]
    due: float = field(default=0.0)


class Worker:
    """Takes jobs until it is told to stop.

    Args:
        database: Where they are.
        settings: How long is waited, how often is tried.
        handlers: By kind.
        regular: What is done besides.
        clock: The time.
    """

    def __init__(
        self,
        database: Database,
        settings: DeskSettings,
        handlers: Mapping[str, Handler],
        regular: Sequence[Regular] = (),
        clock: Clock = utc_now,
    ) -> None:
        self.id = new_id()
        self._database = database
        self._settings = settings
        self._handlers = handlers
        self._regular = (Regular(_WORN_OUT, self.set_aside_worn_out), *regular)
        self._clock = clock
        self._stop = Event()

    def stop(self) -> None:
        """Have the worker end after the job that it is at."""
        self._stop.set()

    def run(self) -> None:
        """Work until told to stop. A database that is away for a while is waited for."""
        _LOG.info("worker begins", extra={"worker": str(self.id)})
        while not self._stop.is_set():
            try:
                self.do_regular()
                busy = self.run_one()
            except _AWAY as error:
                _LOG.warning("database away: %s", type(error.orig).__name__)
                busy = False
            if not busy:
                self._stop.wait(self._settings.job_pause_seconds)

    def run_all(self) -> int:
        """Do everything that is due now.

        Returns:
            How many jobs were begun.
        """
        done = 0
        self.set_aside_worn_out()
        while self.run_one():
            done += 1
        return done

    def do_regular(self) -> None:
        """Do what is due besides jobs; what fails is tried again when it is due again."""
        for item in self._regular:
            if time.monotonic() < item.due:
                continue
            item.due = time.monotonic() + item.every
            try:
                item.act()
            except _AWAY:
                raise
            except Exception as error:  # noqa: BLE001  the jobs go on
                _tell(error, "the desk from doing what it does regularly")

    def run_one(self) -> bool:
        """Take one job and do it; no if there was none."""
        with (
            self._database.reading() as session
        ):  # where one writes at a time, those who look must not stand in the way
            if not is_due(session, self._clock, self._settings, tuple(self._handlers)):
                return False
        with self._database.writing() as session:
            row = take_job(session, self._clock, self._settings, self.id, tuple(self._handlers))
            job = None if row is None else Job.of(row)
        if job is None:
            return False
        handler = self._handlers[job.kind]
        try:
            with self._signs_of_life(job.id):
                record = handler.work(job)
            self._record(job, record)
        except _AWAY:
            raise
        except Exception as error:  # noqa: BLE001  it costs this job an attempt, and no other job anything
            self._fail(job, handler, error)
        return True

    def _record(self, job: Job, record: Record) -> None:
        for attempt in range(_ATTEMPTS_TO_RECORD):
            try:
                with self._database.writing() as session:
                    if finish(session, self._clock, self.id, job.id):
                        record(session)
                        return
                break
            except _AWAY:
                if attempt == _ATTEMPTS_TO_RECORD - 1:
                    raise
                self._stop.wait(self._settings.job_pause_seconds)
        _LOG.warning("job was another worker's by then", extra={"job": str(job.id), "kind": job.kind})

    def _fail(self, job: Job, handler: Handler, error: Exception) -> None:
        code = _tell(error, f"a job of the kind {job.kind} from being done")
        with self._database.writing() as session:
            state = fail(session, self._clock, self._settings, self.id, job.id, code, for_good=False)
            if state == "set_aside":
                handler.give_up(job, code)(session)
        _LOG.warning("job failed", extra={"job": str(job.id), "kind": job.kind, "code": code, "state": state})

    def set_aside_worn_out(self) -> None:
        """Set aside what killed every worker that began it."""
        while True:
            with self._database.writing() as session:
                row = worn_out(session, self._clock, self._settings)
                if row is None:
                    return
                if row.kind in self._handlers:
                    self._handlers[row.kind].give_up(Job.of(row), row.error or "")(session)

    @contextmanager
    def _signs_of_life(self, job_id: UUID) -> Iterator[None]:
        over = Event()

        def beat() -> None:
            while not over.wait(self._settings.job_lease_seconds / _BEATS):
                try:
                    with self._database.writing() as session:
                        if not keep_job(session, self._clock, self._settings, self.id, job_id):
                            return
                except _AWAY:
                    continue  # the database is away; the next sign comes soon

        thread = Thread(target=beat, name="desk-signs-of-life", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _tell(error: Exception, kept: str) -> str:
    """Log a defect with its traceback; the code of whatever it was."""
    known = as_known(error, kept)
    if isinstance(known, InternalError):
        log(known, "The desk")
    return known.code
