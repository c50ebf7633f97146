"""Figures by group, and how far groups are apart."""

from __future__ import annotations

import numpy as np
import pytest

from consentry.training.faces.bands import Bands
from consentry.training.faces.error_rates import ScoredPairs
from consentry.training.faces.groups import GroupedPairs, compared, group_figures, in_order
from consentry.training.faces.pair_sets import PairIndices
from consentry.training.measures.identity_bootstrap import PersonPairs, draw_persons, share_interval


def test_a_group_for_which_it_works_less_well_is_seen() -> None:
    """Persons of the group b are accepted half as often; pairs of one group match three times as often as others."""
    generator = np.random.default_rng(0)
    persons = 400
    groups = np.array(["a", "b"])[np.repeat(np.arange(persons) % 2, 2)]
    groups[:4] = ""
    i = np.concatenate([np.arange(0, 2 * persons, 2), generator.integers(0, 2 * persons, 4000)])
    j = np.concatenate([np.arange(1, 2 * persons, 2), generator.integers(0, 2 * persons, 4000)])
    same = i // 2 == j // 2
    chance = np.where(same, np.where(groups[i] == "b", 0.45, 0.9), np.where(groups[i] == groups[j], 0.03, 0.01))
    distances = np.where(generator.random(len(i)) < chance, 0.2, 0.6)
    indices = PairIndices(i.astype(np.int32), j.astype(np.int32), same)
    pairs = ScoredPairs(distances, same, PersonPairs((i // 2).astype(np.int32), (j // 2).astype(np.int32)))
    bands = Bands.of(distances, np.ones(len(i), np.bool_), match_at_most=0.5, no_match_at_least=0.9)
    grouped = GroupedPairs.of(groups, indices, pairs, bands)
    found = group_figures(grouped, groups, found=np.ones(2 * persons, np.bool_), draws=draw_persons(persons))
    misses = found["compared"]["false_non_match_rate"]
    assert (misses["highest"], misses["lowest"]) == ("b", "a")
    assert misses["ratio_low"] > 2
    assert misses["difference_low"] > 0.3
    matches = found["compared"]["false_match_rate"]
    assert matches["ratio_low"] < 1.5 < matches["ratio_high"] * 2
    assert found["across"]["a with b"]["false_match_rate"] < found["groups"]["a"]["false_match_rate"]
    assert found["unknown"] == 4
    assert found["compared"]["wrongly_excluded"]["ratio"] is None
    for group in ("a", "b"):
        inside = (groups[i] == group) & (groups[j] == group)
        expected = (distances[inside & ~same] <= 0.5).mean()
        assert found["groups"][group]["false_match_rate"] == pytest.approx(expected, abs=1e-6)


def test_equal_groups_are_compared_with_each_other() -> None:
    zero = share_interval(draw_persons(50), PersonPairs(*[np.arange(50, dtype=np.int32)] * 2), np.zeros(50, np.bool_))
    found = compared({"a": 0.0, "b": 0.0}, lambda _: zero, lambda _: np.zeros(10))
    assert (found["highest"], found["lowest"], found["difference"], found["ratio"]) == ("a", "b", 0.0, None)
    assert found["difference_low"] == -found["difference_high"] < -0.05
    unknown = compared({"a": 0.2, "b": 0.1}, lambda _: None, lambda group: np.full(10, 0.2 if group == "a" else 0.1))
    assert (unknown["difference_low"], unknown["ratio"], unknown["ratio_high"]) == (None, 2.0, 2.0)


def test_groups_with_numbers_are_in_their_order() -> None:
    assert in_order(np.array(["18-39", "3-12", "", "unknown", "0-2", "3-12"])) == ["0-2", "3-12", "18-39", "unknown"]
