"""``consentry data suspects``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from consentry.cli.column_option import ColumnOption
from consentry.cli.data.reading import (
    ExcludeOption,
    LabelMapOption,
    ManifestArgument,
    OthersOption,
    read,
)
from consentry.cli.options import QuietOption, ThreadsOption
from consentry.cli.output import ERR, OUT, plain, progress_bars

_SHOWN = 15
_SPLITS = ("train", "val", "")
_BROKEN_SHARE = 0.05


def suspects(
    manifest: ManifestArgument,
    out: Annotated[Path, typer.Option("--out", help="CSV of suspects, the most suspect first.")] = Path("suspects.csv"),
    html_file: Annotated[Path | None, typer.Option("--html", help="Write a page with their pictures.")] = None,
    splits: Annotated[
        list[str] | None,
        typer.Option("--split", help="Look at this split; repeat for more. Default: train, val, and none."),
    ] = None,
    label_map: LabelMapOption = None,
    column: ColumnOption = None,
    others: OthersOption = None,
    exclude: ExcludeOption = None,
    folds: Annotated[int, typer.Option("--folds", min=2, help="Into how many parts the pictures are cut.")] = 5,
    seed: Annotated[int, typer.Option("--seed", help="Of the cut.")] = 0,
    cache: Annotated[Path, typer.Option("--cache", help="Where to keep features; safe to delete.")] = Path(
        ".cache/scene"
    ),
    threads: ThreadsOption = 0,
    quiet: QuietOption = False,
) -> None:
    """List the labels that are probably wrong, for a person to look at; needs the extra `train`.

    A linear head on a frozen backbone judges each picture without having seen it or its group; where it disagrees
    with confidence, the label is suspect (confident learning, by cleanlab). Test splits are left alone unless named:
    who mends a test by what a model says makes the model look better than it is.

    consentry data suspects pictures.csv --out suspects.csv --html suspects.html
    """
    from consentry.runtime import RuntimeSettings
    from consentry.training.data.exclusions import leave_out, read_exclusions
    from consentry.training.data.pictures import refuse_too_many
    from consentry.training.data.suspects import draw_suspects, find_suspects, write_suspects
    from consentry.training.errors import TrainingError
    from consentry.training.scene.backbone import BACKBONES
    from consentry.training.scene.features import scene_features

    backbone = BACKBONES["efficientnet_lite2"]
    found = read(manifest, label_map, column, others)
    rows = found.rows if exclude is None else leave_out(found.rows, read_exclusions(exclude), where=str(exclude))
    wanted = splits or _SPLITS
    rows = tuple(row for row in rows if row.split in wanted)
    if not rows:
        raise TrainingError(
            f"{manifest} has no rows of the splits {', '.join(wanted)}.", "Name others.", code="training.split"
        )
    with progress_bars(quiet=quiet) as bars:
        features = scene_features(
            rows,
            backbone,
            side=backbone.side,
            views=["original"],
            cache=cache,
            settings=RuntimeSettings(threads=threads),
            progress=bars,
        )
        refuse_too_many(features.skipped, len(rows), share=_BROKEN_SHARE)
        listed = find_suspects(features.rows, features.values["original"], folds=folds, seed=seed, progress=bars)
    write_suspects(out, listed)
    if html_file is not None:
        draw_suspects(html_file, listed, total=len(features.rows))
    if quiet:
        return
    for skipped in features.skipped:
        ERR.print(plain(f"broken: {skipped.name}: {skipped.reason}", "yellow"), soft_wrap=True)
    table = Table("path", "given", "suggested", "probability of the given", box=None, pad_edge=False)
    for item in listed[:_SHOWN]:
        table.add_row(plain(item.row.name), item.given, item.suggested, f"{item.confidence:.3f}")
    if listed:
        OUT.print(table)
    OUT.print(plain(f"{len(listed)} of {len(features.rows)} labels are suspect; they are in {out}."), soft_wrap=True)
