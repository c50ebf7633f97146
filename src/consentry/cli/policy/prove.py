"""``consentry policy prove``."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from consentry.cli.options import JsonOption, QuietOption
from consentry.cli.output import EXIT_FAILED, OUT, plain, progress_bars
from consentry.cli.policy.exit_codes import PolicyArgument, policy_exit_codes
from consentry.writing import write_text

if TYPE_CHECKING:
    from consentry.policy.proving import Finding, Proof

_GROUPS = {
    "results": "some action results",
    "clauses": "no clause is dead",
    "decisions": "no line is dead or shadowed",
    "invariants": "the file's own invariants",
    "promises": "the promises of the house",
    "monotonicity": "more evidence is never worse",
}


def prove(
    policy: PolicyArgument,
    cases: Annotated[
        Path | None, typer.Option("--cases", help="Also write the cases against it to this file, for `policy decide`.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Prove a policy: for every possible case some action results, nothing is dead, and every invariant holds.

    What does not hold is shown with the shortest case against it, decided by the evaluator. docs/proving.md explains
    what is proved and how to read it.

    consentry policy prove mine.yaml
    """
    from consentry.policy import load_policy

    with policy_exit_codes():
        loaded = load_policy(policy)
    from consentry.policy.proving import case_file
    from consentry.policy.proving import prove as prove_policy

    started = time.perf_counter()
    with progress_bars(quiet=quiet or as_json) as bars:
        proof = prove_policy(loaded, progress=bars)
    against = [case for finding in proof.refuted for case in finding.cases]
    if cases is not None and against:
        write_text(cases, case_file(against))
    if as_json:
        typer.echo(json.dumps(proof.as_json(), indent=2, ensure_ascii=False))
    else:
        _print(proof, time.perf_counter() - started, quiet=quiet)
    if not proof.holds:
        raise typer.Exit(EXIT_FAILED)


def _print(proof: Proof, seconds: float, *, quiet: bool) -> None:
    if not quiet:
        table = Table.grid(padding=(0, 2))
        for group, title in _GROUPS.items():
            found = [finding for finding in proof.findings if finding.group == group]
            holding = sum(finding.holds for finding in found)
            mark = Text("✓", "green") if holding == len(found) else Text("✗", "red")
            table.add_row(mark, title, f"{holding} of {len(found)}")
        OUT.print(table)
        for finding in proof.findings:
            if finding.holds and finding.detail:
                OUT.print(Text.assemble(("  ", ""), plain(f"{finding.claim} {finding.detail}", "dim")), soft_wrap=True)
    for finding in proof.refuted:
        _print_refuted(finding)
    if proof.holds:
        verdict = f"{proof.policy} holds: {len(proof.findings)} things shown in {seconds:.1f} s."
        OUT.print(plain(verdict, "bold green"), soft_wrap=True)
    else:
        verdict = f"{proof.policy} is refuted: {len(proof.refuted)} of {len(proof.findings)} things do not hold."
        OUT.print(plain(verdict, "bold red"), soft_wrap=True)


def _print_refuted(finding: Finding) -> None:
    from consentry.policy.proving import case_file

    where = f" (line {finding.line})" if finding.line else ""
    OUT.print()
    OUT.print(Text.assemble(("✗ ", "red"), plain(f"{finding.subject}{where}: {finding.claim}", "bold")), soft_wrap=True)
    OUT.print(plain(f"  {finding.detail}"), soft_wrap=True)
    if finding.cases:
        outcomes = ", then ".join(case.action or "no action at all" for case in finding.cases)
        OUT.print(plain(f"  The shortest case against it; the evaluator says {outcomes}:", "dim"), soft_wrap=True)
        OUT.print()
        OUT.print(plain(case_file(finding.cases)), soft_wrap=True)
