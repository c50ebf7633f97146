"""The gates of an embedder, by figures whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from consentry.training.faces.error_rates import ScoredPairs, accepted_in_draws, error_rates
from consentry.training.measures.bootstrap import percentile_interval
from consentry.training.measures.identity_bootstrap import PersonPairs, draw_persons

PERSONS = 120


def scored(spread: float, seed: int = 0) -> ScoredPairs:
    """All pairs of three pictures a person, from clusters: the wider they spread, the worse the embedder."""
    generator = np.random.default_rng(seed)
    who = np.repeat(np.arange(PERSONS, dtype=np.int32), 3)
    vectors = generator.normal(size=(PERSONS, 16))[who] + spread * generator.normal(size=(len(who), 16))
    i, j = np.triu_indices(len(who), 1)
    return ScoredPairs(np.linalg.norm(vectors[i] - vectors[j], axis=1), who[i] == who[j], PersonPairs(who[i], who[j]))


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    return draw_persons(PERSONS, repetitions=300)


@pytest.mark.parametrize("rate", [0.01, 0.001])
def test_the_rate_is_that_of_the_report(draws: np.ndarray, rate: float) -> None:
    pairs = scored(0.5)
    found, reported = accepted_in_draws(pairs, draws, rate=rate), error_rates(pairs, draws).at[rate]
    assert found is not None
    assert reported is not None
    tar, drawn = found
    assert tar == reported.true_accept_rate.estimate
    assert drawn.shape == (300,)
    assert abs(np.nanmean(drawn) - tar) < 0.03


def test_too_few_pairs_of_two_persons_say_nothing(draws: np.ndarray) -> None:
    pairs = scored(0.5)
    assert accepted_in_draws(pairs, draws, rate=1e-5) is None
    same = ScoredPairs(pairs.distances, np.zeros_like(pairs.same), pairs.persons)
    assert accepted_in_draws(same, draws, rate=0.01) is None


def gain(new: ScoredPairs, old: ScoredPairs, draws: np.ndarray) -> tuple[float, float, float]:
    tars = [accepted_in_draws(pairs, draws, rate=0.001) for pairs in (new, old)]
    assert tars[0] is not None
    assert tars[1] is not None
    (tar, drawn), (other, others) = tars[0], tars[1]
    found = percentile_interval(tar - other, drawn - others)
    return found.low, found.estimate, found.high


def test_a_gain_is_surer_on_the_same_draws(draws: np.ndarray) -> None:
    """Another spread around the same persons: what is hard for both cancels out."""
    low, estimate, high = gain(scored(0.45), scored(0.55), draws)
    assert 0 < low <= estimate <= high
    other = draw_persons(PERSONS, repetitions=300, seed=1)
    found = accepted_in_draws(scored(0.45), draws, rate=0.001)
    apart = accepted_in_draws(scored(0.55), other, rate=0.001)
    assert found is not None
    assert apart is not None
    wide = percentile_interval(estimate, found[1] - apart[1])
    assert high - low < wide.high - wide.low


def test_one_and_the_same_gains_nothing(draws: np.ndarray) -> None:
    assert gain(scored(0.5), scored(0.5), draws) == (0.0, 0.0, 0.0)
