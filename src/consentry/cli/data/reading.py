"""The options by which all commands of the group read a manifest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consentry.cli.column_option import named_columns

if TYPE_CHECKING:
    from consentry.training.data.manifest import Manifest

ManifestArgument = Annotated[
    Path, typer.Argument(help="CSV, JSON lines or Parquet with path and context; or a folder with a folder a class.")
]
LabelMapOption = Annotated[
    Path | None,
    typer.Option("--label-map", help="YAML, JSON or CSV that turns your classes into ours: `bedroom: private`."),
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
    from consentry.training.data.manifest import read_manifest

    return read_manifest(manifest, columns=named_columns(columns), label_map=label_map, others=others)


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
