"""Opening the database, SQLite or PostgreSQL, and its transactions: reading ones and writing ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from consentry.desk.errors import DeskError

_BUSY_MILLISECONDS: Final = 30_000
_BEGIN: Final = "consentry_begin"
_LAST_WORDS: Final = "consentry_last_words"


class Database:
    """A database and its transactions.

    SQLite runs in WAL mode with one writer: writing transactions begin at once as such (``BEGIN IMMEDIATE``) and wait
    for each other, those of one process in the order in which they came. PostgreSQL reads what is committed.

    Args:
        address: As SQLAlchemy writes it; ``postgresql://`` is spoken by psycopg 3.
        connections: Most at a time.
    """

    def __init__(self, address: str, *, connections: int = 20) -> None:
        try:
            url = make_url(address)
        except ArgumentError as error:
            raise DeskError(
                "The address of the database cannot be read.",
                "Write sqlite:///desk.sqlite, or postgresql://user@host/name.",
                code="desk.database",
            ) from error
        if url.get_backend_name() not in {"sqlite", "postgresql"}:
            raise DeskError(
                f"The desk keeps its cases in SQLite or PostgreSQL, not in {url.get_backend_name()}.",
                "Write sqlite:///desk.sqlite, or postgresql://user@host/name.",
                code="desk.database",
            )
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if not self.is_sqlite:
            url = url.set(drivername="postgresql+psycopg")
        # A mistake in a statement must not bring its values, which are of people, into a log.
        self.engine: Engine = create_engine(
            url, pool_size=connections, max_overflow=0, pool_pre_ping=not self.is_sqlite, hide_parameters=True
        )
        self._turn: Any = Lock() if self.is_sqlite else nullcontext()
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare)
            event.listen(self.engine, "begin", _begin)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that changes nothing."""
        with Session(self.engine.execution_options(**{_BEGIN: "BEGIN"}), autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is kept if the block ends well, and undone if it does not.

        Raises:
            DeskError: ``desk.version`` if somebody else changed a row meanwhile.
        """
        engine = self.engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        try:
            with self._turn, Session(engine, expire_on_commit=False) as session, session.begin():
                yield session
                session.flush()
                for say in session.info.pop(_LAST_WORDS, []):
                    say(session)
        except StaleDataError as error:
            raise changed_meanwhile() from error

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def at_the_end(session: Session, say: Callable[[Session], None]) -> None:
    """Have something done as the last thing of a writing transaction, once.

    What takes a lock that everybody wants is done there: it is held for the shortest time, and always taken last.
    """
    words = session.info.setdefault(_LAST_WORDS, [])
    if say not in words:
        words.append(say)


def changed_meanwhile() -> DeskError:
    """Somebody else was quicker."""
    return DeskError(
        "The case was changed by somebody else meanwhile.",
        "Look at it again, then repeat what still holds.",
        code="desk.version",
    )


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, not by the driver's guess
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # what was accepted is on the disk
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))
