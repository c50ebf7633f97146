"""``consentry evaluate scene``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from consentry.cli.classes import LabelOption, asking, label_map_of
from consentry.cli.column_option import ColumnOption, named_columns
from consentry.cli.data.reading import LabelMapOption, OthersOption
from consentry.cli.figures import Bootstrap, BrokenShare, JsonFile, figure, print_skipped, write_figures
from consentry.cli.options import ModelsOption, QuietOption
from consentry.cli.output import ERR, OUT, plain, progress_bars

_TITLES = {"auc": "AUC", "ece": "ECE", "brier": "Brier score", "aurc": "AURC"}
_DIGITS = 3


def scene(
    manifest: Annotated[
        Path,
        typer.Argument(
            help="CSV, JSON lines or Parquet with path and context, or a folder with a folder for each class."
        ),
    ],
    split: Annotated[str | None, typer.Option("--split", help="Only rows of this split.")] = None,
    label: LabelOption = None,
    label_map: LabelMapOption = None,
    others: OthersOption = None,
    column: ColumnOption = None,
    json_file: JsonFile = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Write a page with curves, slices and the hardest mistakes.")
    ] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="Whether the page shows mistakes as pictures.")
    ] = True,
    guarantees_from: Annotated[
        str | None,
        typer.Option(
            "--guarantees-from",
            help="Set guaranteed thresholds on this split, and check them here; needs the extra `train`.",
        ),
    ] = None,
    broken_share: BrokenShare = 0.05,
    bootstrap: Bootstrap = 1000,
    models: ModelsOption = None,
    quiet: QuietOption = False,
) -> None:
    """Figures of the scene model with 95 % intervals: AUC, average precision, balanced accuracy, calibration.

    `context` is private, public_event, or anything else, which counts as neither; --label turns classes of yours into
    these. All other columns may be missing:
    `group` (rows that belong together), `source`, `indoor`, `night` (yes or no) and `people` (a number) give slices,
    `fine` and `label` (classes of your own) show which of them go wrong.

    consentry evaluate scene pictures.csv --html report.html --json figures.json
    """
    from consentry.training.scene.class_reading import evaluated_classes
    from consentry.training.scene.evaluation import evaluate_scene, set_guarantees

    columns = named_columns(column)
    with progress_bars(quiet=quiet) as bars:
        words = evaluated_classes(manifest, columns, label_map_of(label_map, label), others, asking(bars, quiet=quiet))
        guarantees = set_guarantees(
            manifest, split=guarantees_from, columns=columns, label_map=words, root=models, progress=bars
        )
        result = evaluate_scene(
            manifest,
            split=split,
            columns=columns,
            label_map=words,
            root=models,
            broken_share=broken_share,
            bootstrap=bootstrap,
            guarantees=guarantees,
            progress=bars,
        )
    figures = result.as_dict()
    write_figures(json_file, figures)
    if html_file is not None:
        from consentry.training.scene.page import write_scene_page

        write_scene_page(result, html_file, pictures=pictures)
    if quiet:
        return
    heads = ("private_context", "public_event")
    table = Table("", *(head.replace("_", " ") for head in heads), box=None, pad_edge=False)
    for name in ("n", "positives", "auc", "average_precision", "balanced_accuracy", "brier", "ece", "aurc"):
        table.add_row(
            _TITLES.get(name, name.replace("_", " ")), *(figure(figures[head], name, _DIGITS) for head in heads)
        )
    OUT.print(table)
    if figures["crowd"] is not None:
        OUT.print(
            f"crowd: error of log10(count + 1) {figure(figures['crowd'], 'log_count_error', _DIGITS)}, "
            f"within one level {figure(figures['crowd'], 'within_one_level', _DIGITS)}, n {figures['crowd']['n']}"
        )
    print_skipped(figures["skipped"], figures["rows"], what="files")
    splits = sorted({prediction.row.row.split for prediction in result.predictions} - {""})
    if split is None and {"train", "test"} <= set(splits):
        ERR.print(
            plain(
                f"All of {', '.join(splits)} together: if the model has learned from some of them, the figures are too "
                "good. --split test looks at one.",
                "yellow",
            ),
            soft_wrap=True,
        )
