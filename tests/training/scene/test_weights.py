from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.training.data.manifest import Row
from consentry.training.scene.targets import Label, labels_of, targets_of
from consentry.training.scene.weights import (
    PRESUMED_WEIGHT,
    balancing_weights,
    crowd_steps,
    label_weights,
    people_weights,
)


def row(context: str, fine: str = "", people: int | None = None) -> Row:
    return Row(Path("x.jpg"), "x.jpg", context, "train", "", "source", people, fine)


MANY = [row("private", "bedroom")] * 4 + [row("public_event", "match", 300)] * 4 + [row("neutral", "coast")] * 4


def test_counted_people_outweigh_presumed_ones() -> None:
    targets = targets_of([*MANY, row("neutral", "coast", 7)], labels_of(MANY, least=3), {"coast": 0})
    weights = people_weights(targets)
    assert weights[[0, 4, 8, 12]].tolist() == pytest.approx([0, 1, PRESUMED_WEIGHT, 1])


def test_frequent_labels_are_weighed_down() -> None:
    rows = [row("private", "bedroom")] * 16 + [row("neutral", "coast")] * 4
    targets = targets_of(rows, (Label("coast", "neutral"), Label("bedroom", "private")))
    weights = label_weights(targets, power=0.5)
    assert weights.mean() == pytest.approx(1)
    assert weights[-1] / weights[0] == pytest.approx(2)


def test_crowd_steps_are_factors_of_three() -> None:
    assert crowd_steps(np.log10(np.array([0, 1, 5, 20, 60, 500]) + 1.0)).tolist() == [0, 0, 1, 2, 3, 4]


def test_in_each_step_contexts_come_closer() -> None:
    """Busy streets are rare next to busy matches; they count for more, so that busy alone says less."""
    rows = [row("public_event", "match")] * 64 + [row("public_place", "street")] * 4 + [row("neutral", "coast")] * 64
    labels = (Label("coast", "neutral"), Label("match", "public_event"), Label("street", "public_place"))
    targets = targets_of(rows, labels)
    steps = np.array([4] * 68 + [0] * 64)
    weights = label_weights(targets, power=0.0, steps=steps, crowd_power=0.5)
    assert weights.mean() == pytest.approx(1)
    assert weights[64] / weights[0] == pytest.approx(4)
    assert weights[-1] == pytest.approx(weights[0])
    assert label_weights(targets, power=0.0, steps=steps).tolist() == pytest.approx([1] * len(rows))
    head = balancing_weights(targets.contexts[:, 1] > 0.5, targets.sources, source_power=0, steps=steps, crowd_power=1)
    assert head[64:68].sum() == pytest.approx(head[68:].sum())


def test_classes_weigh_the_same_and_sources_are_softened() -> None:
    truth = np.array([True] * 10 + [False] * 90)
    sources = np.array(["a"] * 5 + ["b"] * 5 + ["a"] * 80 + ["b"] * 10)
    for power, expected in ((0.0, 80 / 10), (0.5, (80 / 10) ** 0.5), (1.0, 1.0)):
        weights = balancing_weights(truth, sources, source_power=power)
        assert weights.mean() == pytest.approx(1.0)
        assert weights[truth].sum() == pytest.approx(weights[~truth].sum())
        assert weights[10:90].sum() / weights[90:].sum() == pytest.approx(expected)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=2, max_size=60), st.floats(0, 1), st.floats(0, 1))
def test_whatever_is_balanced_the_classes_keep_half_each(
    rows: list[tuple[bool, int]], source_power: float, crowd_power: float
) -> None:
    truth = np.array([False, True, *(is_it for is_it, _ in rows)])
    steps = np.array([0, 0, *(step for _, step in rows)])
    sources = np.array(["a", "b"] * len(truth))[: len(truth)]
    weights = balancing_weights(truth, sources, source_power=source_power, steps=steps, crowd_power=crowd_power)
    assert (weights > 0).all()
    assert weights[truth].sum() == pytest.approx(len(truth) / 2)
    assert weights[~truth].sum() == pytest.approx(len(truth) / 2)
