"""Intervals for figures of pairs, by drawing persons: pairs that share a person are not independent.

Each person counts twice or not at all, by the toss of a coin, and a pair counts as often as both of its persons do: the
double-or-nothing bootstrap (Owen and Eckles 2012, "Bootstrapping data arrays of arbitrary order"; recommended among
bootstraps for 1:1 matching by Fogliato, Patil and Perona 2024, "Confidence intervals for error rates in 1:1 matching
tasks"). Where persons hardly repeat, as in LFW's lists, it is somewhat wide: a careful interval. A rate of which no
error was seen has no spread to draw from, and gets Wilson's interval, as those authors advise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.training.measures.bootstrap import percentile_interval
from consentry.training.measures.intervals import Interval, score_interval

REPETITIONS: Final = 1000

Draws = NDArray[np.float32]
"""How often each person counts, shape (draws, persons): 0 or 2."""
Totals = NDArray[np.float64]
"""One number a draw."""

_FEW: Final = 20_000
_CELLS: Final = 4_000_000


def draw_persons(persons: int, *, repetitions: int = REPETITIONS, seed: int = 0) -> Draws:
    """Toss a coin for every person, again and again."""
    coins = np.random.default_rng(seed).integers(0, 2, (repetitions, persons), dtype=np.int8)
    return coins.astype(np.float32) * np.float32(2)


@dataclass(frozen=True)
class PersonPairs:
    """The persons of pairs, by their numbers.

    Attributes:
        first: (P,) of the one picture.
        second: (P,) of the other; the same for a genuine pair.
    """

    first: NDArray[np.int32]
    second: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.first)

    def where(self, kept: NDArray[np.bool_]) -> PersonPairs:
        """Some of the pairs."""
        return PersonPairs(self.first[kept], self.second[kept])

    def weights(self, draws: Draws) -> Draws:
        """How often each pair counts, (draws, P). A genuine pair counts as often as its one person."""
        weights: Draws = draws[:, self.first]
        other = self.second != self.first
        weights[:, other] *= draws[:, self.second[other]]
        return weights

    def totals(self, draws: Draws, values: NDArray[np.float64] | None = None) -> Totals:
        """The sum over all pairs in each draw, of 1 or of a value a pair.

        Few pairs are summed one by one; of many, pairs of the same two persons are added up first, and what remains is
        a quadratic form in how often each person counts.
        """
        if len(self) <= _FEW:
            return self._one_by_one(draws, values)
        own = self.first == self.second
        given = None if values is None else values[own]
        linear = np.bincount(self.first[own], weights=given, minlength=draws.shape[1])
        return draws @ linear.astype(np.float64) + self.where(~own)._quadratic(
            draws, None if values is None else values[~own]
        )

    def _one_by_one(self, draws: Draws, values: NDArray[np.float64] | None) -> Totals:
        step = max(1, _CELLS // max(1, len(self)))
        by = np.ones(len(self)) if values is None else values
        parts = [self.weights(draws[start : start + step]) @ by for start in range(0, len(draws), step)]
        return np.concatenate(parts)

    def _quadratic(self, draws: Draws, values: NDArray[np.float64] | None) -> Totals:
        persons = draws.shape[1]
        order = np.argsort(self.first, kind="stable")
        first, second = self.first[order], self.second[order]
        given = None if values is None else values[order]
        total = np.zeros(len(draws))
        step = max(1, _CELLS // persons)
        for start in range(0, persons, step):
            stop = min(start + step, persons)
            low, high = np.searchsorted(first, [start, stop])
            cells = (first[low:high].astype(np.int64) - start) * persons + second[low:high]
            added = np.bincount(
                cells, weights=None if given is None else given[low:high], minlength=(stop - start) * persons
            )
            block = added.reshape(stop - start, persons).astype(np.float32)
            total += ((draws @ block.T) * draws[:, start:stop]).sum(axis=1, dtype=np.float64)
        return total


def share_draws(draws: Draws, pairs: PersonPairs, what: NDArray[np.bool_]) -> Totals:
    """The share of the pairs of which something holds, in each draw; NaN where no pair was drawn."""
    return ratio(pairs.where(what).totals(draws), pairs.totals(draws))


def ratio(above: Totals, below: Totals) -> Totals:
    """Quotients; NaN where there is nothing below."""
    result: Totals = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return result


def share_interval(
    draws: Draws, pairs: PersonPairs, what: NDArray[np.bool_], *, level: float = 0.95
) -> Interval | None:
    """The share of the pairs of which something holds, with its interval; ``None`` without pairs.

    The interval is never narrower than Wilson's on so many independent pairs, which is what remains where nothing, or
    everything, is an error.
    """
    if not len(pairs):
        return None
    exact = score_interval(int(what.sum()), len(pairs), level=level)
    drawn = percentile_interval(exact.estimate, share_draws(draws, pairs, what), level=level)
    return Interval(exact.estimate, float(np.fmin(drawn.low, exact.low)), float(np.fmax(drawn.high, exact.high)), level)


def upper_bound(draws: Draws, pairs: PersonPairs, what: NDArray[np.bool_]) -> float | None:
    """The share that is exceeded with a chance of at most 5 %; see `share_interval`."""
    found = share_interval(draws, pairs, what, level=0.9)
    return None if found is None else found.high
