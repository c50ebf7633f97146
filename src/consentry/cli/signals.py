"""``consentry signals``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from consentry.cli.options import JsonOption, ModelsOption
from consentry.cli.output import OUT, plain

if TYPE_CHECKING:
    from consentry.signals.protocol import Signal


def signals(models: ModelsOption = None, as_json: JsonOption = False) -> None:
    """List what is measured of posts: the signals that ship, and those that installed packages add.

    A policy reads those that were added by name, as in `from: signal.NAME.probability`, or
    `signal.NAME.WORD.probability` for one of several words. CONTRIBUTING.md says how to add one.

    consentry signals
    """
    from consentry.signals.protocol import SignalSetup
    from consentry.signals.registry import load_signals, registered

    found = {one.name: one for one in registered()}
    loaded = load_signals(SignalSetup(models=models))
    listed = [_described(signal, found[signal.name].package) for signal in loaded.listed]
    notes = [note.model_dump() for note in loaded.unavailable]
    if as_json:
        typer.echo(json.dumps([*listed, *({"name": note["stage"], "error": note} for note in notes)], indent=2))
        return
    table = Table("signal", "from", "needs", "gives", "ms of a core", "depends on", box=None, pad_edge=False)
    for entry in listed:
        table.add_row(
            plain(entry["name"]),
            plain(entry["package"]),
            ", ".join(entry["needs"]),
            plain(", ".join(word.replace("_", " ") for word in entry["words"]) or "its own record"),
            f"{entry['cost']['milliseconds']:g} a {entry['cost']['per']}",
            plain(", ".join(f"{each['name']} {each['version']}" for each in entry["components"]) or "–"),
        )
    OUT.print(table)
    for note in notes:
        OUT.print(plain(f"{note['stage']}: {note['message']} {note['remedy']} [{note['code']}]", "red"))


def _described(signal: Signal, package: str) -> dict[str, Any]:
    return {
        "name": signal.name,
        "package": package,
        "words": list(signal.words),
        "needs": sorted(signal.needs),
        "after": list(signal.after),
        "cost": asdict(signal.cost),
        "components": [component.model_dump() for component in signal.components],
    }
