"""``consentry policy list`` and ``check``: the commands that only look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from consentry.cli.options import JsonOption
from consentry.cli.output import EXIT_FAILED, OUT, plain, print_error
from consentry.cli.policy.exit_codes import policy_exit_codes

if TYPE_CHECKING:
    from consentry.policy import Policy


def list_(as_json: JsonOption = False) -> None:
    """List the policies that ship, with the days on which they are in force.

    consentry policy list
    """
    from consentry.policy import list_policies, load_policy

    found = {name: load_policy(name) for name in list_policies()}
    if as_json:
        typer.echo(json.dumps([{"name": name, **_described(policy)} for name, policy in found.items()], indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for column in ("policy", "from", "until", "region", "clauses", "lines", "what it is"):
        table.add_column(column, no_wrap=column != "what it is")
    for name, policy in found.items():
        until = str(policy.effective_until or "–")
        counts = (str(len(policy.clauses)), str(len(policy.decisions)))
        table.add_row(name, str(policy.effective_from), until, policy.region, *counts, plain(policy.title))
    OUT.print(table)


def check(
    policies: Annotated[list[str], typer.Argument(metavar="POLICY...", help="Files, or policies that ship by name.")],
    as_json: JsonOption = False,
) -> None:
    """Check policies: names, types, circles, thresholds, dead words; and, given several, whether their dates overlap.

    consentry policy check mine.yaml
    """
    from consentry.policy import PolicyError, check_overlaps, load_policy

    outcomes: list[dict[str, object]] = []
    loaded: list[Policy] = []
    for source in policies:
        try:
            loaded.append(load_policy(source))
            check_overlaps(loaded)
        except PolicyError as error:
            if error.code in {"policy.not_found", "policy.no_date"}:
                with policy_exit_codes():
                    raise
            if error.code == "policy.overlap":
                loaded.pop()  # the next one is not blamed for it
            outcomes.append({"policy": source, "valid": False, "code": error.code, "message": error.message})
            outcomes[-1]["remedy"] = error.remedy
            if not as_json:
                print_error(error)
            continue
        outcomes.append({"policy": source, "valid": True, **_described(loaded[-1])})
        if not as_json:
            OUT.print(plain(_told(loaded[-1])), style="green", soft_wrap=True)
    if as_json:
        typer.echo(json.dumps(outcomes, indent=2))
    if not all(outcome["valid"] for outcome in outcomes):
        raise typer.Exit(EXIT_FAILED)


def _described(policy: Policy) -> dict[str, object]:
    return {
        "label": policy.label,
        "title": policy.title,
        "region": policy.region,
        "effective_from": str(policy.effective_from),
        "effective_until": None if policy.effective_until is None else str(policy.effective_until),
        "based_on": policy.based_on or None,
        "facts": len(policy.facts),
        "clauses": len(policy.clauses),
        "decisions": len(policy.decisions),
        "invariants": len(policy.invariants),
        "deadlines": len(policy.deadlines),
        "sha256": policy.sha256,
    }


def _told(policy: Policy) -> str:
    based = f", based on {policy.based_on}" if policy.based_on else ""
    parts = {
        "fact": policy.facts,
        "clause": policy.clauses,
        "decision line": policy.decisions,
        "invariant": policy.invariants,
        "deadline": policy.deadlines,
    }
    counted = ", ".join(f"{len(found)} {what}{'' if len(found) == 1 else 's'}" for what, found in parts.items())
    return f"{policy.label}{based}: valid. {counted}."
