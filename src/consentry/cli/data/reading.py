"""The options by which all commands of the group read a manifest."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from consentry.training.manifest import Manifest

ManifestArgument = Annotated[
    Path, typer.Argument(help="CSV, JSON lines or Parquet with path and context; or a folder with a folder a class.")
]
LabelMapOption = Annotated[
    Path | None,
    typer.Option("--label-map", help="YAML, JSON or CSV that turns your classes into ours: `bedroom: private`."),
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", help="What a column is called in your file, such as context=kind; repeat for more."),
]
OthersOption = Annotated[
    str | None, typer.Option("--others", help="The context of all words that mean nothing here, such as neutral.")
]
ExcludeOption = Annotated[
    Path | None, typer.Option("--exclude", help="Leave out the rows in this list: one path of the manifest a line.")
]
CacheOption = Annotated[
    Path, typer.Option("--cache", help="Where to keep what pictures look like; safe to delete.", show_default=True)
]
DistanceOption = Annotated[
    int | None,
    typer.Option("--distance", min=0, max=128, help="Bits of 256 in which near-duplicates may differ. Default: 64."),
]
CACHE = Path(".cache/data")


def read(manifest: Path, label_map: Path | None, columns: list[str] | None, others: str | None) -> Manifest:
    """The manifest that the options ask for."""
    from consentry.training.manifest import Columns, read_manifest

    named = replace(Columns(), **columns_of(columns))
    return read_manifest(manifest, columns=named, label_map=label_map, others=others)


def columns_of(given: list[str] | None) -> dict[str, Any]:
    """What the options say that columns are called, by our names."""
    from consentry.training.manifest import Columns

    known = {field.name: getattr(Columns(), field.name) for field in fields(Columns)}
    found: dict[str, Any] = {}
    for item in given or []:
        ours, separator, theirs = item.partition("=")
        if not separator or not theirs or ours not in known:
            raise typer.BadParameter(f"--column {item!r}: write ours=theirs, ours being one of {', '.join(known)}")
        found[ours] = (theirs,) if isinstance(known[ours], tuple) else theirs
    return found


def shares_of(given: list[str]) -> dict[str, float]:
    """What the options say of the shares of splits."""
    shares: dict[str, float] = {}
    for item in given:
        name, separator, value = item.partition("=")
        try:
            shares[name] = float(value) if separator and name else -1.0
        except ValueError:
            shares[name] = -1.0
        if not 0 <= shares[name] < float("inf"):
            raise typer.BadParameter(f"--share {item!r}: write split=share, such as test=0.15")
    return shares
