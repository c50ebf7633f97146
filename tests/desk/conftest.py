"""Fixtures of the desk: a store on SQLite and on PostgreSQL, a clock that is set, people, and cases at any stage."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="needs the extra desk: pip install 'consentry[desk]'")

import sqlalchemy as sa
from desk_office import Office, new_office
from postgres_cluster import running_cluster

from consentry.desk.store.database import Database
from consentry.desk.store.migrating import migrate

_numbers = count()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store; copying it is quicker than migrating."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a cluster of this session, with a place for the name of a database; ``template`` is migrated."""
    try:
        cluster = running_cluster()
        server = cluster.__enter__()
    except LookupError as error:
        pytest.skip(str(error))
    try:
        _make(server, "template")
        database = Database(server.format(name="template"))
        migrate(database)
        database.close()
        yield server
    finally:
        cluster.__exit__(None, None, None)


def _make(server: str, name: str, template: str | None = None) -> None:
    engine = sa.create_engine(
        sa.engine.make_url(server.format(name="postgres")).set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database; a test that takes it, or anything below, is run on both."""
    return str(request.param)


@pytest.fixture
def address(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store at the present version."""
    if kind == "sqlite":
        path = tmp_path / "desk.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    server = request.getfixturevalue("postgres_server")
    name = f"desk_{next(_numbers)}"
    _make(server, name, "template")
    return str(server.format(name=name))


@pytest.fixture
def empty_address(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite'}"
    server = request.getfixturevalue("postgres_server")
    name = f"empty_{next(_numbers)}"
    _make(server, name)
    return str(server.format(name=name))


@pytest.fixture
def office(address: str, tmp_path: Path) -> Iterator[Office]:
    """A store with people who work there."""
    office = new_office(address, tmp_path)
    yield office
    office.database.close()
