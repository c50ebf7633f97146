"""``consentry desk keys``: the master key, its rotation, and the folder with the other halves of keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.desk.options import ConfigOption, DatabaseOption, DataOption, opened, require_desk_extra, settings_of
from consentry.cli.options import JsonOption, QuietOption
from consentry.cli.output import OUT, plain, progress_bars

app = typer.Typer(
    help="The master key, its rotation, and the folder of keys. See docs/desk/keys.md.", no_args_is_help=True
)


@app.command("new")
def new(path: Annotated[Path, typer.Argument(metavar="FILE", help="Where the key goes.")]) -> None:
    """Make a master key. Keep it apart from the data and their backups, and keep a copy of it in a safe.

    consentry desk keys new /etc/consentry/master.key
    """
    require_desk_extra()
    from consentry.desk.vault.opening import write_new_master_key

    write_new_master_key(path)
    OUT.print(plain(f"A new master key is in {path}. Name it as the setting `master_key_file`."), soft_wrap=True)


@app.command("list")
def list_(
    database: DatabaseOption = None, data: DataOption = None, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Say how many keys each master key has wrapped, and which of them is the present one.

    consentry desk keys list
    """
    installation = opened(settings_of(config, database, data))
    from consentry.desk.vault.opening import open_master
    from consentry.desk.vault.rotating import wrapped_by

    present = open_master(installation.settings).current.mark.hex()
    found = wrapped_by(installation.database)
    installation.database.close()
    if as_json:
        typer.echo(json.dumps({"present": present, "keys": found}, indent=2))
        return
    for mark in sorted({present, *found}):
        which = "present" if mark == present else "another"
        OUT.print(plain(f"{mark}  {found[mark]:>9,} keys  {which} master key"))


@app.command("rotate")
def rotate(
    database: DatabaseOption = None, data: DataOption = None, config: ConfigOption = None, quiet: QuietOption = False
) -> None:
    """Wrap all keys anew under the present master key. Everything runs on; it can be stopped and resumed.

    The one before must still be among `other_master_key_files`, here and wherever the desk runs.

    consentry desk keys rotate
    """
    installation = opened(settings_of(config, database, data))
    from consentry.desk.vault.opening import open_master
    from consentry.desk.vault.rotating import rotate as wrap_anew

    with progress_bars(quiet=quiet) as bars:
        done = wrap_anew(
            installation.database,
            open_master(installation.settings),
            progress=lambda count, total: bars("keys", count, total),
        )
    installation.database.close()
    OUT.print(plain(f"{done} keys were wrapped anew; none is left under another master key."))


@app.command("backup")
def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Elsewhere than the backups of the data.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Bring a copy of the folder of keys up to date: new ones are added, destroyed ones are destroyed there too.

    Keep no older copies of it: they could bring back what was purged.

    consentry desk keys backup /mnt/keys/desk
    """
    settings = settings_of(config, None, data)
    from consentry.desk.errors import DeskError
    from consentry.desk.vault.halves import Halves
    from consentry.desk.vault.opening import keys_folder

    here = keys_folder(settings)
    if not here.is_dir():
        # A folder whose disk is away must not empty its copy.
        raise DeskError(f"There is no folder of keys at {here}.", "Name the data folder.", code="desk.keys")
    added, destroyed = Halves(here).mirror(folder)
    OUT.print(
        plain(f"{added} sheets of keys were added to {folder}, {destroyed} keys were destroyed in it."), soft_wrap=True
    )
