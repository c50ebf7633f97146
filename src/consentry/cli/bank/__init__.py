"""``consentry bank``: one file for what belongs together."""

from __future__ import annotations

import typer

from consentry.cli.bank import entries
from consentry.cli.bank.exchange import export, import_
from consentry.cli.bank.lookup import lookup

app = typer.Typer(
    help="Banks of fingerprints: media known to be public elsewhere, and media removed before. See docs/copies.md.",
    no_args_is_help=True,
)
app.command("add")(entries.add)
app.command("list")(entries.list_)
app.command("disable")(entries.disable)
app.command("expire")(entries.expire)
app.command("import")(import_)
app.command("export")(export)
app.command("lookup")(lookup)
