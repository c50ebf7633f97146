"""Bringing the tables of a database to a version, up and down."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from consentry.desk.errors import DeskError
from consentry.desk.store.database import Database

HEAD: Final = "head"
_FOLDER: Final = Path(__file__).parent / "migrations"


def migrate(database: Database, revision: str = HEAD) -> None:
    """Bring a database up to a version, or down to an older one; ``base`` is an empty database."""
    config = _config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        steps = ScriptDirectory.from_config(config)
        held = MigrationContext.configure(connection).get_current_revision()
        target = steps.get_current_head() if revision == HEAD else revision
        older = {each.revision for each in steps.iterate_revisions(held, "base")} if held else set()
        if target == "base" or (target in older and target != held):
            command.downgrade(config, "base" if target is None else target)
        else:
            command.upgrade(config, revision)


def version_of(database: Database) -> str | None:
    """The version of the tables that are there; ``None`` for an empty database."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_current(database: Database) -> None:
    """Refuse a database whose tables are of another version than this program.

    Raises:
        DeskError: ``desk.migration``.
    """
    held, wanted = version_of(database), ScriptDirectory.from_config(_config()).get_current_head()
    if held != wanted:
        raise DeskError(
            f"The tables of the database are of version {held or 'none'}, this program needs {wanted}.",
            "Make a backup, then run `consentry desk migrate`.",
            code="desk.migration",
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    return config
