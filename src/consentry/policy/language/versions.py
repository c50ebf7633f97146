"""Which policies ship, and which of them is in force on a day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Final

from consentry.policy.definitions import Policy
from consentry.policy.errors import PolicyError, suggestion
from consentry.policy.language.loading import SHIPPED, PolicyText, load_file, read_file, shipped_names
from consentry.records import Post, Report

DEFAULT_POLICY: Final = "twitter-private-media-2021-11-30"
"""The policy that is used unless another is named."""

_DATED: Final = re.compile(r"(?P<name>.+)-\d{4}-\d{2}-\d{2}")


def list_policies() -> tuple[str, ...]:
    """The names of the policies that ship, version included, as `load_policy` takes them."""
    return shipped_names()


def families() -> tuple[str, ...]:
    """The names of the policies that ship, without versions: what `load_policy` takes together with a day."""
    return tuple(sorted({_family(name) for name in shipped_names()}))


def load_policy(source: str | Path | None = None, *, on: date | None = None) -> Policy:
    """Load and check a policy.

    Args:
        source: The path of a file; or the name of a policy that ships, with its version, or without one and with a
            day: ``twitter-private-media@2022-05-01``. The policy of 30 November 2021 unless given.
        on: The same day, given apart: the version in force on it is loaded; a policy that is named with its version,
            or given as a file, must be in force on it.

    Raises:
        PolicyError: It is not there, is not in force, or something in it is wrong; the message says which and where.
    """
    if source is None:
        source = DEFAULT_POLICY if on is None else _family(DEFAULT_POLICY)
    if isinstance(source, Path) or source.endswith((".yaml", ".yml")) or "/" in source:
        return _in_force(load_file(Path(source)), on)
    name, separator, day = source.partition("@")
    if separator:
        on = _day(day, source)
    if name in shipped_names():
        return _in_force(_shipped(name), on)
    if name not in families():
        remedy = f"{suggestion(name, (*shipped_names(), *families()))} A file of your own is given by its path."
        raise PolicyError(f"No policy of the name '{name}' ships with Consentry.", remedy, code="policy.not_found")
    versions = [each for each in shipped_names() if _family(each) == name]
    if on is None:
        raise PolicyError(
            f"The policy '{name}' has {len(versions)} versions.",
            f"Say which day it is about, like {versions[0].replace(f'{name}-', f'{name}@')}, or name one of: "
            f"{', '.join(versions)}.",
            code="policy.no_date",
        )
    return in_force((_shipped(each) for each in versions), on)


@cache
def _shipped(name: str) -> Policy:
    """A policy that ships, read and checked once a process: its file is part of the package, and a policy is frozen."""
    return load_file(SHIPPED / f"{name}.yaml")


def policy_for(source: str | Path | None, post: Post, report: Report | None) -> Policy:
    """As `load_policy`; a name without version and day means the version in force on the case's own day.

    Raises:
        PolicyError: As `load_policy`; ``policy.no_date`` if the case has no date that could choose.
    """
    if isinstance(source, str) and source in families():
        return load_policy(source, on=governing_day(post, report))
    return load_policy(source)


def _family(name: str) -> str:
    found = _DATED.fullmatch(name)
    return found["name"] if found else name


def _day(text: str, source: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise PolicyError(
            f"'{source}' names no day after the '@'.",
            "Write it like twitter-private-media@2022-05-01.",
            code="policy.no_date",
        ) from error


def _in_force(policy: Policy, on: date | None) -> Policy:
    if on is None or policy.in_force(on):
        return policy
    until = "on" if policy.effective_until is None else f"to {policy.effective_until}"
    raise PolicyError(
        f"The policy {policy.label} is not in force on {on}, but from {policy.effective_from} {until}.",
        "Name the version of that day, or leave the day out.",
        code="policy.not_in_force",
    )


def in_force(policies: Iterable[Policy], on: date) -> Policy:
    """The one among policies of one name that is in force on a day.

    Raises:
        PolicyError: ``policy.overlap`` if two of them overlap, ``policy.not_in_force`` if none is in force.
    """
    versions = sorted(policies, key=lambda policy: policy.effective_from)
    check_overlaps(versions)
    for policy in versions:
        if policy.in_force(on):
            return policy
    first = versions[0]
    raise PolicyError(
        f"No version of the policy '{first.name}' is in force on {on}.",
        f"Give a day from {first.effective_from} on.",
        code="policy.not_in_force",
    )


def check_overlaps(policies: Iterable[Policy]) -> None:
    """Refuse two policies of the same name and region that are in force on the same day.

    Raises:
        PolicyError: ``policy.overlap``.
    """
    ordered = sorted(policies, key=lambda policy: (policy.effective_from, policy.version))
    for earlier, later in combinations(ordered, 2):
        if (earlier.name, earlier.region) != (later.name, later.region) or earlier.sha256 == later.sha256:
            continue
        if earlier.in_force(later.effective_from):
            until = "without an end" if earlier.effective_until is None else f"until {earlier.effective_until}"
            raise PolicyError(
                f"{earlier.label} ({until}) and {later.label} (from {later.effective_from}) are in force on the same "
                f"days in the same region ({later.region}).",
                _remedy(earlier, later),
                code="policy.overlap",
            )


def _remedy(earlier: Policy, later: Policy) -> str:
    if earlier.effective_from == later.effective_from:
        return "Let one of them begin after the other has ended, or give a variant a name of its own."
    return f"Let the earlier one end the day before {later.effective_from}, or give a variant a name of its own."


def governing_day(post: Post, report: Report | None) -> date | None:
    """The day that chooses the version: that of the report, else that of the post.

    A platform applies the rules of the day on which it is asked to act, also to what was posted before. Where a rule
    is for later posts only, the policy says so itself (a fact from ``post.day``).
    """
    moment = report.reported_at if report is not None and report.reported_at is not None else post.posted_at
    return None if moment is None else moment.date()


def policy_text(source: str | Path) -> PolicyText:
    """A policy as it is written; ``source`` as `load_policy` takes it.

    Raises:
        PolicyError: As `load_policy`.
    """
    if isinstance(source, Path) or source.endswith((".yaml", ".yml")) or "/" in source:
        text = read_file(Path(source))
        text.policy()
        return text
    policy = load_policy(source)
    return read_file(SHIPPED / f"{policy.name}-{policy.version}.yaml")
