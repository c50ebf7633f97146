"""``--column ours=theirs``, for commands that read tables of pictures or pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from consentry.training.data.manifest import Columns

ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", help="What a column is called in your file, such as context=kind; repeat for more."),
]


def renamed(given: Sequence[str] | None, known: Sequence[str] | None = None) -> dict[str, str]:
    """From our names of columns to those of the file.

    Raises:
        typer.BadParameter: One is not of the form, or not of ours.
    """
    from consentry.tables import parse_renames

    try:
        return parse_renames(given or (), known)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--column") from error


def columns_of(given: Sequence[str] | None) -> dict[str, Any]:
    """What the options say that columns of a manifest of pictures are called, by our names."""
    from consentry.training.data.manifest import Columns

    known = {field.name: getattr(Columns(), field.name) for field in fields(Columns)}
    return {
        ours: (theirs,) if isinstance(known[ours], tuple) else theirs
        for ours, theirs in renamed(given, list(known)).items()
    }


def named_columns(given: Sequence[str] | None) -> Columns:
    """What the columns of a manifest of pictures are called."""
    from consentry.training.data.manifest import Columns

    return replace(Columns(), **columns_of(given))
