"""Three-valued logic after Kleene: no, unknown, yes.

A truth is one of the numbers `NO` < `UNKNOWN` < `YES`, so that *and* is the minimum, *or* the maximum and *not* the
distance from `YES`. Conditions made of these alone are monotone in what is known: learning a fact may turn an
unknown into a yes or a no, but never a yes into a no (S. C. Kleene, Introduction to Metamathematics, 1952, § 64).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from consentry.records import YesNo

Truth = Literal[0, 1, 2]

NO: Final = 0
UNKNOWN: Final = 1
YES: Final = 2

_NAMES: Final[tuple[YesNo, YesNo, YesNo]] = ("no", "unknown", "yes")
_NEGATION: Final[tuple[Truth, Truth, Truth]] = (YES, UNKNOWN, NO)


def name(truth: Truth) -> YesNo:
    """The word for a truth."""
    return _NAMES[truth]


def conjunction(truths: Iterable[Truth]) -> Truth:
    """*All of*: no if one is no, else unknown if one is unknown, else yes."""
    return min(truths, default=YES)


def disjunction(truths: Iterable[Truth]) -> Truth:
    """*Any of*: yes if one is yes, else unknown if one is unknown, else no."""
    return max(truths, default=NO)


def negation(truth: Truth) -> Truth:
    """*Not*: an unknown stays unknown."""
    return _NEGATION[truth]


def possibility(truth: Truth) -> Truth:
    """*Possibly*: yes unless it is definitely no. Two-valued, and therefore not monotone in what is known."""
    return NO if truth == NO else YES
