"""Backups: the database, encrypted as a whole, and the media, which are encrypted already. Nothing in them is readable.

A backup is a folder that can be brought up to date again and again: ``backup.json`` says what it is,
``database.sealed`` is the database at one moment (SQLite's online backup, or ``pg_dump``), ``media/`` the files of the
vault. The server and the workers may run meanwhile. What a backup never holds: the master key, the other halves of keys
(`consentry.desk.vault.halves`), the key that signs the log, renditions.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.engine import URL, make_url

from consentry.desk.errors import DeskError
from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import Clock, utc_now
from consentry.desk.store.database import Database
from consentry.desk.store.ids import new_id
from consentry.desk.store.migrating import version_of
from consentry.desk.vault.master import MasterKeys
from consentry.desk.vault.opening import keys_folder
from consentry.desk.vault.places import media_folder
from consentry.desk.vault.sealed_streams import SealingWriter, Sink
from consentry.signals.faces.keys import new_key
from consentry.writing import replacing, write_text, writing

ABOUT: Final = "database"
ABOUT_FILE: Final = "backup.json"
DATABASE_FILE: Final = "database.sealed"
_CHUNK: Final = 1 << 20


class Backup(BaseModel):
    """What ``backup.json`` says.

    Attributes:
        key: Of the database's file, wrapped under the master key.
        version: Of the tables.
        digest: SHA-256 of the database's file, to tell a failing disk from a wrong key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["consentry-desk-backup-1"] = "consentry-desk-backup-1"
    id: UUID
    made_at: datetime
    kind: Literal["sqlite", "postgresql"]
    version: str | None
    key: str
    digest: str
    media: int

    @property
    def context(self) -> bytes:
        """What its key is bound to."""
        return f"backup:{self.id}".encode()


def back_up(
    database: Database, settings: DeskSettings, master: MasterKeys, folder: Path, clock: Clock = utc_now
) -> Backup:
    """Make a backup, or bring one up to date.

    Media that were deleted here since are deleted there, so a purge reaches the next backup too.

    Args:
        database: The store; it goes on being used.
        settings: Where things lie.
        master: Wraps the key of the backup.
        folder: Where it goes; not within the data folder or the folder of keys.
        clock: The time.

    Raises:
        DeskError: ``desk.backup``.
        OutputError: It cannot be written.
    """
    _check_place(settings, folder)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    backup_id, key = new_id(), new_key()
    digest = _keep_database(database, settings, folder, key)
    # The database first: what its rows speak of is on the disk already, and what comes later does no harm.
    media = _mirror(media_folder(settings.data), folder / "media")
    backup = Backup(
        id=backup_id,
        made_at=clock(),
        kind="sqlite" if database.is_sqlite else "postgresql",
        version=version_of(database),
        key=master.wrap(key, f"backup:{backup_id}".encode()).hex(),
        digest=digest,
        media=media,
    )
    write_text(folder / ABOUT_FILE, backup.model_dump_json(indent=1) + "\n")
    return backup


def read_backup(folder: Path) -> Backup:
    """What is said of a backup.

    Raises:
        DeskError: ``desk.backup``.
    """
    try:
        return Backup.model_validate_json((folder / ABOUT_FILE).read_bytes())
    except (OSError, ValidationError) as error:
        raise DeskError(
            f"There is no whole backup in {folder}.",
            f"Name the folder that `consentry desk backup` wrote; {ABOUT_FILE} is in it.",
            code="desk.backup",
        ) from error


def connection_environment(url: URL) -> dict[str, str]:
    """How PostgreSQL's programs find a database, as environment variables: a password must not stand in a command."""
    given = {
        "PGHOST": url.query.get("host") or url.host,
        "PGPORT": url.query.get("port") or url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
    }
    return {**os.environ, **{name: str(value) for name, value in given.items() if value}}


def program_failed(program: str, said: bytes) -> DeskError:
    """A program of PostgreSQL that did not do what it should; what it says names no rows."""
    first = said.decode("utf-8", "replace").strip().splitlines()[:1]
    return DeskError(
        f"{program} failed{': ' + first[0][:300] if first else ''}.",
        "See that it is of the server's version or newer, and that the database can be reached.",
        code="desk.backup",
    )


def found_program(name: str) -> str:
    """Where a program of PostgreSQL is.

    Raises:
        DeskError: ``desk.backup``.
    """
    found = shutil.which(name)
    if found is None:
        raise DeskError(
            f"{name} is not here.", "Install PostgreSQL's client programs (Debian: postgresql-client).",
            code="desk.backup",
        )  # fmt: skip
    return found


def _keep_database(database: Database, settings: DeskSettings, folder: Path, key: bytes) -> str:
    digest = hashlib.sha256()
    with replacing(folder / DATABASE_FILE) as text:
        sealing = SealingWriter(_Digesting(text.buffer, digest), key, ABOUT)
        with _dumped(database, settings) as source:
            while chunk := source.read(_CHUNK):
                sealing.write(chunk)
        sealing.end()
    return digest.hexdigest()


class _Digesting:
    def __init__(self, file: Sink, digest: hashlib._Hash) -> None:
        self._file = file
        self._digest = digest

    def write(self, content: bytes) -> None:
        self._digest.update(content)
        self._file.write(content)


@contextmanager
def _dumped(database: Database, settings: DeskSettings) -> Iterator[IO[bytes]]:
    url = make_url(settings.address)
    if not database.is_sqlite:
        command = [found_program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
        with (
            tempfile.TemporaryFile() as errors,
            subprocess.Popen(  # noqa: S603  a program of PostgreSQL's, no words of strangers
                command, stdout=subprocess.PIPE, stderr=errors, env=connection_environment(url)
            ) as process,
        ):
            assert process.stdout is not None  # noqa: S101  it was asked for
            yield process.stdout
            if process.wait() != 0:
                errors.seek(0)
                raise program_failed("pg_dump", errors.read(2000))
        return
    # A copy beside the database, which is no more readable than the database itself, and goes at once.
    descriptor, name = tempfile.mkstemp(prefix=".backup-", dir=settings.data)
    os.close(descriptor)
    copy = Path(name)
    try:
        with closing(sqlite3.connect(str(url.database))) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        with copy.open("rb") as file:
            yield file
    finally:
        copy.unlink(missing_ok=True)


def _mirror(source: Path, target: Path) -> int:
    """Have a folder of encrypted files hold exactly what another one holds; files of a name never change."""
    here = {path.relative_to(source) for path in source.glob("[0-9a-f][0-9a-f]/[0-9a-f]*")}
    there = {path.relative_to(target) for path in target.glob("[0-9a-f][0-9a-f]/[0-9a-f]*")}
    with writing(target):
        for name in sorted(here - there):
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside = place.with_name(f".{place.name}.part")
            try:
                shutil.copyfile(source / name, beside)
            except FileNotFoundError:  # it was purged meanwhile
                beside.unlink(missing_ok=True)
                here.discard(name)
                continue
            beside.chmod(0o600)
            beside.replace(place)
        for name in there - here:
            (target / name).unlink(missing_ok=True)
    return len(here)


def _check_place(settings: DeskSettings, folder: Path) -> None:
    place = folder.resolve()
    for kept in (settings.data.resolve(), keys_folder(settings).resolve()):
        if place == kept or kept in place.parents or place in kept.parents:
            raise DeskError(
                "A backup does not belong into the data folder or around it.",
                "Name a folder on another disk, or one that is copied to another machine.",
                code="desk.backup",
            )
