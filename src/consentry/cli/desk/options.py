"""Which desk: the options that all of its commands share, and what they open."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from consentry.desk.errors import DeskError

if TYPE_CHECKING:
    from consentry.desk.settings import DeskSettings
    from consentry.desk.store.database import Database
    from consentry.desk.vault.keys import KeyRing

ConfigOption = Annotated[
    Path | None, typer.Option("--config", envvar="CONSENTRY_DESK_CONFIG", help="Settings as YAML; see docs/desk/.")
]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="postgresql://user@host/name or sqlite:///file. [default: a file in --data]"),
]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of encrypted media and whatever else is no row. [default: desk]")
]
_MODULES: Final = ("sqlalchemy", "alembic", "fastapi", "uvicorn", "argon2", "authlib", "prometheus_client", "psycopg")


@dataclass(frozen=True, slots=True)
class Installation:
    """An opened desk."""

    settings: DeskSettings
    database: Database
    keys: KeyRing


def require_desk_extra() -> None:
    """Make sure that the extra `desk` is installed.

    Raises:
        DeskError: ``desk.extra``, naming what is missing.
    """
    missing = [name for name in _MODULES if find_spec(name) is None]
    if missing:
        raise DeskError(
            f"The desk needs packages that are not installed: {', '.join(missing)}.",
            'Install them with: pip install "consentry[desk]".',
            code="desk.extra",
        )


def settings_of(config: Path | None, database: str | None, data: Path | None, **more: Any) -> DeskSettings:
    """The settings, from the command line, the environment and a file.

    Raises:
        DeskError: ``desk.settings``, ``desk.extra``.
    """
    require_desk_extra()
    from consentry.desk.settings import DeskSettings

    return DeskSettings.load(config, given={"database": database, "data": data, **more})


def opened(settings: DeskSettings, *, current: bool = True) -> Installation:
    """Open the store and the keys.

    Args:
        settings: Which ones.
        current: Refuse tables of another version.

    Raises:
        DeskError: ``desk.migration``, ``desk.master_key``, ``desk.database``.
    """
    from consentry.desk.store.database import Database
    from consentry.desk.store.migrating import require_current
    from consentry.desk.vault.opening import open_keys

    keys = open_keys(settings)
    database = Database(settings.address, connections=settings.connections)
    if current:
        require_current(database)
    return Installation(settings, database, keys)
