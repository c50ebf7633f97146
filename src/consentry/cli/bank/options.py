"""Arguments and options that the commands on banks share."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

BankArgument = Annotated[Path, typer.Argument(metavar="BANK", help="The bank file, a CSV; see docs/copies.md.")]


class BankKind(StrEnum):
    """The two banks."""

    PUBLIC = "public"
    REMOVED = "removed"


def day_option(name: str, words: str) -> Any:
    """An option that takes a day."""
    return typer.Option(name, formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help=words)


def as_day(given: datetime | None) -> date | None:
    """The day that was given, if any."""
    return given.date() if given else None
