"""How rare it is that two strangers' faces come near: the table behind the match band of pictures with many faces."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from consentry.training.faces.thresholds import Distances
from consentry.training.measures.intervals import binomial_interval

RATES: Final = tuple(digit * 10.0**power for power in range(-6, 0) for digit in (1, 2, 5))
"""False match rates of the table; the steps also keep what is published of a distance coarse."""


def false_match_table(impostor: Distances) -> list[list[float]]:
    """The largest distance at which strangers' pairs are surely rarer than each of `RATES`.

    "Surely": by the upper end of the one-sided 95 % interval (Clopper and Pearson 1934) of the share of pairs that are
    that near. Pairs that share a person are not independent, which the interval does not know. Rates too small for
    the number of pairs are left out.

    Args:
        impostor: Sorted distances of all pairs of two persons.

    Returns:
        Rows of distance and rate, both ascending, for ``thresholds.false_match_rates`` of ``model.json``.
    """
    rows: list[list[float]] = []
    for rate in RATES:
        within = _most_within(rate, len(impostor))
        if within is None or within >= len(impostor):
            continue
        # Distances under that of the next nearest pair have at most so many pairs within them.
        limit = math.floor(float(np.nextafter(impostor[within], -np.inf)) * 1e4) / 1e4
        if rows and limit <= rows[-1][0]:
            continue  # two rates with one distance: the smaller holds, and says more
        rows.append([limit, float(f"{rate:.0e}")])
    return rows


def _most_within(rate: float, pairs: int) -> int | None:
    """The largest count of pairs whose upper bound is still at most a rate; ``None`` if even none seen is too many."""
    if binomial_interval(0, pairs, level=0.9).high > rate:
        return None
    low, high = 0, int(rate * pairs)
    while low < high:
        middle = (low + high + 1) // 2
        if binomial_interval(middle, pairs, level=0.9).high <= rate:
            low = middle
        else:
            high = middle - 1
    return low
