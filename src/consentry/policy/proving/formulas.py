"""Formulas for the solver: z3's Booleans, with the constants folded away before z3 sees them.

A formula is a Python ``bool`` or a z3 Boolean. Most of a policy's formulas are built from words that a fact cannot
have or thresholds that do not exist, so folding constants here keeps what the solver gets small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import z3

Formula = Any
"""A ``bool`` or a ``z3.BoolRef``."""


TRUE: Final[Formula] = True
"""What always holds."""


def all_of(parts: Iterable[Formula]) -> Formula:
    """Classical *and*."""
    return _folded(parts, neutral=True, connective=z3.And)


def any_of(parts: Iterable[Formula]) -> Formula:
    """Classical *or*."""
    return _folded(parts, neutral=False, connective=z3.Or)


def _folded(parts: Iterable[Formula], *, neutral: bool, connective: Callable[[list[Formula]], Formula]) -> Formula:
    """Without the parts that change nothing; a constant if one part settles it."""
    kept = []
    for part in parts:
        if part is (not neutral):
            return not neutral
        if part is not neutral:
            kept.append(part)
    if not kept:
        return neutral
    return kept[0] if len(kept) == 1 else connective(kept)


def negate(part: Formula) -> Formula:
    """Classical *not*."""
    return (not part) if isinstance(part, bool) else z3.Not(part)


def implies(one: Formula, other: Formula) -> Formula:
    """Classical *if ... then*."""
    return any_of((negate(one), other))


def equal(one: Formula, other: Formula) -> Formula:
    """Both or neither."""
    return any_of((all_of((one, other)), all_of((negate(one), negate(other)))))


def as_z3(formula: Formula) -> z3.BoolRef:
    """The formula as z3 takes it."""
    return z3.BoolVal(formula) if isinstance(formula, bool) else formula


def rational(number: float) -> z3.RatNumRef:
    """The exact value of a float: the evaluator compares floats, so the proof must cut at the very same point."""
    exact = Fraction(number)
    return z3.RatVal(exact.numerator, exact.denominator)


# --- three-valued -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ternary:
    """A truth after Kleene as two formulas that are never both true; neither of them: unknown."""

    yes: Formula
    no: Formula

    @property
    def unknown(self) -> Formula:
        """Neither."""
        return negate(any_of((self.yes, self.no)))


ALWAYS: Final = Ternary(yes=True, no=False)


def conjunction(parts: Sequence[Ternary]) -> Ternary:
    """Kleene's *and*."""
    return Ternary(yes=all_of(part.yes for part in parts), no=any_of(part.no for part in parts))


def disjunction(parts: Sequence[Ternary]) -> Ternary:
    """Kleene's *or*."""
    return Ternary(yes=any_of(part.yes for part in parts), no=all_of(part.no for part in parts))


def negation(part: Ternary) -> Ternary:
    """Kleene's *not*."""
    return Ternary(yes=part.no, no=part.yes)


def possibility(part: Ternary) -> Ternary:
    """Yes or unknown."""
    return Ternary(yes=negate(part.no), no=part.no)


# --- closed lists -----------------------------------------------------------------------------------------------


class OneOf:
    """A variable over a closed list of words. The first is the default: what it is if nothing is said.

    Args:
        name: Of the variable; with a copy's mark it is unique in a solver.
        words: At least one; the first needs no variable of its own.
    """

    def __init__(self, name: str, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._flags = {word: z3.Bool(f"{name}={word}") for word in words[1:]}

    def is_(self, word: str) -> Formula:
        """Whether it has this word; false for a word that is not in the list."""
        if word == self.words[0]:
            return negate(any_of(self._flags.values()))
        return self._flags.get(word, False)

    def among(self, words: Iterable[str]) -> Formula:
        """Whether it has one of these words."""
        return any_of(self.is_(word) for word in words)

    @property
    def constraint(self) -> Formula:
        """It has one word at most besides the default."""
        flags = list(self._flags.values())
        return True if len(flags) < 2 else z3.AtMost(*flags, 1)
