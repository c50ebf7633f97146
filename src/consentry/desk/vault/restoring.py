"""Bringing a backup back. What was purged since it was made stays unreadable, since its other half is gone."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.engine import make_url

from consentry.desk.actor import SYSTEM
from consentry.desk.audit.appending import append
from consentry.desk.errors import DeskError
from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import Clock, utc_now
from consentry.desk.store.database import Database
from consentry.desk.store.tables.cases import CaseRow
from consentry.desk.store.tables.keys import KeyRow
from consentry.desk.vault.backing_up import (
    ABOUT,
    DATABASE_FILE,
    Backup,
    connection_environment,
    found_program,
    program_failed,
    read_backup,
)
from consentry.desk.vault.halves import Halves
from consentry.desk.vault.keys import SPLIT
from consentry.desk.vault.master import MasterKeys
from consentry.desk.vault.opening import keys_folder
from consentry.desk.vault.places import media_folder
from consentry.desk.vault.sealed_streams import unsealed
from consentry.writing import writing


class Restored(NamedTuple):
    """What came of it.

    Attributes:
        missing: Keys whose other half is not here: purged since the backup, or not in the copy of the folder of keys.
    """

    backup: Backup
    media: int
    missing: int


def restore(settings: DeskSettings, master: MasterKeys, folder: Path, *, keys: Path | None = None) -> Restored:
    """Bring a backup back into an empty database and a data folder without media.

    Args:
        settings: Where everything is to be.
        master: The master key at the time of the backup is among them.
        folder: The backup.
        keys: A copy of the folder of keys, if the folder itself is lost. One that is still there is better: it knows
            what was purged last.

    Raises:
        DeskError: ``desk.backup``, ``desk.keys``, ``desk.damaged``, ``desk.master_key``.
    """
    backup = read_backup(folder)
    halves = _halves(settings, keys)
    _require_empty(settings, backup)
    key = master.unwrap(bytes.fromhex(backup.key), backup.context)
    with (folder / DATABASE_FILE).open("rb") as file:
        pieces = unsealed(file, key, ABOUT)
        (_restore_sqlite if backup.kind == "sqlite" else _restore_postgresql)(settings, pieces)
    media = _copy(folder / "media", media_folder(settings.data))
    return Restored(backup, media, len(missing_halves(settings, halves)))


def missing_halves(settings: DeskSettings, halves: Halves) -> list[tuple[UUID, str]]:
    """Keys that the database takes for whole, and whose other half is not here."""
    database = Database(settings.address)
    try:
        with database.reading() as session:
            rows = session.execute(
                select(KeyRow.case_id, KeyRow.kind, KeyRow.half).where(
                    KeyRow.wrapped.is_not(None), KeyRow.kind.in_(sorted(SPLIT))
                )
            )
            return [(case_id, kind) for case_id, kind, half in rows if half is None or halves.read(half) is None]
    finally:
        database.close()


def settle_missing(database: Database, settings: DeskSettings, clock: Clock = utc_now) -> int:
    """Note of every case whose other half is gone that it was purged.

    This is for the time after a restore, when it is sure that nothing is missing by mistake: it cannot be taken back.

    Returns:
        How many keys.
    """
    missing = missing_halves(settings, Halves(keys_folder(settings)))
    with database.writing() as session:
        for case_id, kind in missing:
            row = session.get_one(KeyRow, (case_id, kind))
            row.wrapped, row.destroyed_at = None, clock()
            case = session.get(CaseRow, case_id)
            if case is not None and kind == "case":
                case.purged_at, case.changed_at, case.expires_at = clock(), clock(), None
            append(session, clock, SYSTEM, "purge.restored", "case", row.case_id, what=kind)
    return len(missing)


def _halves(settings: DeskSettings, keys: Path | None) -> Halves:
    halves = Halves(keys_folder(settings))
    if keys is not None and not halves.folder.is_dir():
        Halves(keys).mirror(halves.folder)
    if not halves.folder.is_dir():
        raise DeskError(
            f"The folder of keys, {halves.folder}, is not here; without it the backup holds nothing that can be read.",
            "Bring it back, or name its copy (the one that `consentry desk keys backup` wrote).",
            code="desk.keys",
        )
    return halves


def _require_empty(settings: DeskSettings, backup: Backup) -> None:
    database = Database(settings.address) if _is_there(settings) else None
    try:
        kind = make_url(settings.address).get_backend_name()
        if kind != backup.kind:
            raise DeskError(
                f"The backup is of {backup.kind}, the database would be {kind}.",
                f"Name an empty database of the kind {backup.kind}.",
                code="desk.backup",
            )
        if (database is not None and inspect(database.engine).get_table_names()) or media_folder(
            settings.data
        ).exists():
            raise DeskError(
                "Something is there already; nothing is restored over it.",
                "Name an empty database and a data folder without media.",
                code="desk.backup",
            )
    finally:
        if database is not None:
            database.close()


def _is_there(settings: DeskSettings) -> bool:
    url = make_url(settings.address)
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).exists()


def _restore_sqlite(settings: DeskSettings, pieces: Iterator[bytes]) -> None:
    place = Path(str(make_url(settings.address).database))
    beside = place.with_name(f".{place.name}.restoring")
    with writing(place):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)


def _restore_postgresql(settings: DeskSettings, pieces: Iterator[bytes]) -> None:
    url = make_url(settings.address)
    command = [
        found_program("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
        f"--dbname={url.database}",
    ]  # fmt: skip
    with subprocess.Popen(  # noqa: S603  a program of PostgreSQL's, no words of strangers
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=connection_environment(url)
    ) as process:
        assert process.stdin is not None and process.stderr is not None  # noqa: S101, PT018  they were asked for
        try:
            for piece in pieces:
                process.stdin.write(piece)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has said why
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read(2000)
        if process.wait() != 0:
            raise program_failed("pg_restore", said)


def _copy(source: Path, target: Path) -> int:
    count = 0
    with writing(target):
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in sorted(source.glob("[0-9a-f][0-9a-f]/[0-9a-f]*")):
            place = target / path.relative_to(source)
            place.parent.mkdir(exist_ok=True, mode=0o700)
            shutil.copyfile(path, place)
            place.chmod(0o600)
            count += 1
    return count
