"""How a measurement looks to the solver: a word that may be unknown, or an interval whose ends it may choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from consentry.policy.definitions import YES_NO, FactDefinition
from consentry.policy.proving.formulas import Formula, all_of, any_of, negate, rational


@dataclass(frozen=True, slots=True)
class WordReading:
    """A word of an input's list; if none of the formulas holds, unknown."""

    words: Mapping[str, Formula]

    @property
    def open(self) -> Formula:
        """Nothing is known of it."""
        return negate(any_of(self.words.values()))

    def cut(self, definition: FactDefinition) -> dict[str, Formula]:
        """For each word of a fact, when the reading makes it that; as `facts.cut_word` does it."""
        if not (definition.yes_words or definition.no_words):
            return {word: self.words.get(word, False) for word in definition.words}
        yes = any_of(self.words.get(word, False) for word in definition.yes_words)
        no = any_of(self.words.get(word, False) for word in definition.no_words if word not in definition.yes_words)
        return dict(zip(YES_NO, (yes, no), strict=True))


@dataclass(frozen=True, slots=True)
class NumberReading:
    """An interval ``[low, high]``, each end of which may fall back to the least or the most that there can be.

    Attributes:
        low: Its lower end, unless ``open_below``.
        high: Its upper end, unless ``open_above``.
        open_below: Whether its lower end is ``lower``.
        open_above: Whether its upper end is ``upper``.
        lower: The least that the input can be.
        upper: The most; may be infinite.
    """

    low: Any
    high: Any
    open_below: Formula
    open_above: Formula
    lower: float
    upper: float

    def at_least(self, threshold: float) -> Formula:
        """The whole interval lies at or above a threshold."""
        exact = all_of((negate(self.open_below), self.low >= rational(threshold)))
        return True if self.lower >= threshold else exact

    def at_most(self, threshold: float) -> Formula:
        """The whole interval lies at or below a threshold."""
        if self.upper <= threshold:
            return True
        return all_of((negate(self.open_above), self.high <= rational(threshold)))

    @property
    def open(self) -> Formula:
        """It spans everything that there can be."""
        below = any_of((self.open_below, self.low <= rational(self.lower)))
        unbounded = self.upper == float("inf")
        above = self.open_above if unbounded else any_of((self.open_above, self.high >= rational(self.upper)))
        return all_of((below, above))

    def cut(self, definition: FactDefinition) -> dict[str, Formula]:
        """When the reading makes a fact yes and when no; as `facts.cut_number` does it."""
        yes, no = definition.yes_at_least, definition.no_at_most
        known = negate(self.open)
        is_yes = False if yes is None else all_of((known, self.at_least(yes)))
        is_no = False if no is None else all_of((known, negate(is_yes), self.at_most(no)))
        return dict(zip(YES_NO, (is_yes, is_no), strict=True))


Reading = WordReading | NumberReading


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of a number's range within which no threshold can tell one value from another.

    Attributes:
        value: A short number inside it, to be written into a case.
        low: Where it begins; ``None`` if it has no beginning.
        high: Where it ends; the same for a cell that is a single point, ``None`` if it has no end.
    """

    value: float
    low: Fraction | None
    high: Fraction | None

    def holds(self, variable: Any) -> Formula:
        """Whether a variable lies in it."""
        if self.low is not None and self.low == self.high:
            return variable == _exact(self.low)
        above = True if self.low is None else variable > _exact(self.low)
        return above if self.high is None else all_of((above, variable < _exact(self.high)))


def cells(thresholds: Iterable[float], lower: float, upper: float, *, whole: bool = False) -> tuple[Cell, ...]:
    """The cells of a number, from the least up: each threshold, each end, and what lies between.

    Args:
        thresholds: Where facts cut it.
        lower: The least that it can be.
        upper: The most; may be infinite.
        whole: Whether it is a whole number.
    """
    ends = {lower} if upper == float("inf") else {lower, upper}
    points = sorted({*ends, *(t for t in thresholds if lower <= t <= upper)})
    found = []
    for index, point in enumerate(points):
        if not whole or point == int(point):
            found.append(Cell(point, Fraction(point), Fraction(point)))
        following = points[index + 1] if index + 1 < len(points) else None
        if following is None and upper != float("inf"):
            continue
        value = _between(point, following, whole=whole)
        if value is not None:
            found.append(Cell(value, Fraction(point), None if following is None else Fraction(following)))
    return tuple(found)


def _between(low: float, high: float | None, *, whole: bool) -> float | None:
    """A short number strictly between two, or ``None`` if there is no whole one."""
    if whole or high is None:
        following = float(int(low) + 1)
        return following if high is None or following < high else None
    middle = (low + high) / 2
    for digits in range(1, 17):
        shown = round(middle, digits)
        if low < shown < high:
            return shown
    return middle if low < middle < high else None


def _exact(value: Fraction) -> Any:
    import z3

    return z3.RatVal(value.numerator, value.denominator)
