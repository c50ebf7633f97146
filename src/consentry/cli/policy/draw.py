"""``consentry policy draw``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.output import ERR
from consentry.cli.policy.exit_codes import PolicyArgument, policy_exit_codes
from consentry.writing import write_text


def draw(
    policy: PolicyArgument,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write the SVG; - for the terminal. [default: NAME.svg]")
    ] = None,
) -> None:
    """Draw a policy as an SVG that can be read without knowing YAML: decision list, clauses, deadlines.

    consentry policy draw twitter-private-media-2024-03-21 --out policy.svg
    """
    from consentry.policy import load_policy
    from consentry.policy.drawing import draw as drawn

    with policy_exit_codes():
        loaded = load_policy(policy)
    picture = drawn(loaded)
    if out is not None and str(out) == "-":
        sys.stdout.write(picture)
        return
    path = out or Path(f"{loaded.name}-{loaded.version}.svg")
    write_text(path, picture)
    ERR.print(f"Drawn: {path}", soft_wrap=True)
