"""``consentry data check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from consentry.cli.column_option import ColumnOption
from consentry.cli.data.reading import (
    CACHE,
    CacheOption,
    DistanceOption,
    ExcludeOption,
    LabelMapOption,
    ManifestArgument,
    OthersOption,
    read,
)
from consentry.cli.figures import write_figures
from consentry.cli.options import QuietOption
from consentry.cli.output import ERR, EXIT_FAILED, OUT, plain, progress_bars

if TYPE_CHECKING:
    from consentry.training.data.check import DataCheck

_SHOWN = 8


def check(
    manifest: ManifestArgument,
    label_map: LabelMapOption = None,
    column: ColumnOption = None,
    others: OthersOption = None,
    exclude: ExcludeOption = None,
    distance: DistanceOption = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Write a page with the pictures of every pair that was found.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write everything to this file.")] = None,
    exclusions_file: Annotated[
        Path | None,
        typer.Option("--exclusions", help="Write the training and validation rows to leave out so that nothing leaks."),
    ] = None,
    cache: CacheOption = CACHE,
    quiet: QuietOption = False,
) -> None:
    """Say what is in a data set, and what is wrong with it: broken pictures, leakage, near-duplicates.

    The same group, file or content in two splits is leakage, and so are two pictures that look the same (PDQ, turned
    and mirrored copies included). Exit code 1 if anything leaks or is broken.

    consentry data check pictures.csv --html pairs.html --exclusions exclude.txt
    """
    from consentry.training.data.check import check_data, write_pairs
    from consentry.training.data.exclusions import leave_out, read_exclusions, write_exclusions
    from consentry.training.data.near_duplicates import NEAR_DISTANCE

    found = read(manifest, label_map, column, others)
    rows = found.rows if exclude is None else leave_out(found.rows, read_exclusions(exclude), where=str(exclude))
    with progress_bars(quiet=quiet) as bars:
        result = check_data(
            found, rows=rows, distance=NEAR_DISTANCE if distance is None else distance, cache=cache, progress=bars
        )
    write_figures(json_file, result.as_dict())
    if html_file is not None:
        write_pairs(result, html_file)
    if exclusions_file is not None:
        write_exclusions(
            exclusions_file,
            result.exclusions,
            because=f"Rows of {manifest.name} that lie in, or look like, a row of a split that outranks theirs.",
        )
    if not quiet:
        _print(result)
    if result.leaks or result.skipped:
        raise typer.Exit(EXIT_FAILED)


def _print(result: DataCheck) -> None:
    table = Table("split", "source", "context", box=None, pad_edge=False)
    for name in ("pictures", "groups", "counted", "median side"):
        table.add_column(name, justify="right")
    for cell in result.cells:
        table.add_row(
            plain(cell.split or "–"),
            plain(cell.source or "–"),
            cell.context,
            str(cell.pictures),
            str(cell.groups),
            str(cell.counted) if cell.counted else "–",
            f"{cell.longest_side} px" if cell.longest_side else "–",
        )
    OUT.print(table)
    for skipped in result.skipped[:_SHOWN]:
        ERR.print(plain(f"broken: {skipped.name}: {skipped.reason}", "yellow"), soft_wrap=True)
    for leak in result.leaks[:_SHOWN]:
        ERR.print(plain(f"leaks, {leak.what}: {leak}", "yellow"), soft_wrap=True)
    shown = min(_SHOWN, len(result.leaks))
    if len(result.leaks) > shown:
        ERR.print(f"and {len(result.leaks) - shown} more; --html shows the pictures", style="yellow")
    OUT.print(
        f"{sum(cell.pictures for cell in result.cells)} pictures, {len(result.skipped)} broken, "
        f"{len(result.leaks)} leaks between splits, {len(result.near)} near-duplicates inside a split",
        soft_wrap=True,
    )
    if result.exclusions:
        OUT.print(f"Leaving out {len(result.exclusions)} row(s) would mend {_what_is_mended(result)}; see --exclusions")


def _what_is_mended(result: DataCheck) -> str:
    return "it" if not result.remaining else f"all but {result.remaining} leaks, which lie between test splits"
