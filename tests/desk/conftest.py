"""What tests of the desk share: databases, keys, settings that cost little."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_databases import PostgresCluster, postgres_binary
from desk_people import Office

from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.store.migrating import migrate
from consentry.desk.vault.keys import KeyRing
from consentry.signals.faces.keys import MasterKey


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """A cluster of PostgreSQL for the whole session."""
    if postgres_binary("initdb") is None:
        pytest.skip("needs PostgreSQL, which is not installed here")
    cluster = PostgresCluster()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with empty tables, to be copied."""
    path = tmp_path_factory.mktemp("desk") / "empty.sqlite"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def sqlite_database(empty_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """A new SQLite database with empty tables."""
    shutil.copyfile(empty_sqlite, tmp_path / "desk.sqlite")
    database = Database(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A new database with empty tables, once of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres_cluster")
    address = cluster.new()
    database = Database(address)
    yield database
    database.close()
    cluster.drop(address)


@pytest.fixture
def keys() -> KeyRing:
    """Keys under a master key of the test's own."""
    return KeyRing(MasterKey(bytes(range(32))))


@pytest.fixture
def settings(tmp_path: Path) -> DeskSettings:
    """Settings that cost little: passwords are hashed in a moment, and nobody is slowed down unless that is tested."""
    return DeskSettings(
        data=tmp_path,
        password_passes=1,
        password_memory_kib=64,
        requests_a_second=10_000,
        requests_at_once=10_000,
        anonymous_a_second=10_000,
        anonymous_at_once=10_000,
    )


@pytest.fixture
def office(settings: DeskSettings, sqlite_database: Database, keys: KeyRing) -> Office:
    """The application on SQLite, with people in front of it."""
    return Office(settings, sqlite_database, keys)


@pytest.fixture
def any_office(settings: DeskSettings, database: Database, keys: KeyRing) -> Office:
    """The application on each kind of database."""
    return Office(settings, database, keys)
