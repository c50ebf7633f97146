"""``consentry evaluate published`` and ``consentry evaluate dipa2``: studies on data of other people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from consentry.cli.figures import JsonFile, write_figures
from consentry.cli.options import ModelsOption, QuietOption, ThreadsOption
from consentry.cli.output import OUT, plain, progress_bars


def published(
    probabilities: Annotated[
        Path, typer.Argument(help="CSV with Filename, privacy, split, and P(private) of each network.")
    ],
    json_file: JsonFile = None,
    quiet: QuietOption = False,
) -> None:
    """Make published figures again with our metric code: a check of the code, not of our models.

    consentry evaluate published ../shared/data/picalert/published_probabilities.csv
    """
    from consentry.training.studies.published_networks import published_networks

    networks = published_networks(probabilities)
    write_figures(json_file, [network.as_dict() for network in networks])
    if quiet:
        return
    table = Table("network", "splits", "AUC", "accuracy", "average precision", "ECE", box=None, pad_edge=False)
    for network in networks:
        spans = (network.span(name) for name in ("auc", "accuracy", "average_precision", "ece"))
        table.add_row(plain(network.name), str(len(network.splits)), *(f"{low:.3f}-{high:.3f}" for low, high in spans))
    OUT.print(table)


def dipa2(
    folder: Annotated[Path, typer.Argument(help="DIPA2: manifest.csv, annotations.csv and images.")],
    json_file: JsonFile = None,
    models: ModelsOption = None,
    threads: ThreadsOption = 0,
    quiet: QuietOption = False,
) -> None:
    """How far `private_context` agrees with what people would keep to themselves. Nothing is tuned on it.

    consentry evaluate dipa2 ../shared/data/dipa2 --json dipa2.json
    """
    from consentry.runtime import RuntimeSettings
    from consentry.training.studies.perceived_privacy import study_perceived_privacy

    with progress_bars(quiet=quiet) as bars:
        figures = study_perceived_privacy(folder, root=models, settings=RuntimeSettings(threads=threads), progress=bars)
    write_figures(json_file, figures)
    if quiet:
        return
    table = Table("", "pictures", "figure", box=None, pad_edge=False)
    rows = [
        ("rank correlation with the share that keeps it", figures["rank_correlation"]),
        ("AUC, most keep it", figures["auc"]),
        *((f"rank correlation, annotators from {name}", found) for name, found in figures["by_nationality"].items()),
        *(
            (f"for comparison: annotators from {name} with each other", found)
            for name, found in figures["between_nationalities"].items()
        ),
    ]
    if figures["scenes"] is not None:
        rows.append(("for comparison: AUC for the scene itself", figures["scenes"]["score_for_scene_auc"]))
    for title, found in rows:
        table.add_row(plain(title), str(found["n"]), _with_interval(found))
    OUT.print(table)
    OUT.print(plain(figures["answer"]), soft_wrap=True)


def _with_interval(found: Mapping[str, Any]) -> str:
    if found["estimate"] is None:
        return "–"
    ends = f" ({found['low']:.3f} to {found['high']:.3f})" if found["low"] is not None else ""
    return f"{found['estimate']:.3f}{ends}"
