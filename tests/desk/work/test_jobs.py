"""Jobs are begun at least once and recorded once, whatever becomes of their workers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from desk_office import Office
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.work import EventRow, JobRow
from consentry.desk.work.jobs import backoff, enqueue, fail, finish, keep_job, take_job, try_again
from consentry.desk.work.loop import Job, Record, Regular, Worker

KINDS = ("count",)
WORDS = ("Somebody", "said", "so.")


def put(office: Office, **given: object) -> UUID:
    with office.database.writing() as session:
        return enqueue(session, office.clock, "count", **given).id  # type: ignore[arg-type]


def taken(office: Office, worker: UUID) -> UUID | None:
    with office.database.writing() as session:
        row = take_job(session, office.clock, office.settings, worker, KINDS)
        return None if row is None else row.id


def state_of(office: Office, job: UUID) -> tuple[str, int, str | None]:
    with office.database.reading() as session:
        row = session.get_one(JobRow, job)
        return row.state, row.attempts, row.error


class Counting:
    """A handler that notes an event for every job that is recorded."""

    def __init__(self, office: Office, during: Callable[[Job], None] = lambda job: None) -> None:
        self.office = office
        self.during = during

    def work(self, job: Job) -> Record:
        self.during(job)
        return self._note("done")

    def give_up(self, job: Job, error: str) -> Record:
        return self._note("given_up")

    def _note(self, kind: str) -> Record:
        def record(session: Session) -> None:
            session.add(EventRow(kind=kind, data={}, happened_at=self.office.clock()))

        return record

    def worker(self) -> Worker:
        return Worker(self.office.database, self.office.settings, {"count": self}, clock=self.office.clock)

    def recorded(self) -> dict[str, int]:
        with self.office.database.reading() as session:
            rows = session.execute(select(EventRow.kind, func.count()).group_by(EventRow.kind))
            return {row[0]: row[1] for row in rows}


def test_a_job_is_put_in_with_its_transaction_or_not_at_all(office: Office) -> None:
    with pytest.raises(ZeroDivisionError), office.database.writing() as session:
        _ = enqueue(session, office.clock, "count").attempts / 0
    assert taken(office, new_id()) is None


def test_one_key_makes_one_job(office: Office) -> None:
    assert put(office, key="once") == put(office, key="once")


def test_jobs_come_in_their_order_and_not_before_their_time(office: Office) -> None:
    later = put(office, run_at=office.clock() + timedelta(minutes=1))
    first, second = put(office), put(office)
    worker = new_id()
    assert [taken(office, worker) for _ in range(3)] == [first, second, None]
    office.clock.pass_(minutes=2)
    with office.database.writing() as session:
        assert keep_job(session, office.clock, office.settings, worker, first)
        assert keep_job(session, office.clock, office.settings, worker, second)
    assert taken(office, worker) == later


def test_a_silent_workers_job_goes_to_another_and_only_that_one_ends_it(office: Office) -> None:
    job = put(office)
    silent, other = new_id(), new_id()
    assert taken(office, silent) == job
    assert taken(office, other) is None
    office.clock.pass_(seconds=office.settings.job_lease_seconds + 1)
    assert taken(office, other) == job
    with office.database.writing() as session:
        assert not keep_job(session, office.clock, office.settings, silent, job)
        assert not finish(session, office.clock, silent, job)
        assert fail(session, office.clock, office.settings, silent, job, "desk.input", for_good=False) is None
        assert finish(session, office.clock, other, job)
    assert state_of(office, job) == ("done", 2, None)


def test_a_job_that_fails_waits_longer_each_time_and_is_set_aside_in_the_end(office: Office) -> None:
    def fails(job: Job) -> None:
        raise DeskError("No.", "Never.", code="desk.input")

    job, counting = put(office), Counting(office, fails)
    worker = counting.worker()
    for attempt in range(1, office.settings.job_attempts + 1):
        assert worker.run_all() == 1
        assert state_of(office, job)[1] == attempt
        office.clock.pass_(seconds=backoff(office.settings, attempt).total_seconds() - 1)
        assert worker.run_all() == 0
        office.clock.pass_(seconds=2)
    assert state_of(office, job) == ("set_aside", office.settings.job_attempts, "desk.input")
    assert counting.recorded() == {"given_up": 1}
    counting.during = lambda job: None
    with office.database.writing() as session:
        assert try_again(session, office.clock, job)
        assert not try_again(session, office.clock, job)
    assert worker.run_all() == 1
    assert counting.recorded() == {"given_up": 1, "done": 1}


def test_a_job_that_kills_every_worker_is_set_aside(office: Office) -> None:
    job, counting = put(office), Counting(office)
    for _ in range(office.settings.job_attempts):
        assert taken(office, new_id()) == job  # ... and never heard of again
        office.clock.pass_(seconds=office.settings.job_lease_seconds + 1)
    assert counting.worker().run_all() == 0
    assert state_of(office, job) == ("set_aside", office.settings.job_attempts, "job.worn_out")
    assert counting.recorded() == {"given_up": 1}


def test_what_was_done_by_a_worker_that_was_thought_dead_is_not_recorded(office: Office) -> None:
    other = new_id()

    def overtaken(job: Job) -> None:
        office.clock.pass_(seconds=office.settings.job_lease_seconds + 1)
        assert taken(office, other) == job.id

    put(office)
    counting = Counting(office, overtaken)
    counting.worker().run_one()
    assert counting.recorded() == {}


def test_a_defect_costs_the_job_an_attempt_and_the_worker_nothing(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = put(office, arguments={"broken": True}), put(office)

    def breaks(job: Job) -> None:
        if job.arguments:
            raise ZeroDivisionError(" ".join(WORDS))

    counting = Counting(office, breaks)
    assert counting.worker().run_all() == 2
    assert state_of(office, broken) == ("ready", 1, "internal.defect")
    assert state_of(office, sound)[0] == "done"
    assert "ZeroDivisionError" in caplog.text
    assert " ".join(WORDS) not in caplog.text


def test_many_workers_at_once_record_every_job_once(office: Office) -> None:
    jobs = 40
    for _ in range(jobs):
        put(office)
    counting, together = Counting(office), Barrier(4)

    def work() -> None:
        worker = counting.worker()
        together.wait()
        worker.run_all()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counting.recorded() == {"done": jobs}


def test_a_worker_ends_when_it_is_told_to_and_does_what_is_regular(office: Office) -> None:
    done: list[str] = []

    def broken() -> None:
        done.append("broken")
        raise KeyError

    counting = Counting(office)
    worker = Worker(
        office.database, office.settings, {"count": counting},
        [Regular(1000, broken), Regular(1000, lambda: done.append("sound")), Regular(0, lambda: worker.stop())],
        clock=office.clock,
    )  # fmt: skip
    worker.run()
    assert done == ["broken", "sound"]
