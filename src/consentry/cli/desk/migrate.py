"""``consentry desk migrate``."""

from __future__ import annotations

from typing import Annotated

import typer

from consentry.cli.desk.options import ConfigOption, DatabaseOption, DataOption, settings_of
from consentry.cli.output import OUT, plain


def migrate(
    to: Annotated[str, typer.Option("--to", help="A version; `base` takes all tables away, with what is in them.")] = (
        "head"
    ),
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Make the tables of the database, or bring them to the version of this program. Make a backup before.

    consentry desk migrate --database postgresql://desk@localhost/desk
    """
    settings = settings_of(config, database, data)
    from consentry.desk.store.database import Database
    from consentry.desk.store.migrating import migrate as bring
    from consentry.desk.store.migrating import version_of

    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Database(settings.address)
    before = version_of(store)
    bring(store, to)
    OUT.print(plain(f"The tables were of version {before or 'none'}, and are of {version_of(store) or 'none'} now."))
    store.close()
