"""``consentry data split``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from consentry.cli.column_option import ColumnOption
from consentry.cli.data.reading import (
    CACHE,
    CacheOption,
    DistanceOption,
    LabelMapOption,
    ManifestArgument,
    OthersOption,
    read,
    shares_of,
)
from consentry.cli.options import QuietOption
from consentry.cli.output import ERR, OUT, plain, progress_bars

_SHARES = ("train=0.7", "val=0.15", "test=0.15")


def split(
    manifest: ManifestArgument,
    out: Annotated[Path, typer.Option("--out", help="The manifest with splits, as CSV.")],
    share: Annotated[
        list[str] | None,
        typer.Option("--share", help=f"A split and its share; repeat for more. Default: {' '.join(_SHARES)}."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another seed deals otherwise.")] = 0,
    label_map: LabelMapOption = None,
    column: ColumnOption = None,
    others: OthersOption = None,
    distance: DistanceOption = None,
    cache: CacheOption = CACHE,
    quiet: QuietOption = False,
) -> None:
    """Give every row without a split one, so that nothing leaks.

    Rows of a group stay together, and so do pictures that look the same. Every class gets its share. Rows that have a
    split keep it, and what belongs to them follows. The same rows and seed give the same splits, in any order.

    consentry data split pictures/ --out pictures.csv --share train=0.8 --share val=0.1 --share test=0.1
    """
    from consentry.training.data.manifest import write_manifest
    from consentry.training.data.near_duplicates import NEAR_DISTANCE, near_pairs
    from consentry.training.data.picture_prints import picture_prints
    from consentry.training.data.splits import assign_splits

    shares = shares_of(share or list(_SHARES))
    found = read(manifest, label_map, column, others)
    with progress_bars(quiet=quiet) as bars:
        prints = picture_prints(found.rows, cache=cache, progress=bars)
        near = near_pairs(prints, distance=NEAR_DISTANCE if distance is None else distance, progress=bars)
    number = {row.name: index for index, row in enumerate(found.rows)}
    together = [(number[prints.rows[pair.first].name], number[prints.rows[pair.second].name]) for pair in near]
    rows = assign_splits(found.rows, shares, seed=seed, near=together)
    write_manifest(out, rows)
    if quiet:
        return
    counts = Counter((row.context, row.split) for row in rows)
    splits = sorted({row.split for row in rows}, key=lambda name: (name not in shares, list(shares).index(name)))
    table = Table("context", *(plain(name).plain for name in splits), box=None, pad_edge=False)
    for context in dict.fromkeys(sorted(row.context for row in rows)):
        table.add_row(context, *(str(counts[context, name]) for name in splits))
    OUT.print(table)
    OUT.print(plain(f"{len(rows)} rows are in {out}; {len(near)} near-duplicates were kept together."), soft_wrap=True)
    for skipped in prints.skipped:
        ERR.print(plain(f"broken: {skipped.name}: {skipped.reason}", "yellow"), soft_wrap=True)
