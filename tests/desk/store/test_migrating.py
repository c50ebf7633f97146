"""Migrations make exactly the tables, go up with data in them, and down again."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from desk_office import new_office
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from consentry.desk.audit.verifying import verify
from consentry.desk.errors import DeskError
from consentry.desk.store.database import Database
from consentry.desk.store.migrating import migrate, require_current, version_of
from consentry.desk.store.tables import Base
from consentry.desk.store.tables.cases import CaseRow

FIRST = "0001"


def test_the_migrations_make_the_tables_that_the_program_knows(address: str) -> None:
    database = Database(address)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_every_table_that_is_only_appended_to_is_protected(address: str) -> None:
    database = Database(address)
    wanted = {table.name for table in Base.metadata.sorted_tables if table.info.get("append_only")}
    asked = (
        "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
        if database.is_sqlite
        else "SELECT event_object_table, event_manipulation FROM information_schema.triggers"
    )
    with database.engine.connect() as connection:
        rows = connection.execute(text(asked)).all()
    database.close()
    assert {row[0] for row in rows} == wanted
    assert len(rows) == 2 * len(wanted)


def test_up_from_the_first_version_and_down_with_data_in_it(empty_address: str, tmp_path: Path) -> None:
    database = Database(empty_address)
    migrate(database, FIRST)
    office = new_office(empty_address, tmp_path)
    case_id = office.open()
    office.decided(case_id, office.anna, "recommend_restrict")
    migrate(database)
    require_current(database)
    migrate(database)  # once more does no harm
    with database.reading() as session:
        assert session.scalars(select(CaseRow.id)).all() == [case_id]
        assert verify(session).is_whole
    assert office.seen(case_id).state == "decided"
    with pytest.raises(DBAPIError), database.writing() as session:
        session.execute(text("DELETE FROM decisions"))
    office.database.close()
    migrate(database, "base")
    assert version_of(database) is None
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    migrate(database)
    require_current(database)
    database.close()


def test_a_database_of_another_version_is_refused(empty_address: str) -> None:
    database = Database(empty_address)
    with pytest.raises(DeskError, match="version none") as refused:
        require_current(database)
    assert refused.value.code == "desk.migration"
    database.close()


@pytest.mark.parametrize("address", ["mysql://host/name", "desk.sqlite", ""])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(DeskError) as refused:
        Database(address)
    assert refused.value.code == "desk.database"
