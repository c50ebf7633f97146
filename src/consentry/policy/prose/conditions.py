"""Conditions as lettered lines, each with a reference to what it speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from string import ascii_lowercase
from typing import Final

from consentry.policy.drawing.wording import phrases
from consentry.policy.logic.conditions import ClauseHolds, Condition, FactIs
from consentry.policy.prose.document import Line, Reference

_ROMAN: Final = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def lines_of_condition(condition: Condition, references: Mapping[str, Reference]) -> tuple[Line, ...]:
    """A condition as lines.

    Args:
        condition: What is read out.
        references: By anchor.
    """
    found = list(phrases(condition))
    opens = [deeper.depth > phrase.depth for phrase, deeper in pairwise(found)] + [False]
    counts: list[int] = []
    lines = []
    for phrase, opening in zip(found, opens, strict=True):
        del counts[phrase.depth :]
        counts += [0] * (phrase.depth - len(counts))
        if phrase.depth:
            counts[phrase.depth - 1] += 1
        lines.append(
            Line(
                depth=phrase.depth,
                letter=f"({_letter(phrase.depth, counts[-1])})" if phrase.depth else "",
                words=phrase.text,
                reference=None if phrase.leaf is None else references[anchor_of(phrase.leaf)],
                opens=opening,
            )
        )
    return tuple(lines)


def anchor_of(leaf: FactIs | ClauseHolds) -> str:
    """The address on the page of what a leaf speaks of."""
    return f"fact-{leaf.fact}" if isinstance(leaf, FactIs) else f"clause-{leaf.clause}"


def _letter(depth: int, count: int) -> str:
    """Letters, then Roman numbers, then plain ones, as rules number their parts; then letters again."""
    match depth % 3:
        case 1:
            return _alphabetic(count)
        case 2:
            return _roman(count)
    return str(count)


def _alphabetic(count: int) -> str:
    """Letters from a to z, then aa, ab and so on."""
    letters = ""
    while count > 0:
        count, position = divmod(count - 1, len(ascii_lowercase))
        letters = ascii_lowercase[position] + letters
    return letters


def _roman(count: int) -> str:
    numeral = ""
    for value, sign in _ROMAN:
        times, count = divmod(count, value)
        numeral += sign * times
    return numeral
