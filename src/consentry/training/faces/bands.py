"""What the bands and probabilities of a face model are worth on pairs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from consentry.training.faces.error_rates import ACCEPTS_ALL, ScoredPairs
from consentry.training.measures.bootstrap import percentile_interval
from consentry.training.measures.curves import ReliabilityBin
from consentry.training.measures.identity_bootstrap import Draws, ratio, share_interval, upper_bound
from consentry.training.measures.intervals import Interval, score_interval
from consentry.training.measures.metrics import calibration_bins

DIGITS: Final = 6
"""Of rates: an FMR is looked at down to 0.0001."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Bands:
    """Which band each pair falls into.

    Attributes:
        match: (P,) at most the match threshold apart, both faces usable.
        no_match: (P,) at least the no-match threshold apart, both faces usable.
        undetected: (P,) a face was not found; neither band.
    """

    match: Flags
    no_match: Flags
    undetected: Flags

    @classmethod
    def of(
        cls, distances: NDArray[np.float64], usable: Flags, *, match_at_most: float, no_match_at_least: float
    ) -> Bands:
        """By distances, infinite without a face, and whether both faces are usable."""
        found = np.isfinite(distances)
        return cls(
            found & usable & (distances <= match_at_most),
            found & usable & (distances >= no_match_at_least),
            ~found,
        )

    @property
    def inconclusive(self) -> Flags:
        """(P,) between the thresholds, or a face is not usable."""
        return ~(self.match | self.no_match | self.undetected)


def with_ends(name: str, interval: Interval | None, digits: int = DIGITS) -> dict[str, float | None]:
    """A figure and the ends of its interval under three names, for JSON; ``None`` for what is undefined."""
    ends = (math.nan,) * 3 if interval is None else (interval.estimate, interval.low, interval.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), (rounded(end, digits) for end in ends), strict=True))


def rounded(value: float | None, digits: int = DIGITS) -> float | None:
    """For a record; ``None`` for what is not a finite number, and for a threshold that accepts everything."""
    return None if value is None or not abs(value) < ACCEPTS_ALL else round(value, digits)


def band_figures(pairs: ScoredPairs, bands: Bands, draws: Draws) -> dict[str, Any]:
    """Error rates of the bands, as they stand in the evaluation's JSON.

    Args:
        pairs: With their persons.
        bands: Of the same pairs.
        draws: Of the persons.

    Returns:
        ``match``: ``false_match_rate`` (impostor pairs called a match) with its 95 % interval and
        ``false_match_rate_upper``, the one-sided bound, and ``true_accept_rate``. ``no_match``:
        ``false_non_match_rate`` (genuine pairs called two persons; a face that was not found leads to ``no_face``, not
        to this band) and ``impostors_excluded``. ``inconclusive``: the share of the genuine and of the impostor pairs.
        ``undetected``: the same for pairs without a face.
    """
    genuine, impostor = pairs.same, ~pairs.same

    def share(what: Flags, among: Flags) -> Interval | None:
        return share_interval(draws, pairs.persons.where(among), what[among])

    def upper(what: Flags, among: Flags) -> float | None:
        return rounded(upper_bound(draws, pairs.persons.where(among), what[among]))

    return {
        "match": {
            **with_ends("false_match_rate", share(bands.match, impostor)),
            "false_match_rate_upper": upper(bands.match, impostor),
            "false_matches": int((bands.match & impostor).sum()),
            **with_ends("true_accept_rate", share(bands.match, genuine)),
        },
        "no_match": {
            **with_ends("false_non_match_rate", share(bands.no_match, genuine)),
            "false_non_match_rate_upper": upper(bands.no_match, genuine),
            "false_non_matches": int((bands.no_match & genuine).sum()),
            **with_ends("impostors_excluded", share(bands.no_match, impostor)),
        },
        "inconclusive": {
            **with_ends("genuine", share(bands.inconclusive, genuine)),
            **with_ends("impostors", share(bands.inconclusive, impostor)),
        },
        "undetected": {
            **with_ends("genuine", share(bands.undetected, genuine)),
            **with_ends("impostors", share(bands.undetected, impostor)),
        },
    }


@dataclass(frozen=True)
class Reliability:
    """How stated probabilities compare with what is so.

    Attributes:
        ece: Over 15 bins of equal width; ``None`` without pairs of both kinds.
        bins: Those that have pairs.
        pairs: That have a probability.
    """

    ece: Interval | None
    bins: tuple[ReliabilityBin, ...]
    pairs: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "pairs": self.pairs,
            **with_ends("ece", self.ece, 4),
            "reliability": [
                {name: rounded(getattr(found, name), 4) for name in ("stated", "observed", "low", "high", "n")}
                for found in self.bins
            ],
        }


def reliability_of(pairs: ScoredPairs, probability: Callable[[float], float], draws: Draws) -> Reliability:
    """ECE and reliability of the probabilities of pairs in which both faces were found.

    Probabilities are stated at even prior odds, so pairs of either kind weigh half, however many they are.

    Args:
        pairs: Any.
        probability: From a distance to the probability that it is one person.
        draws: Of the persons.
    """
    there = pairs.where(np.isfinite(pairs.distances))
    stated = np.array([probability(float(distance)) for distance in there.distances])
    if not len(there) or there.same.all() or not there.same.any():
        return Reliability(None, (), len(there))
    index = calibration_bins(stated)
    genuine, impostor = there.same, ~there.same
    weights = np.where(genuine, 0.5 / genuine.sum(), 0.5 / impostor.sum())
    bins, off, drawn_off = [], 0.0, np.zeros(len(draws))
    totals = {kind: there.persons.where(flags).totals(draws) for kind, flags in ((True, genuine), (False, impostor))}
    for number in np.unique(index):
        inside = index == number
        weight = float(weights[inside].sum())
        mean = float((weights * stated)[inside].sum() / weight)
        observed = float(weights[inside & genuine].sum() / weight)
        exact = score_interval(round(observed * int(inside.sum())), int(inside.sum()))
        bins.append(
            ReliabilityBin(mean, observed, min(exact.low, observed), max(exact.high, observed), int(inside.sum()))
        )
        off += weight * abs(observed - mean)
        missed = there.persons.where(inside & genuine).totals(draws, (1 - stated)[inside & genuine])
        claimed = there.persons.where(inside & impostor).totals(draws, stated[inside & impostor])
        drawn_off += np.abs(ratio(missed, totals[True]) - ratio(claimed, totals[False])) / 2
    return Reliability(percentile_interval(off, drawn_off), tuple(bins), len(there))
