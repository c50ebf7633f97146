"""Bands and stated probabilities against what simulated pairs really are."""

from __future__ import annotations

import numpy as np
import pytest

from consentry.training.faces.bands import Bands, band_figures, reliability_of
from consentry.training.faces.error_rates import ScoredPairs
from consentry.training.measures.identity_bootstrap import PersonPairs, draw_persons


def simulated(persons: int = 300, seed: int = 0) -> tuple[ScoredPairs, np.ndarray]:
    """Listed pairs, as many of either kind, whose probability is known: logistic in the distance."""
    generator = np.random.default_rng(seed)
    who = np.arange(persons, dtype=np.int32)
    same = who % 2 == 0
    distances = np.where(same, 0.4, 0.8) + generator.normal(0, 0.08, persons)
    return ScoredPairs(
        distances, same, PersonPairs(who, np.where(same, who, (who + 1) % persons).astype(np.int32))
    ), draw_persons(persons, repetitions=200)


def probability(distance: float) -> float:
    """True odds of two normal distributions of equal spread."""
    return float(1 / (1 + np.exp((distance - 0.6) * 0.4 / 0.08**2)))


def test_true_probabilities_are_reliable_and_false_ones_are_not() -> None:
    pairs, draws = simulated()
    good = reliability_of(pairs, probability, draws)
    assert good.ece is not None
    assert good.ece.estimate < 0.03
    assert sum(found.n for found in good.bins) == good.pairs == 300
    timid = reliability_of(pairs, lambda distance: 0.5 + 0.2 * (probability(distance) - 0.5), draws)
    assert timid.ece is not None
    assert timid.ece.low > 0.3
    # Even odds are what probabilities are stated at: twice as many genuine pairs change nothing.
    genuine = np.flatnonzero(pairs.same)
    rows = np.concatenate([np.arange(300), genuine])
    twice = ScoredPairs(
        pairs.distances[rows], pairs.same[rows], PersonPairs(pairs.persons.first[rows], pairs.persons.second[rows])
    )
    again = reliability_of(twice, probability, draws)
    assert again.ece is not None
    assert again.ece.estimate == pytest.approx(good.ece.estimate)
    assert reliability_of(pairs.genuine, probability, draws).ece is None


def test_bands_share_out_all_pairs() -> None:
    pairs, draws = simulated()
    pairs.distances[0] = np.inf
    usable = np.ones(300, np.bool_)
    usable[2] = False
    bands = Bands.of(pairs.distances, usable, match_at_most=0.5, no_match_at_least=0.7)
    assert np.array_equal(
        bands.match.astype(int) + bands.no_match + bands.undetected + bands.inconclusive, np.ones(300)
    )
    assert bands.undetected[0]
    assert bands.inconclusive[2]
    figures = band_figures(pairs, bands, draws)
    total = (
        figures["match"]["true_accept_rate"] + figures["no_match"]["false_non_match_rate"]
        + figures["inconclusive"]["genuine"] + figures["undetected"]["genuine"]
    )  # fmt: skip
    assert total == pytest.approx(1, abs=1e-5)
    assert (
        figures["match"]["false_match_rate"]
        <= figures["match"]["false_match_rate_upper"]
        <= figures["match"]["false_match_rate_high"]
    )
