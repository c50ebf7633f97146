"""Stretches of a text, merged and sorted, so that asking whether something overlaps one of them is a bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class Spans:
    """Stretches of a text. What touches or overlaps is one stretch: which of them it was is not kept.

    Args:
        spans: Starts and ends, none of them empty, in any order.
    """

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def __contains__(self, place: int) -> bool:
        """Whether a place lies in one of them."""
        index = bisect_right(self._starts, place) - 1
        return index >= 0 and place < self._ends[index]

    def overlap(self, start: int, end: int) -> bool:
        """Whether a stretch that is not empty has a place in common with one of them."""
        index = bisect_left(self._starts, end) - 1
        return index >= 0 and start < self._ends[index]
