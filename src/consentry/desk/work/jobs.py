"""The queue of jobs: put in within the transaction that they belong to, taken by one worker at a time.

A job is begun at least once. What it did is recorded in one transaction with its end (`finish`), which only the worker
succeeds in that still holds the job; so it is recorded once, however often it was begun.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import Clock
from consentry.desk.store.tables.work import JobRow

READY: Final = "ready"
RUNNING: Final = "running"
DONE: Final = "done"
SET_ASIDE: Final = "set_aside"
LONGEST_BACKOFF: Final = timedelta(hours=1)


def enqueue(
    session: Session,
    clock: Clock,
    kind: str,
    subject_id: UUID | None = None,
    *,
    key: str | None = None,
    arguments: Mapping[str, Any] | None = None,
    run_at: datetime | None = None,
) -> JobRow:
    """Have something done by a worker, if and only if the transaction is kept.

    Args:
        session: The transaction.
        clock: Says when.
        kind: What; a worker has a handler for it.
        subject_id: About what.
        key: Only one job of a key is made ever; the one that is there is returned.
        arguments: Ids and codes that the handler needs besides.
        run_at: Not before; at once unless given.
    """
    now = clock()
    job = JobRow(
        kind=kind, subject_id=subject_id, key=key, arguments=dict(arguments or {}), state=READY, attempts=0,
        run_at=run_at or now, made_at=now,
    )  # fmt: skip
    if key is None:
        session.add(job)
        session.flush()
        return job
    found = session.scalars(select(JobRow).where(JobRow.key == key)).one_or_none()
    if found is not None:
        return found
    try:
        with session.begin_nested():
            session.add(job)
            session.flush()
    except IntegrityError:
        return session.scalars(select(JobRow).where(JobRow.key == key)).one()
    return job


def is_due(session: Session, clock: Clock, settings: DeskSettings, kinds: Collection[str]) -> bool:
    """Whether there is anything to take; asked in a reading transaction."""
    return session.scalars(_next(clock(), kinds, settings.job_attempts)).first() is not None


def take_job(
    session: Session, clock: Clock, settings: DeskSettings, worker: UUID, kinds: Collection[str]
) -> JobRow | None:
    """The next job for a worker: one that is due, or that another worker has fallen silent over.

    Args:
        session: A writing transaction.
        clock: Says what is due.
        settings: How long a worker may be silent.
        worker: Who takes it.
        kinds: What the worker has handlers for.
    """
    now = clock()
    wanted = _next(now, kinds, settings.job_attempts).with_for_update(skip_locked=True)
    job = session.scalars(wanted).first()
    if job is None:
        return None
    job.state, job.worker, job.attempts = RUNNING, worker, job.attempts + 1
    job.lease_until = now + timedelta(seconds=settings.job_lease_seconds)
    session.flush()
    return job


def keep_job(session: Session, clock: Clock, settings: DeskSettings, worker: UUID, job_id: UUID) -> bool:
    """Say that a worker is still at it; no if the job is another's by now."""
    until = clock() + timedelta(seconds=settings.job_lease_seconds)
    held = (JobRow.id == job_id) & (JobRow.worker == worker) & (JobRow.state == RUNNING)
    changed = session.execute(update(JobRow).where(held).values(lease_until=until).returning(JobRow.id))
    return changed.first() is not None


def finish(session: Session, clock: Clock, worker: UUID, job_id: UUID) -> bool:
    """Note that a job is done, together with what it did.

    Returns:
        Whether the job was still this worker's. If not, the transaction must be undone: another one does it.
    """
    job = _held(session, worker, job_id)
    if job is None:
        return False
    job.state, job.ended_at, job.lease_until, job.error = DONE, clock(), None, None
    return True


def fail(
    session: Session, clock: Clock, settings: DeskSettings, worker: UUID, job_id: UUID, code: str, *, for_good: bool
) -> str | None:
    """Note that a job went wrong: it is tried again later, or set aside.

    Args:
        session: The transaction.
        clock: Says when.
        settings: How often it is tried, and how long is waited.
        worker: Whose job it was.
        job_id: The job.
        code: Of the error.
        for_good: Trying again is of no use.

    Returns:
        Its state now; ``None`` if it was not this worker's any more.
    """
    job = _held(session, worker, job_id)
    if job is None:
        return None
    job.error, job.worker, job.lease_until = code[:100], None, None
    if for_good or job.attempts >= settings.job_attempts:
        job.state, job.ended_at = SET_ASIDE, clock()
    else:
        job.state, job.run_at = READY, clock() + backoff(settings, job.attempts)
    return job.state


def backoff(settings: DeskSettings, attempts: int) -> timedelta:
    """How long is waited after so many attempts: doubled each time, an hour at most."""
    seconds = settings.job_backoff_seconds * 2 ** min(attempts - 1, 20)
    return min(timedelta(seconds=seconds), LONGEST_BACKOFF)


def worn_out(session: Session, clock: Clock, settings: DeskSettings) -> JobRow | None:
    """A job that killed every worker that began it: the lease of its last attempt is over. It is set aside."""
    job = session.scalars(
        select(JobRow)
        .where(
            JobRow.state == RUNNING,
            JobRow.lease_until < clock(),
            JobRow.attempts >= settings.job_attempts,
        )
        .order_by(JobRow.run_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if job is not None:
        job.state, job.ended_at, job.error, job.worker, job.lease_until = SET_ASIDE, clock(), "job.worn_out", None, None
    return job


def try_again(session: Session, clock: Clock, job_id: UUID) -> bool:
    """Give a job that was set aside new attempts; no if there is no such job."""
    job = session.get(JobRow, job_id, with_for_update=True)
    if job is None or job.state != SET_ASIDE:
        return False
    job.state, job.attempts, job.run_at, job.ended_at = READY, 0, clock(), None
    return True


def _next(now: datetime, kinds: Collection[str], most: int) -> Select[JobRow]:
    due = (JobRow.state == READY) & (JobRow.run_at <= now)
    abandoned = (JobRow.state == RUNNING) & (JobRow.lease_until < now) & (JobRow.attempts < most)
    return select(JobRow).where(JobRow.kind.in_(kinds), or_(due, abandoned)).order_by(JobRow.run_at, JobRow.id).limit(1)


def _held(session: Session, worker: UUID, job_id: UUID) -> JobRow | None:
    job = session.get(JobRow, job_id, with_for_update=True, populate_existing=True)
    return job if job is not None and job.state == RUNNING and job.worker == worker else None
