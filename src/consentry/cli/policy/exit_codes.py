"""What the exit codes of ``consentry policy`` say: 0 it holds, 1 it is refuted or invalid, 2 wrong usage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer

from consentry.cli.output import EXIT_FAILED, print_error

EXIT_USAGE: Final = 2
_USAGE: Final = frozenset({"policy.not_found", "policy.no_date", "policy.not_in_force", "policy.not_stored"})
"""Errors of the call, not of the policy or the case."""

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
        raise typer.Exit(EXIT_USAGE if error.code in _USAGE else EXIT_FAILED) from error
