"""What can be wrong with a policy file, a case file or a fact given from outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from consentry.errors import ConsentryError

_LISTED_AT_MOST: Final = 30


class PolicyError(ConsentryError):
    """A policy, a case or an answer that cannot be used as it stands.

    Codes: ``policy.invalid``, ``policy.yaml``, ``policy.not_found``, ``policy.wrong_type``, ``policy.missing_key``,
    ``policy.unknown_key``, ``policy.unknown_name``, ``policy.unknown_word``, ``policy.duplicate``, ``policy.cycle``,
    ``policy.threshold``, ``policy.dead``, ``policy.no_catch_all``, ``policy.dates``, ``policy.overlap``,
    ``policy.no_date``, ``policy.not_in_force``, ``policy.amendment``, ``policy.fact_source``, ``policy.case``,
    ``policy.not_stored``, ``policy.statement``, ``report.too_many_posts``, ``report.repeated_post``.
    """

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
