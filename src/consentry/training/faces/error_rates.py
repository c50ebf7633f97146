"""False match rate and true accept rate over all thresholds: EER, TAR at stated FMRs, the curves, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.training.measures.bootstrap import percentile_interval
from consentry.training.measures.identity_bootstrap import Draws, PersonPairs, Totals
from consentry.training.measures.intervals import Interval, score_interval

RATES: Final = (0.01, 0.001, 0.0001)
"""The FMRs at which the TAR is stated."""
LEAST: Final = 3
"""Impostor pairs that an FMR needs, times one over the FMR. With fewer, not even an error-free run would show with 95 %
confidence that the FMR is that low ("rule of three": Hanley and Lippman-Hand 1983)."""
_TAIL: Final = 0.05
"""Share of the impostor pairs, the nearest ones, that are drawn one by one; the rates asked for lie far below."""
_FULL: Final = 20_000
"""Up to so many, all of them are."""
_GRID: Final = 1500
ACCEPTS_ALL: Final = float(np.finfo(np.float64).max)
"""The threshold that accepts every pair in which both faces were found."""
_CELLS: Final = 4_000_000


@dataclass(frozen=True)
class ScoredPairs:
    """Pairs with their distances.

    Attributes:
        distances: (P,) infinite where a face was not found: such a pair is called two persons.
        same: (P,) whether they show one person.
        persons: Of the pairs.
    """

    distances: NDArray[np.float64]
    same: NDArray[np.bool_]
    persons: PersonPairs

    def __len__(self) -> int:
        return len(self.same)

    @property
    def genuine(self) -> ScoredPairs:
        """The pairs of one person."""
        return self.where(self.same)

    @property
    def impostors(self) -> ScoredPairs:
        """The pairs of two persons."""
        return self.where(~self.same)

    def where(self, kept: NDArray[np.bool_]) -> ScoredPairs:
        """Some of the pairs."""
        return ScoredPairs(self.distances[kept], self.same[kept], self.persons.where(kept))

    def nearest_first(self) -> ScoredPairs:
        """The same, by distance."""
        order = np.argsort(self.distances, kind="stable")
        persons = PersonPairs(self.persons.first[order], self.persons.second[order])
        return ScoredPairs(self.distances[order], self.same[order], persons)


@dataclass(frozen=True)
class AtRate:
    """What a threshold at a stated FMR gives.

    Attributes:
        rate: The FMR.
        threshold: The largest distance that is called one person.
        true_accept_rate: Share of the genuine pairs up to it.
    """

    rate: float
    threshold: Interval
    true_accept_rate: Interval


@dataclass(frozen=True)
class ErrorRates:
    """What pairs say of a matcher.

    Attributes:
        genuine: Number of pairs of one person.
        impostors: Number of pairs of two persons.
        eer: Where FMR and FNMR are equal; ``None`` if pairs of one kind are missing.
        at: By FMR; ``None`` where there are too few impostor pairs or no genuine one.
        curve: Points (FMR, TAR), with the interval of the TAR, for drawing; thinned.
    """

    genuine: int
    impostors: int
    eer: Interval | None
    at: dict[float, AtRate | None]
    curve: tuple[tuple[float, float, float, float], ...]


def threshold_at(impostors: NDArray[np.float64], rate: float) -> float:
    """The largest threshold at which at most this share of the impostor pairs is called one person.

    Args:
        impostors: Distances in ascending order.
        rate: The FMR.
    """
    index = math.floor(rate * len(impostors) + 1e-9)
    return float(np.nextafter(impostors[index], -np.inf)) if index < len(impostors) else ACCEPTS_ALL


def equal_error_rate(genuine: NDArray[np.float64], impostors: NDArray[np.float64]) -> float:
    """The mean of FMR and FNMR at the threshold where they differ least.

    Args:
        genuine: Distances in ascending order.
        impostors: The same.
    """
    distances = np.unique(np.concatenate([genuine, impostors]))
    # No threshold accepts a pair without a face.
    thresholds = np.concatenate([[-np.inf], distances[np.isfinite(distances)]])
    false_matches = np.searchsorted(impostors, thresholds, side="right") / len(impostors)
    false_non_matches = 1 - np.searchsorted(genuine, thresholds, side="right") / len(genuine)
    best = int(np.argmin(np.abs(false_matches - false_non_matches)))
    return float((false_matches[best] + false_non_matches[best]) / 2)


def error_rates(pairs: ScoredPairs, draws: Draws, *, rates: Sequence[float] = RATES) -> ErrorRates:
    """EER and TAR at stated FMRs, with 95 % intervals over drawn persons.

    In every draw the threshold is set anew, so that the interval of the TAR holds its uncertainty, too.

    Args:
        pairs: Of both kinds; figures that need what is missing are ``None``.
        draws: Of the persons.
        rates: FMRs.
    """
    genuine, impostors = pairs.genuine.nearest_first(), pairs.impostors.nearest_first()
    if not len(genuine) or not len(impostors):
        return ErrorRates(len(genuine), len(impostors), None, dict.fromkeys(rates), ())
    equal = equal_error_rate(genuine.distances, impostors.distances)
    grid = _grid(genuine.distances, impostors.distances, math.ceil(max(_TAIL, 2 * equal) * len(impostors)))
    false_matches = _rates(impostors, draws, grid)
    accepted = _rates(genuine, draws, grid)
    at: dict[float, AtRate | None] = {}
    for rate in rates:
        at[rate] = None
        if len(impostors) * rate + 1e-9 >= LEAST:
            threshold = threshold_at(impostors.distances, rate)
            tar = float(np.searchsorted(genuine.distances, threshold, side="right") / len(genuine))
            set_at, found = _drawn_at(grid, false_matches, accepted, rate)
            at[rate] = AtRate(
                rate, percentile_interval(threshold, set_at), _no_surer(percentile_interval(tar, found), len(genuine))
            )
    apart = np.abs(false_matches + accepted - 1)
    apart[np.isnan(apart)] = np.inf
    best = np.argmin(apart, axis=1)
    rows = np.arange(len(draws))
    drawn = (false_matches[rows, best] + 1 - accepted[rows, best]) / 2
    eer = _no_surer(percentile_interval(equal, drawn), min(len(genuine), len(impostors)))
    return ErrorRates(
        len(genuine), len(impostors), eer, at, _curve(genuine.distances, impostors.distances, grid, accepted)
    )


def accepted_in_draws(pairs: ScoredPairs, draws: Draws, *, rate: float) -> tuple[float, Totals] | None:
    """The TAR at a stated FMR, and in every draw, the threshold set anew; for comparing matchers on the same draws.

    Args:
        pairs: Of both kinds.
        draws: Of the persons.
        rate: The FMR.

    Returns:
        ``None`` with fewer impostor pairs than `LEAST` over the rate, or without a genuine one. NaN where a draw has no
        pair of a kind.
    """
    genuine, impostors = pairs.genuine.nearest_first(), pairs.impostors.nearest_first()
    if not len(genuine) or len(impostors) * rate + 1e-9 < LEAST:
        return None
    threshold = threshold_at(impostors.distances, rate)
    tar = float(np.searchsorted(genuine.distances, threshold, side="right") / len(genuine))
    grid = _grid(genuine.distances, impostors.distances, math.ceil(max(_TAIL, 2 * rate) * len(impostors)))
    found = _drawn_at(grid, _rates(impostors, draws, grid), _rates(genuine, draws, grid), rate)[1]
    return tar, found


def _no_surer(found: Interval, pairs: int) -> Interval:
    """Never narrower than Wilson's interval of a share of so many independent pairs; see `share_interval`."""
    exact = score_interval(round(found.estimate * pairs), pairs, level=found.level)
    return Interval(
        found.estimate,
        min(found.estimate, float(np.fmin(found.low, exact.low))),
        max(found.estimate, float(np.fmax(found.high, exact.high))),
        found.level,
    )


def _grid(genuine: NDArray[np.float64], impostors: NDArray[np.float64], tail: int) -> NDArray[np.float64]:
    """Thresholds at which draws are looked at: dense where few impostors are, up to the end of the tail."""
    tail = min(len(impostors), max(tail, _FULL))
    ranks = np.unique(np.concatenate([np.arange(min(tail, 300)), np.geomspace(1, tail, _GRID).astype(np.intp) - 1]))
    own = genuine[np.unique(np.linspace(0, len(genuine) - 1, _GRID).astype(np.intp))]
    below = np.nextafter(impostors[ranks], -np.inf)
    last = np.inf if tail == len(impostors) else impostors[tail - 1]
    grid = np.unique(np.concatenate([below, own, [last]]))
    kept: NDArray[np.float64] = grid[np.isfinite(grid) & (grid <= last)]
    return kept


def _rates(pairs: ScoredPairs, draws: Draws, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the pairs up to each threshold of the grid, in each draw: (draws, thresholds).

    Args:
        pairs: Of one kind, nearest first.
        draws: Of the persons.
        grid: Ascending.
    """
    upto = np.searchsorted(pairs.distances, grid, side="right")
    near = int(upto[-1]) if len(upto) else 0
    inside = PersonPairs(pairs.persons.first[:near], pairs.persons.second[:near])
    whole = pairs.persons.totals(draws)
    step = max(1, _CELLS // max(1, near))
    found = np.zeros((len(draws), len(grid)))
    for start in range(0, len(draws), step):
        summed = np.cumsum(inside.weights(draws[start : start + step]), axis=1, dtype=np.float64)
        summed = np.concatenate([np.zeros((len(summed), 1)), summed], axis=1)
        found[start : start + step] = summed[:, upto]
    rates: NDArray[np.float64] = np.divide(
        found, whole[:, None], out=np.full(found.shape, np.nan), where=whole[:, None] > 0
    )
    return rates


def _drawn_at(
    grid: NDArray[np.float64], false_matches: NDArray[np.float64], accepted: NDArray[np.float64], rate: float
) -> tuple[Totals, Totals]:
    """In each draw, the largest threshold at which the FMR is at most the rate, and the TAR there."""
    fine = (false_matches <= rate).sum(axis=1)
    index = np.maximum(fine - 1, 0)
    thresholds = np.where(fine > 0, grid[index], grid[0])
    found = np.where(fine > 0, accepted[np.arange(len(index)), index], 0.0)
    undefined = np.isnan(false_matches[:, 0]) | np.isnan(accepted[:, 0])
    return np.where(undefined, np.nan, thresholds), np.where(undefined, np.nan, found)


def _curve(
    genuine: NDArray[np.float64],
    impostors: NDArray[np.float64],
    grid: NDArray[np.float64],
    accepted: NDArray[np.float64],
) -> tuple[tuple[float, float, float, float], ...]:
    false_matches = np.searchsorted(impostors, grid, side="right") / len(impostors)
    found = np.searchsorted(genuine, grid, side="right") / len(genuine)
    defined = accepted[~np.isnan(accepted[:, 0])]
    low, high = np.quantile(defined if len(defined) else found[None], [0.025, 0.975], axis=0)
    # Where the FMR does not change, only the best threshold is worth drawing.
    last = np.flatnonzero(np.append(np.diff(false_matches) > 0, True))
    if len(last) > 240:
        spread = np.geomspace(max(false_matches[last[1]], 1e-9), 1, 240)
        last = np.unique(np.append(last[np.searchsorted(false_matches[last], spread).clip(0, len(last) - 1)], last[:1]))
    return tuple((float(false_matches[i]), float(found[i]), float(low[i]), float(high[i])) for i in last)
