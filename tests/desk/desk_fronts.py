"""The application in front of a database, on SQLite alone or on each kind; and settings that cost little."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_office import SetClock
from desk_people import Front

from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.vault.keys import KeyRing
from consentry.signals.faces.keys import MasterKey


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    """Keys under a master key of the test's own."""
    return KeyRing(MasterKey(bytes(range(32))), tmp_path / "keys")


@pytest.fixture
def settings(tmp_path: Path) -> DeskSettings:
    """Settings that cost little: passwords are hashed in a moment, and nobody is slowed down unless that is tested."""
    return DeskSettings(
        data=tmp_path / "data",
        audit_share=0.0,
        password_passes=1,
        password_memory_kib=64,
        requests_a_second=10_000,
        requests_at_once=10_000,
        anonymous_a_second=10_000,
        anonymous_at_once=10_000,
    )


@pytest.fixture
def clock() -> SetClock:
    """A clock that is set by hand."""
    return SetClock()


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A new SQLite database with empty tables."""
    shutil.copyfile(sqlite_template, tmp_path / "desk.sqlite")
    database = Database(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    yield database
    database.close()


@pytest.fixture
def front(settings: DeskSettings, sqlite_database: Database, keys: KeyRing) -> Front:
    """The application on SQLite, with people in front of it."""
    return Front(settings, sqlite_database, keys)


@pytest.fixture
def timed_front(settings: DeskSettings, sqlite_database: Database, keys: KeyRing, clock: SetClock) -> Front:
    """The same, with a clock that is set."""
    return Front(settings, sqlite_database, keys, clock=clock)


@pytest.fixture
def any_front(settings: DeskSettings, address: str, keys: KeyRing, clock: SetClock) -> Iterator[Front]:
    """The application on each kind of database, with a clock that is set."""
    database = Database(address)
    yield Front(settings, database, keys, clock=clock)
    database.close()
