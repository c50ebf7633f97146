"""``consentry desk backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.desk.options import ConfigOption, DatabaseOption, DataOption, opened, settings_of
from consentry.cli.output import ERR, OUT, plain


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where it goes; one that is there is brought up.")],
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Back up the database and the media while everything runs on. Nothing in it is readable without keys.

    The folder of keys is not in it: `consentry desk keys backup` copies that to another place.

    consentry desk backup /mnt/backup/desk
    """
    installation = opened(settings_of(config, database, data), current=False)
    from consentry.desk.vault.backing_up import back_up
    from consentry.desk.vault.opening import open_master

    settings = installation.settings
    made = back_up(installation.database, settings, open_master(settings), folder)
    installation.database.close()
    OUT.print(
        plain(f"The database and {made.media} media are in {folder}, as of {made.made_at:%Y-%m-%d %H:%M:%S} UTC."),
        soft_wrap=True,
    )


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="That `consentry desk backup` wrote.")],
    keys: Annotated[
        Path | None,
        typer.Option("--keys", help="A copy of the folder of keys, by `keys backup`, if the folder itself is lost."),
    ] = None,
    settle: Annotated[
        bool,
        typer.Option(
            "--settle-purged",
            help="Note cases without keys as purged. It cannot be taken back: see that none is missed.",
        ),
    ] = False,
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Bring a backup back, into an empty database and a data folder without media.

    What was purged since the backup was made stays unreadable.

    consentry desk restore /mnt/backup/desk --keys /mnt/keys/desk --data /var/lib/consentry
    """
    settings = settings_of(config, database, data)
    from consentry.desk.store.database import Database
    from consentry.desk.vault.opening import open_master
    from consentry.desk.vault.restoring import restore as bring_back
    from consentry.desk.vault.restoring import settle_missing

    done = bring_back(settings, open_master(settings), folder, keys=keys)
    made = f"{done.backup.made_at:%Y-%m-%d %H:%M:%S}"
    OUT.print(plain(f"The database and {done.media} media of {made} UTC are back."), soft_wrap=True)
    OUT.print(plain(f"Its tables are of version {done.backup.version}; `consentry desk migrate` brings them up."))
    if done.missing and settle:
        store = Database(settings.address)
        settle_missing(store, settings)
        store.close()
        OUT.print(plain(f"{done.missing} keys were destroyed since; their cases are noted as purged."))
    elif done.missing:
        ERR.print(
            plain(
                f"{done.missing} keys are not in the folder of keys: their cases were purged since, or the copy of the "
                "folder is older than the backup. They cannot be read.",
                "yellow",
            )
        )
