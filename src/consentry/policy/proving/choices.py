"""What a case is made of, for the solver: one choice for everything that can be written into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consentry.policy.proving.formulas import Formula, OneOf, negate
from consentry.policy.proving.readings import Cell

Label = str | float
Assignment = Mapping[str, Label]
"""One case: for every choice, by its name, what was chosen."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be written into a case in one way or another.

    Attributes:
        name: Such as ``report.identity`` or ``answer.public_interest``.
        options: What can be chosen and when it is; the first is what it is if nothing is written.
        spent: When something is written, and the case is longer for it.
        weight: How much longer; an answer that overrules what a report says counts for several.
    """

    name: str
    options: tuple[tuple[Label, Formula], ...]
    spent: Formula
    weight: int = 1


def words(name: str, variable: OneOf, *, spent: Formula | None = None, weight: int = 1) -> Choice:
    """A choice of a word."""
    default = negate(variable.is_(variable.words[0]))
    options = tuple((word, variable.is_(word)) for word in variable.words)
    return Choice(name, options, default if spent is None else spent, weight)


def flag(name: str, variable: Any, *, spent: Formula | None = None) -> Choice:
    """A choice of no or yes, where no is the default."""
    return Choice(name, (("no", negate(variable)), ("yes", variable)), variable if spent is None else spent)


def number(name: str, variable: Any, grid: Sequence[Cell], *, spent: Formula = False) -> Choice:
    """A choice of a number, one for each stretch that no threshold can tell apart."""
    return Choice(name, tuple((cell.value, cell.holds(variable)) for cell in grid), spent)


Grid = Callable[[Iterable[str], float, float], Sequence[Cell]]
"""The cells of the inputs of these names, between two ends."""
