"""``consentry models``."""

from __future__ import annotations

import typer

from consentry.cli.models import build
from consentry.cli.models.listing import list_models, models, verify

app = typer.Typer(help="The models that ship: what they are, whether they are whole, how to make them again.")
app.callback(invoke_without_command=True)(models)
app.command("list")(list_models)
app.command("verify")(verify)
app.add_typer(build.app, name="build")
