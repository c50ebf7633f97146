"""What the program exits with when an error ends a command."""

from __future__ import annotations

from typing import Final

from consentry.cli.output import EXIT_FAILED

EXIT_USAGE: Final = 2
EXIT_TOO_MANY_ERRORS: Final = 4
EXIT_STOPPED: Final = 130

_HERE: Final = (
    "assess.",
    "cluster.",
    "export.",
    "internal.",
    "model.",
    "output.",
    "proving.",
    "runtime.",
    "signal.invalid",
    "system.",
    "third_party.",
)
"""Trouble with the installation; anything else is something that the caller gave."""
_OF_THE_CALLER: Final = frozenset({"output.address"})
_OF_JOBS: Final = {"job.stopped": EXIT_STOPPED, "job.too_many_errors": EXIT_TOO_MANY_ERRORS}
_OF_POLICY_CALLS: Final = frozenset({"policy.not_found", "policy.no_date", "policy.not_in_force", "policy.not_stored"})
"""In ``consentry policy``: errors of the call, not of the policy or the case."""


def exit_code_of(code: str) -> int:
    """What a command exits with that is ended by an error with this code."""
    if code in _OF_JOBS:
        return _OF_JOBS[code]
    return EXIT_FAILED if code.startswith(_HERE) and code not in _OF_THE_CALLER else EXIT_USAGE


def policy_exit_code_of(code: str) -> int:
    """The same for a `PolicyError` in ``consentry policy``, where 1 says that a policy is refuted or invalid."""
    return EXIT_USAGE if code in _OF_POLICY_CALLS else EXIT_FAILED
