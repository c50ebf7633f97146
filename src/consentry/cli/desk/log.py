"""``consentry desk verify-log`` and ``sign-log``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.desk.options import ConfigOption, DatabaseOption, DataOption, settings_of
from consentry.cli.options import JsonOption
from consentry.cli.output import EXIT_FAILED, OUT, plain


def verify_log(
    head: Annotated[
        list[Path] | None,
        typer.Option("--head", help="A signed head that was stored elsewhere, or a folder of them; repeat."),
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option("--public-key", help="What heads are signed with. [default: the installation's own]")
    ] = None,
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the whole log, and find what was edited, deleted, put elsewhere or cut off; exit with 1 if anything was.

    consentry desk verify-log --head /mnt/elsewhere/heads --public-key log-key.pub.pem
    """
    settings = settings_of(config, database, data)
    from consentry.desk.audit.heads import PUBLIC_FILE, Head, PublicLogKey
    from consentry.desk.audit.verifying import verify
    from consentry.desk.store.database import Database
    from consentry.desk.store.migrating import require_current

    own = settings.data / PUBLIC_FILE
    key = PublicLogKey.read(public_key or own) if public_key is not None or own.exists() else None
    files = [file for path in head or [] for file in (sorted(path.glob("*.json")) if path.is_dir() else [path])]
    heads = [Head.read(file) for file in files]
    store = Database(settings.address)
    require_current(store)
    with store.reading() as session:
        found = verify(session, heads, key)
    store.close()
    if as_json:
        problems = [{"number": each.number, "what": each.what} for each in found.problems]
        typer.echo(json.dumps({"entries": found.entries, "digest": found.digest, "problems": problems}, indent=2))
    elif found.is_whole:
        OUT.print(plain(f"The log is whole: {found.entries} entries, the last one is {found.digest}."), soft_wrap=True)
        if not heads:
            OUT.print(plain("Give --head with one that lies elsewhere to see that nothing was cut off."))
    else:
        for problem in found.problems:
            OUT.print(plain(f"entry {problem.number}: {problem.what}", "red"), soft_wrap=True)
    if not found.is_whole:
        raise typer.Exit(EXIT_FAILED)


def sign_log(
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the head, best on another machine.")] = None,
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Sign how far the log has come, for somebody else to keep. Workers do so once a minute.

    consentry desk sign-log --out /mnt/elsewhere/heads
    """
    settings = settings_of(config, database, data)
    from consentry.desk.audit.heads import LogKey, sign_head
    from consentry.desk.store.clock import utc_now
    from consentry.desk.store.database import Database
    from consentry.desk.store.migrating import require_current

    store = Database(settings.address)
    require_current(store)
    with store.writing() as session:
        signed = sign_head(session, utc_now, LogKey.of(settings), out or settings.heads_folder)
    store.close()
    OUT.print(plain("Nothing has happened since the last head." if signed is None else signed.model_dump_json()))
