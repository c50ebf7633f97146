"""What commands that measure have in common: options, and how figures are written and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from consentry.cli.output import ERR, plain
from consentry.writing import write_text

JsonFile = Annotated[Path | None, typer.Option("--json", help="Write all figures to this file.")]
BrokenShare = Annotated[
    float, typer.Option("--broken-share", min=0.0, max=1.0, help="Largest share of unreadable files to skip.")
]
Bootstrap = Annotated[int, typer.Option("--bootstrap", min=10, help="Repetitions for the intervals.")]

_SHOWN: Final = 10
"""Unreadable files that the terminal names; the JSON has them all."""


def write_figures(path: Path | None, figures: Mapping[str, Any] | Sequence[Any]) -> None:
    """Write figures as JSON, if a file was asked for."""
    if path is not None:
        write_text(path, json.dumps(figures, indent=2) + "\n")


def figure(figures: Mapping[str, Any], name: str, digits: int = 4) -> str:
    """A figure with the interval that stands beside it as ``NAME_low`` and ``NAME_high``; a dash if it is undefined."""
    value = figures[name]
    if value is None:
        return "–"
    if isinstance(value, int):
        return str(value)
    low, high = figures.get(f"{name}_low"), figures.get(f"{name}_high")
    ends = "" if low is None or high is None else f" ({low:.{digits}f}-{high:.{digits}f})"
    return f"{value:.{digits}f}{ends}"


def print_skipped(skipped: Sequence[Mapping[str, str]], total: int, *, what: str) -> None:
    """Say on standard error why the first files could not be read, and how many there are."""
    for item in skipped[:_SHOWN]:
        ERR.print(plain(item["reason"], "yellow"))
    if skipped:
        ERR.print(f"{len(skipped)} of {total} {what} could not be read.", style="yellow")
