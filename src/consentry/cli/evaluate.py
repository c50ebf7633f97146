"""``consentry evaluate``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from consentry.cli.options import ModelsOption, QuietOption
from consentry.cli.output import ERR, OUT, plain, progress_bars

app = typer.Typer(help="Measure a model on your own data; needs the extra `train`.", no_args_is_help=True)
_TITLES = {"auc": "AUC", "ece": "ECE", "brier": "Brier score", "aurc": "AURC"}
_SHOWN = 10
"""Unreadable files that the terminal names; the JSON has them all."""
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write all figures to this file.")]


@app.command("scene")
def scene(
    manifest: Annotated[
        Path, typer.Argument(help="CSV, JSON lines or Parquet with the columns path and context; see below.")
    ],
    split: Annotated[str | None, typer.Option("--split", help="Only rows of this split.")] = None,
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
    broken_share: Annotated[
        float, typer.Option("--broken-share", min=0.0, max=1.0, help="Largest share of unreadable files to skip.")
    ] = 0.05,
    bootstrap: Annotated[int, typer.Option("--bootstrap", min=10, help="Repetitions for the intervals.")] = 1000,
    models: ModelsOption = None,
    quiet: QuietOption = False,
) -> None:
    """Figures of the scene model with 95 % intervals: AUC, average precision, balanced accuracy, calibration.

    `context` is private, public_event, or anything else, which counts as neither. All other columns may be missing:
    `group` (rows that belong together), `source`, `indoor`, `night` (yes or no) and `people` (a number) give slices,
    `fine` and `label` (classes of your own) show which of them go wrong.

    consentry evaluate scene pictures.csv --html report.html --json figures.json
    """
    from consentry.training.scene_evaluation import evaluate_scene, set_guarantees

    with progress_bars(quiet=quiet) as bars:
        guarantees = set_guarantees(manifest, split=guarantees_from, root=models, progress=bars)
        result = evaluate_scene(
            manifest,
            split=split,
            root=models,
            broken_share=broken_share,
            bootstrap=bootstrap,
            guarantees=guarantees,
            progress=bars,
        )
    figures = result.as_dict()
    _write(json_file, figures)
    if html_file is not None:
        from consentry.training.scene_page import write_scene_page

        write_scene_page(result, html_file, pictures=pictures)
    if quiet:
        return
    heads = ("private_context", "public_event")
    table = Table("", *(head.replace("_", " ") for head in heads), box=None, pad_edge=False)
    for name in ("n", "positives", "auc", "average_precision", "balanced_accuracy", "brier", "ece", "aurc"):
        table.add_row(_TITLES.get(name, name.replace("_", " ")), *(_figure(figures[head], name) for head in heads))
    OUT.print(table)
    if figures["crowd"] is not None:
        OUT.print(
            f"crowd: error of log10(count + 1) {_figure(figures['crowd'], 'log_count_error')}, "
            f"within one level {_figure(figures['crowd'], 'within_one_level')}, n {figures['crowd']['n']}"
        )
    for skipped in figures["skipped"][:_SHOWN]:
        ERR.print(plain(skipped["reason"], "yellow"))
    if figures["skipped"]:
        ERR.print(f"{len(figures['skipped'])} of {figures['rows']} files could not be read.", style="yellow")


def _write(path: Path | None, figures: Mapping[str, Any]) -> None:
    if path is not None:
        path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _figure(figures: Mapping[str, Any], name: str) -> str:
    value = figures[name]
    if value is None:
        return "–"
    if isinstance(value, int):
        return str(value)
    low, high = figures.get(f"{name}_low"), figures.get(f"{name}_high")
    return f"{value:.3f}" + (f" ({low:.3f}-{high:.3f})" if low is not None and high is not None else "")
