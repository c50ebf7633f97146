"""Thresholds that were set at stated FMRs on other pairs, tried on the pairs at hand: what a threshold is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consentry.training.faces.bands import rounded, with_ends
from consentry.training.faces.error_rates import LEAST, RATES, ScoredPairs, threshold_at
from consentry.training.measures.identity_bootstrap import Draws, share_interval


@dataclass(frozen=True)
class SetThreshold:
    """A threshold that was set on other pairs.

    Attributes:
        rate: The FMR that it was set at.
        distance: The largest that is called one person.
        impostors: How many impostor pairs it was set on.
    """

    rate: float
    distance: float
    impostors: int


def set_thresholds(pairs: ScoredPairs, *, rates: Sequence[float] = RATES) -> dict[float, SetThreshold | None]:
    """The thresholds at stated FMRs on some pairs; ``None`` where there are too few impostor pairs."""
    impostors = pairs.impostors.nearest_first().distances
    return {
        rate: SetThreshold(rate, threshold_at(impostors, rate), len(impostors))
        if len(impostors) * rate + 1e-9 >= LEAST
        else None
        for rate in rates
    }


def tried(thresholds: Mapping[float, SetThreshold | None], pairs: ScoredPairs, draws: Draws) -> dict[str, Any]:
    """What thresholds give on other pairs than they were set on: by FMR, the TAR and the FMR with their intervals."""
    genuine, impostors = pairs.genuine, pairs.impostors
    return {
        rate_key(rate): None
        if found is None
        else {
            "threshold": rounded(found.distance, 4),
            "set_on_impostors": found.impostors,
            **with_ends(
                "true_accept_rate", share_interval(draws, genuine.persons, genuine.distances <= found.distance)
            ),
            **with_ends(
                "false_match_rate", share_interval(draws, impostors.persons, impostors.distances <= found.distance)
            ),
        }
        for rate, found in thresholds.items()
    }


def rate_key(rate: float) -> str:
    """An FMR as a key of the JSON, such as ``0.001``."""
    return f"{rate:f}".rstrip("0")
