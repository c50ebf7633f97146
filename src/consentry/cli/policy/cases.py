"""``consentry policy cases``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from consentry.cli.exit_codes import EXIT_USAGE
from consentry.cli.options import JsonOption
from consentry.cli.output import ACTION_STYLES, EXIT_FAILED, OUT, plain
from consentry.cli.policy.exit_codes import policy_exit_codes
from consentry.records import Recommendation

if TYPE_CHECKING:
    from consentry.policy.cases.files import WrittenCase

_GOLDEN = Path("data/cases")


@dataclass(frozen=True)
class _Row:
    case: WrittenCase
    recommendation: Recommendation
    unmet: tuple[str, ...]


def cases(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE|FOLDER]...", help="Files of cases. [default: data/cases]")
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", help="Hold all of them against this policy, not the one that each names.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table for a document.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show written cases as a table, and hold each against its policy; 1 if one does not come out as it expects.

    consentry policy cases data/cases/prisoners.yaml
    """
    given = paths or [_GOLDEN]
    files = [file for path in given for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    if not files:
        typer.echo(
            f"There are no cases at {', '.join(map(str, given))}: give files, or folders with .yaml files.", err=True
        )
        raise typer.Exit(EXIT_USAGE)
    rows = {file: _rows(file, policy) for file in files}
    everything = [row for found in rows.values() for row in found]
    if as_json:
        typer.echo(json.dumps([_described(row) for row in everything], indent=2, ensure_ascii=False))
    elif markdown:
        for file, found in rows.items():
            typer.echo(_markdown(file, found))
    else:
        _print(everything)
    if any(row.unmet for row in everything):
        raise typer.Exit(EXIT_FAILED)


def _rows(file: Path, policy: str | None) -> list[_Row]:
    from consentry.policy import decide, load_policy
    from consentry.policy.cases.files import read_cases, unmet

    load = cache(load_policy)
    rows = []
    with policy_exit_codes():
        for case in read_cases(file):
            chosen = load(policy or case.policy or None)
            found = decide(chosen, case.post, case.report, case.signals, case.facts).recommendation
            rows.append(_Row(case, found, unmet(case.expected, found) if case.expected else ()))
    return rows


def _described(row: _Row) -> dict[str, object]:
    return {
        "case": row.case.name,
        "title": row.case.title,
        "policy": row.recommendation.policy,
        "action": row.recommendation.action,
        "decisive": [reason.clause for reason in row.recommendation.decisive],
        "unmet": list(row.unmet),
    }


def _print(rows: list[_Row]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("", "case", "what happened", "policy", "recommended", "decided by"):
        table.add_column(column, overflow="fold", no_wrap=column in {"", "recommended"})
    for row in rows:
        table.add_row(
            plain("✗" if row.unmet else "✓", "red" if row.unmet else "green"),
            plain(row.case.name),
            plain(row.case.title),
            plain(_version(row)),
            plain(row.recommendation.action.replace("_", " "), ACTION_STYLES[row.recommendation.action]),
            plain(row.recommendation.rule.replace("_", " ")),
        )
    OUT.print(table)
    for row in rows:
        for complaint in row.unmet:
            OUT.print(plain(f"{row.case.name}: {complaint}", "red"), soft_wrap=True)
    wrong = sum(bool(row.unmet) for row in rows)
    if len(rows) == 1:
        OUT.print("1 case, other than expected." if wrong else "1 case, as expected.")
    else:
        OUT.print(f"{len(rows)} cases, {f'{wrong} of them other than' if wrong else 'all as'} expected.")


def _markdown(file: Path, rows: list[_Row]) -> str:
    heading = file.stem.replace("_", " ").replace("-", " ")
    lines = [f"## {heading[0].upper()}{heading[1:]}", ""]
    lines += ["| case | what happened | policy | recommended | for |", "|---|---|---|---|---|"]
    for row in rows:
        found = row.recommendation
        decisive = ", ".join(f"`{reason.clause}`" for reason in found.decisive) or "–"
        title = row.case.title.replace("|", "\\|")
        lines.append(
            f"| `{row.case.name}` | {title} | {_version(row)} | {found.action.replace('_', ' ')} | {decisive} |"
        )
    return "\n".join([*lines, ""])


def _version(row: _Row) -> str:
    """The policy without what all that ship have in common."""
    return row.recommendation.policy.removeprefix("twitter-private-media").strip("- ")
