"""``consentry desk demo``."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Table

from consentry.cli.desk.filing import desk_of, file_row
from consentry.cli.desk.options import Installation, opened, settings_of
from consentry.cli.output import OUT, plain
from consentry.desk.errors import DeskError

if TYPE_CHECKING:
    from consentry.desk.settings import DeskSettings

_LOOPBACK: Final = "127.0.0.1"
_PEOPLE: Final = (
    ("ida", ("intake",)),
    ("rosa", ("reviewer",)),
    ("ravi", ("reviewer",)),
    ("rune", ("reviewer",)),
    ("sam", ("senior",)),
    ("saskia", ("senior",)),
    ("paula", ("policy",)),
    ("ada", ("admin",)),
    ("aude", ("auditor",)),
)
"""Enough of them for second opinions, appeals and purges by two."""
_KEY: Final = "demo-master.key"


def demo(
    data: Annotated[Path, typer.Option("--data", help="Folder of the demo's desk; made anew where it is not.")] = Path(
        "desk-demo"
    ),
    port: Annotated[int, typer.Option("--port", min=1, max=65_535, help="Where it listens.")] = 8350,
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="Only make the cases, and serve nothing.")] = True,
) -> None:
    """Start a desk on this machine alone, with the demo's posts as cases, and print where and with which logins.

    Nobody in it is a real reporter, and it is no place for real cases: its master key lies beside its data.

    consentry desk demo
    """
    installation = _made(data)
    people = _people(installation)
    filed = _cases(installation)
    address = f"http://{_LOOPBACK}:{port}"
    OUT.print(plain(f"{filed} cases of the demo were filed; a worker assesses them."))
    table = Table("login", "password", "role", box=None, pad_edge=False)
    for email, password, roles in people:
        table.add_row(email, password, ", ".join(roles))
    OUT.print(table)
    if not people:
        OUT.print(plain(f"Its people were made before; delete {data} to begin anew."))
    if not serving:
        installation.database.close()
        return
    OUT.print(plain(f"The desk: {address}/  Its API: {address}/api/v1/openapi.json  End with Ctrl-C."))
    with _worker(installation.settings):
        _serve(installation, port)


def _made(data: Path) -> Installation:
    """The demo's desk, made if it is not there."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = settings_of(None, "", data)
    from consentry.desk.store.database import Database
    from consentry.desk.store.migrating import migrate
    from consentry.desk.vault.opening import write_new_master_key

    if not (data / _KEY).exists():
        write_new_master_key(data / _KEY)
    settings = settings_of(None, "", data, master_key_file=data / _KEY, public_address="", behind_proxies="")
    database = Database(settings.address)
    migrate(database)
    database.close()
    return opened(settings)


def _people(installation: Installation) -> list[tuple[str, str, tuple[str, ...]]]:
    """Accounts that are not there yet, with passwords that are shown once."""
    from consentry.desk.people.accounts import accept, invite
    from consentry.desk.people.passwords import Passwords

    settings = installation.settings
    passwords = Passwords(passes=settings.password_passes, memory_kib=settings.password_memory_kib)
    made: list[tuple[str, str, tuple[str, ...]]] = []
    for name, roles in _PEOPLE:
        email, password = f"{name}@desk.example", secrets.token_urlsafe(12)
        with installation.database.writing() as session:
            desk = desk_of(installation, session)
            try:
                _, secret = invite(desk, email, roles)
            except DeskError as error:
                if error.code != "desk.exists":
                    raise
                continue
            accept(desk, secret, name.capitalize(), password, passwords)
        made.append((email, password, roles))
    return made


def _cases(installation: Installation) -> int:
    """The demo's posts as cases; those that are there stay."""
    from consentry.batch.manifest.cases import read_manifest
    from consentry.records import Case

    filed = 0
    for row in read_manifest(_posts()):
        if not isinstance(row, Case):
            continue
        try:
            file_row(installation, row)
        except DeskError as error:
            if error.code != "desk.duplicate":
                raise
            continue
        filed += 1
    return filed


def _posts() -> Path:
    """The manifest of the demo's posts: in the installed package, or in the checkout."""
    package = Path(__file__).resolve().parent.parent.parent
    for folder in (package / "demo", package.parent.parent / "data" / "demo"):
        if (folder / "posts.yaml").is_file():
            return folder / "posts.yaml"
    raise DeskError("The demo's posts are not here.", "Reinstall Consentry.", code="desk.demo")


@contextmanager
def _worker(settings: DeskSettings) -> Iterator[None]:
    """A worker beside the server, as long as that runs."""
    command = [sys.executable, "-m", "consentry", "desk", "worker", "--data", str(settings.data)]
    named = {"CONSENTRY_DESK_MASTER_KEY_FILE": str(settings.master_key_file), "CONSENTRY_DESK_DATABASE": ""}
    # The server hands a SIGTERM on once it has ended; unless it becomes an exception then, the worker is left behind.
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    process = subprocess.Popen(command, env={**os.environ, **named})  # noqa: S603  this program itself
    try:
        yield
    finally:
        process.terminate()
        process.wait()
        signal.signal(signal.SIGTERM, before)


def _serve(installation: Installation, port: int) -> None:
    from consentry.cli.desk.serve import run_server

    run_server(installation, host=_LOOPBACK, port=port)
