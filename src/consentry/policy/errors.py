"""What can be wrong with a policy file, a case file or a fact given from outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from consentry.errors import ConsentryError

_LISTED_AT_MOST: Final = 30


class PolicyError(ConsentryError):
    """A policy, a case or an answer that cannot be used as it stands. Its codes: ``consentry errors policy``."""

    default_code: ClassVar[str] = "policy.invalid"


def suggestion(word: str, options: Iterable[str]) -> str:
    """A sentence that names the option nearest to a misspelt word, or else all options."""
    from difflib import get_close_matches  # only when something is misspelt

    known = list(dict.fromkeys(options))
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    if not known:
        return "There is nothing to choose from here; define it first."
    if len(known) > _LISTED_AT_MOST:
        return "No known name is like it; check the spelling, or define it."
    return f"Use one of: {', '.join(known)}."
