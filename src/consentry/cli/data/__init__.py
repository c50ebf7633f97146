"""``consentry data``: one file a command."""

from __future__ import annotations

import typer

from consentry.cli.data import check, from_decisions, split, suspects

app = typer.Typer(
    help="Look after training data: check it, split it, find wrong labels, take in reviewers' decisions. "
    "data/datasets/README.md says what a manifest is.",
    no_args_is_help=True,
)
app.command("check")(check.check)
app.command("split")(split.split)
app.command("suspects")(suspects.suspects)
app.command("from-decisions")(from_decisions.from_decisions)
