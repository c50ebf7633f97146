"""``consentry score``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from consentry.cli.options import (
    BankOption,
    Device,
    DeviceOption,
    JsonOption,
    ModelsOption,
    PolicyOption,
    Precision,
    PrecisionOption,
    QuietOption,
    ThreadsOption,
    load_assessor,
)
from consentry.cli.output import ACTION_STYLES, ERR, EXIT_UNREADABLE, OUT, plain, progress_bars
from consentry.records import Assessment

_SHOWN = 40
"""Longer runs print counts only; the table would scroll away."""


def score(
    manifest: Annotated[Path, typer.Argument(help="JSONL, CSV, Parquet or YAML; one row a post. See docs/batch.md.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results; a run cut off there goes on.")],
    page: Annotated[
        bool, typer.Option("--page/--no-page", help="Also draw index.html: every case with its pictures.")
    ] = False,
    policy: PolicyOption = None,
    bank: BankOption = None,
    models: ModelsOption = None,
    device: DeviceOption = Device.CPU,
    precision: PrecisionOption = Precision.F32,
    threads: ThreadsOption = 0,
    batch_size: Annotated[int, typer.Option("--batch-size", min=1, help="Posts at once; changes no result.")] = 16,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Assess every post of a manifest; the job that runs at night.

    Writes assessments.jsonl, results.parquet and errors.jsonl, and with --page also index.html.
    """
    from consentry.batch import score_manifest
    from consentry.batch.files import ASSESSMENTS, ERRORS
    from consentry.batch.job import completed, count_rows

    total = count_rows(manifest)
    assessor = load_assessor(policy, bank, models, device, precision, threads)
    with progress_bars(quiet=quiet or as_json) as bars:
        bars("Assessing posts", 0, total)
        summary = score_manifest(
            manifest,
            out,
            assessor,
            batch_size=batch_size,
            progress=lambda done: bars("Assessing posts", done, total),
        )
        if page:
            from consentry.batch.page import write_page

            drawn = write_page(manifest, out, progress=bars)
    if as_json:
        typer.echo(json.dumps(summary.as_json(), indent=2))
    elif not quiet:
        if summary.assessed <= _SHOWN:
            OUT.print(_table(list(completed(out))))
        counts = ", ".join(f"{count} {action.replace('_', ' ')}" for action, count in summary.actions.most_common())
        OUT.print(f"{summary.assessed} posts in {summary.seconds:.1f} s: {counts}.")
        if summary.resumed:
            ERR.print(f"{summary.resumed} of them were there already; delete {out} to assess them again.")
        if summary.rejected:
            ERR.print(f"{summary.rejected} rows are no posts; {out / ERRORS} says why.", style="yellow")
        OUT.print(f"Assessments: {out / ASSESSMENTS}", soft_wrap=True)
        if page:
            OUT.print(f"Report:      {drawn}", soft_wrap=True)
    if summary.unreadable and summary.unreadable == summary.assessed:
        raise typer.Exit(EXIT_UNREADABLE)


def _table(assessments: list[Assessment]) -> Table:
    table = Table(
        "post", "private", "event", "claimant", "recommended", "decided by", "questions", box=None, pad_edge=False
    )
    for assessment in assessments:
        signals, recommendation = assessment.signals, assessment.recommendation
        private = [signal.private_context.probability for signal in signals.scene]
        event = [signal.public_event.probability for signal in signals.scene]
        bands = [(signal.band or "not compared").replace("_", " ") for signal in signals.faces]
        table.add_row(
            plain(assessment.post_id),
            f"{max(private):.2f}" if private else "–",
            f"{max(event):.2f}" if event else "–",
            ", ".join(dict.fromkeys(bands)) or "–",
            plain(recommendation.action.replace("_", " "), ACTION_STYLES[recommendation.action]),
            plain(recommendation.rule.replace("_", " ")),
            str(len(recommendation.questions) or ""),
        )
    return table
