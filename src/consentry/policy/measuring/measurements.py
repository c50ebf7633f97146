"""What is read of a post: single numbers and words.

A number is an interval, because a medium that was not measured still has a score that nobody knows: the largest
score of a post with an unread picture lies somewhere between the largest one seen and 1. Where a model abstains
(band ``uncertain``, ``inconclusive``, no face found) its number is not used either: the interval is widened just the
same. So whatever thresholds a policy holds against them, what was not measured comes out as *unknown*, never as *no*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_MOST_NAMED: Final = 10
"""Media that a sentence names; a post may have hundreds."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that lies somewhere between two ends, both included.

    Attributes:
        gap: Why the ends are apart, in words; empty when they meet.
    """

    low: float
    high: float
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the input's list, or ``unknown``.

    Attributes:
        detail: How it came about.
    """

    value: str
    detail: str = ""


Measurement = Number | Word


def listing(names: Iterable[str]) -> str:
    """Names for the detail of a word or the gap of a number, each once; of many the first."""
    distinct = list(dict.fromkeys(names))
    more = len(distinct) - _MOST_NAMED
    return ", ".join(distinct) if more <= 0 else f"{', '.join(distinct[:_MOST_NAMED])} and {more} more"


def gap_of(missing: Iterable[str], abstained: Iterable[str]) -> str:
    """Why a number is open, in words: media that were not measured whole, and those of which the model cannot tell."""
    missing, abstained = list(missing), list(abstained)
    parts = []
    if missing:
        parts.append(f"not measured, or not all of it: {listing(missing)}")
    if abstained:
        parts.append(f"the model cannot tell: {listing(abstained)}")
    return "; ".join(parts)
