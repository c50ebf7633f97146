"""What the exit codes of ``consentry policy`` say: 0 it holds, 1 it is refuted or invalid, 2 wrong usage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from consentry.cli.exit_codes import policy_exit_code_of
from consentry.cli.output import print_error

PolicyArgument = Annotated[
    str,
    typer.Argument(
        metavar="POLICY",
        help="A file, a policy that ships by name, or a name and a day: twitter-private-media@2022-05-01.",
    ),
]


@contextmanager
def policy_exit_codes() -> Iterator[None]:
    """Print a `PolicyError` and stop: 1 if a policy or case is invalid, 2 if there is none such."""
    from consentry.policy import PolicyError

    try:
        yield
    except PolicyError as error:
        print_error(error)
        raise typer.Exit(policy_exit_code_of(error.code)) from error
