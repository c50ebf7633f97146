"""``consentry policy``: one file a command."""

from __future__ import annotations

import typer

from consentry.cli.policy.cases import cases
from consentry.cli.policy.decide import decide
from consentry.cli.policy.diff import diff
from consentry.cli.policy.draw import draw
from consentry.cli.policy.explain import explain
from consentry.cli.policy.looking import check, list_
from consentry.cli.policy.prove import prove
from consentry.cli.policy.replay import replay
from consentry.cli.policy.show import show
from consentry.cli.policy.statement import statement

app = typer.Typer(
    help="Policies: which there are, whether they are sound, what they make of a case, and what a change would change.",
    epilog="Exit codes: 0 it holds, 1 it is refuted or invalid, 2 wrong usage.",
    no_args_is_help=True,
)
app.command("list")(list_)
app.command()(show)
app.command()(check)
app.command()(decide)
app.command()(prove)
app.command()(explain)
app.command()(diff)
app.command()(cases)
app.command()(replay)
app.command()(draw)
app.command()(statement)
