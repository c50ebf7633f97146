"""How a decision is shown, whichever model it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from consentry.cli.output import OUT, plain

if TYPE_CHECKING:
    from consentry.training.registry.gates import GateResult


def print_decision(results: Sequence[GateResult], because: str, *, passed: bool, dry_run: bool) -> None:
    """One line a gate, and the decision in a sentence."""
    table = Table("", "gate", "required", "measured", box=None, pad_edge=False)
    for gate in results:
        ends = "" if gate.low is None or gate.high is None else f" ({gate.low:.4f} to {gate.high:.4f})"
        table.add_row(
            "[green]passes[/]" if gate.passed else "[bold red]fails[/]",
            plain(gate.gate),
            f"{gate.required:g}",
            "not measured" if gate.value is None else f"{gate.value:.4f}{ends}",
        )
    OUT.print(table)
    word = "Promoted" if passed else "Refused"
    OUT.print(plain(f"{word}{' (nothing was changed)' if dry_run else ''}: {because}", "bold"))
