"""Transactions are kept whole or not at all; ids sort by time; moments have a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier, Thread

import pytest
from desk_office import Office
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from consentry.desk.cases.locating import case_to_change, touch
from consentry.desk.cases.notes import add_note
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.base import Moment
from consentry.desk.store.tables.cases import CaseRow
from consentry.desk.store.tables.findings import NoteRow


def test_many_writers_at_once_lose_nothing(office: Office) -> None:
    case_id, together = office.open(), Barrier(6)
    version = office.seen(case_id).version

    def write() -> None:
        together.wait()
        for number in range(5):
            with office.at(office.anna) as desk:
                add_note(desk, case_id, f"Note {number}.")

    threads = [Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with office.database.reading() as session:
        assert len(session.scalars(select(NoteRow)).all()) == 30
        assert session.get_one(CaseRow, case_id).version == version + 30


def test_a_change_of_a_row_that_somebody_else_changed_is_refused(office: Office) -> None:
    case_id = office.open()
    with office.database.reading() as session:
        seen = session.get_one(CaseRow, case_id)
        session.expunge(seen)
    with office.at(office.anna) as desk:
        touch(desk, case_to_change(desk, case_id))
    seen.risk = 3
    with pytest.raises(DeskError) as refused, office.database.writing() as session:
        session.add(seen)
    assert refused.value.code == "desk.version"


def test_ids_rise_also_within_a_millisecond() -> None:
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(set(ids))
    assert {one.version for one in ids} == {7}
    assert {one.variant for one in ids} == {"specified in RFC 4122"}
    stamp = ids[-1].int >> 80
    assert abs(stamp / 1000 - datetime.now(UTC).timestamp()) < 60


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1)), st.integers(-12, 12))  # noqa: DTZ001
def test_a_moment_comes_back_as_it_went_in(naive: datetime, hours: int) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(hours=hours)))
    kind = Moment()
    for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]
        assert kind.process_result_value(kind.process_bind_param(moment, dialect), dialect) == moment
        with pytest.raises(ValueError, match="zone"):
            kind.process_bind_param(naive, dialect)
