"""``consentry errors``."""

from __future__ import annotations

import json
from dataclasses import asdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text

from consentry.cli.exit_codes import exit_code_of, policy_exit_code_of
from consentry.cli.options import JsonOption
from consentry.cli.output import OUT

if TYPE_CHECKING:
    from consentry.error_codes import ErrorCode

_NOTED: Final = {"assessment": "among the notes of the assessment", "row": "in the row of the results"}


def errors(
    code: Annotated[
        str | None, typer.Argument(help="A code such as media.damaged, or a room such as media. [default: all]")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what the code of an error means, and what to do.

    consentry errors media.damaged

    consentry errors job
    """
    from consentry.error_codes import codes_like, error_codes

    found = tuple(error_codes().values()) if code is None else codes_like(code.strip())
    if not found:
        near = get_close_matches(str(code), error_codes(), n=1)
        hint = f"did you mean {near[0]}?" if near else "`consentry errors` lists all codes"
        raise typer.BadParameter(f"there is no code and no room {code!r}; {hint}")
    if as_json:
        typer.echo(json.dumps([_described(each) for each in found], indent=2))
    elif len(found) == 1:
        _print_whole(found[0])
    else:
        table = Table("code", "exit", "when, and what to do", box=None, pad_edge=False, padding=(0, 2, 1, 0))
        for each in found:
            table.add_row(
                Text(each.code, "red"), "/".join(map(str, exit_codes(each))) or "–", Text(f"{each.when}\n→ {each.do}")
            )
        OUT.print(table)


def exit_codes(found: ErrorCode) -> tuple[int, ...]:
    """What commands exit with that it ends: `consentry policy` has codes of its own; none if it ends nothing."""
    if "command" not in found.shown:
        return ()
    usual = exit_code_of(found.code)
    in_policy = policy_exit_code_of(found.code) if found.error == "PolicyError" else usual
    return (usual,) if in_policy == usual else (usual, in_policy)


def told(found: ErrorCode) -> str:
    """Where it is met and what the program exits with then, in a sentence or two."""
    notes = [_NOTED[place] for place in found.shown if place in _NOTED]
    said = [f"It stands {' and '.join(notes)}, and stops nothing."] if notes else []
    if "response" in found.shown:
        said.append("The desk's API answers with it.")
    if found.error == "MediaError" and "row" in found.shown:
        said.append("A command that could read no medium at all exits with 3.")
    if codes := exit_codes(found):
        where = ", in `consentry policy` with ".join(map(str, codes))
        said.append(f"{'Elsewhere it' if notes else 'It'} ends the command with exit code {where}.")
    return " ".join(said)


def _described(found: ErrorCode) -> dict[str, Any]:
    return {**asdict(found), "exit_codes": exit_codes(found)}


def _print_whole(found: ErrorCode) -> None:
    OUT.print(Text.assemble((found.code, "bold red"), f"  {found.module}.{found.error}"))
    OUT.print(Text(found.when))
    OUT.print(Text.assemble(("→ ", "bold"), found.do))
    OUT.print(Text(told(found)))
    if found.read:
        OUT.print(Text(f"More: {found.read}"))
