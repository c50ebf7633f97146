"""The choice among outputs."""

from __future__ import annotations

import numpy as np
import pytest
from labelled_rows import joined, rows

from consentry.signals.scene.scorer import HEADS
from consentry.training.measures.metrics import area_under_curve
from consentry.training.scene.choice import choose_outputs
from consentry.training.scene.heads import fit_outputs


def test_sources_it_has_not_seen_have_a_say_in_the_choice() -> None:
    training = joined(rows(300, 2), rows(300, 3, source="b", misleading=True))
    validation = rows(200, 4)
    _, alone = choose_outputs(training, validation, strengths=[1.0, 1e-5], transfer_sources=[])
    calls: list[None] = []
    outputs, both = choose_outputs(
        training,
        validation,
        strengths=[1.0, 1e-5],
        transfer_sources=["b", "nowhere"],
        told=lambda: calls.append(None),
    )
    assert [candidate.strength for candidate in both] == [1e-5, 1.0]
    assert len(calls) == 2 * 3
    assert set(both[0].transfer_auc["b"]) == set(HEADS)
    assert both[0].transfer_auc["nowhere"] == {}
    assert alone[1].transfer_auc == {}
    for candidate in both:
        expected = [(candidate.validation_auc[head] + candidate.transfer_auc["b"][head]) / 2 for head in HEADS]
        assert candidate.criterion == pytest.approx(np.mean(expected))
    best = max(both, key=lambda candidate: candidate.criterion)
    assert outputs.weights == pytest.approx(fit_outputs(training, strength=best.strength).weights)
    assert both[0].described()["C"] == 1e-5
    for head in HEADS:
        ((truth, probabilities),) = both[0].by_head[head]
        assert len(truth) == 300  # the rows of "b" alone
        assert both[0].transfer_auc["b"][head] == area_under_curve(truth, probabilities)
        assert 0.0 < probabilities.min() < probabilities.max() < 1.0
    assert alone[0].by_head == {head: [] for head in HEADS}


def test_a_source_that_training_cannot_do_without_is_passed_over() -> None:
    training = joined(rows(200, 2), rows(100, 3, source="b"))
    only = training.subset((training.targets.sources == "b") | (training.targets.label == 0))
    _, (candidate,) = choose_outputs(only, rows(100, 4), strengths=[0.01], transfer_sources=["b"])
    assert candidate.transfer_auc == {}
