"""``consentry doctor``."""

from __future__ import annotations

import json

import typer
from rich.table import Table

from consentry.cli.options import JsonOption, ModelsOption
from consentry.cli.output import EXIT_FAILED, OUT, plain

_MARKS = {"ok": "[green]✓[/]", "absent": "[dim]–[/]", "wrong": "[bold red]✗[/]"}


def doctor(models: ModelsOption = None, as_json: JsonOption = False) -> None:
    """Say what is installed, which models, on what device, how fast, and how to mend what is wrong.

    Exit code 0 if Consentry can assess posts here, 1 if not.
    """
    from consentry.cli.examination import examine

    checks = examine(models)
    healthy = all(check.state != "wrong" for check in checks)
    if as_json:
        typer.echo(json.dumps({"ok": healthy, "checks": [check.as_json() for check in checks]}, indent=2))
    else:
        table = Table("", "check", "found", "to mend it", box=None, pad_edge=False)
        for check in checks:
            table.add_row(_MARKS[check.state], check.name, plain(check.found), plain(check.remedy))
        OUT.print(table)
        OUT.print("All is well." if healthy else "[bold red]Something must be mended; see above.[/]")
    if not healthy:
        raise typer.Exit(EXIT_FAILED)
