"""The policy that the desk decides by, loaded once."""

from __future__ import annotations

from functools import cache

from consentry.desk.settings import DeskSettings
from consentry.policy import Policy, load_policy


def policy_of(settings: DeskSettings) -> Policy:
    """The policy of an installation.

    Raises:
        PolicyError: It is missing or invalid.
    """
    return _loaded(settings.policy)


@cache
def _loaded(name: str | None) -> Policy:
    return load_policy(name)
