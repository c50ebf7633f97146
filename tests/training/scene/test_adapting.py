"""Outputs of a trained model, fitted to further rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled_rows import LABELS, rows
from scipy.special import softmax

from consentry.signals.scene.scorer import HEADS
from consentry.training.measures.metrics import area_under_curve
from consentry.training.scene.adapting import adapt_outputs
from consentry.training.scene.choice import choose_outputs
from consentry.training.scene.config import HeadSettings
from consentry.training.scene.heads import LabelledFeatures, fit_outputs, moments
from consentry.training.scene.network import SceneOutputs, head_logits
from consentry.training.scene.weights import label_weights

SETTINGS = HeadSettings(crowd_strength=1.0)


@pytest.fixture(scope="module")
def start() -> SceneOutputs:
    """Fitted where channel 3 misleads."""
    return fit_outputs(rows(400, 1, misleading=True), strength=0.01)


def distance(one: SceneOutputs, other: SceneOutputs) -> float:
    return float(np.linalg.norm(one.weights[:-1] - other.weights[:-1]))


def auc(outputs: SceneOutputs, part: LabelledFeatures, place: int) -> float:
    logits = head_logits(outputs.linear(part.plain), outputs.labels, outputs.mixture)
    return area_under_curve(part.targets.contexts[:, place] > 0.5, logits[:, place])


def test_it_learns_and_goes_the_farther_the_less_it_is_held(start: SceneOutputs) -> None:
    few, others = rows(40, 2), rows(400, 3)
    assert adapt_outputs(start, few, strength=0.0, settings=SETTINGS) is start
    adapted = [adapt_outputs(start, few, strength=strength, settings=SETTINGS) for strength in (1e-9, 0.001, 0.01, 0.1)]
    apart = [distance(outputs, start) for outputs in adapted]
    assert apart == sorted(apart)
    assert apart[0] < 1e-5
    for place in range(len(HEADS)):
        assert auc(adapted[-1], others, place) > auc(start, others, place)


def test_many_rows_move_it_farther_than_few(start: SceneOutputs) -> None:
    few, many = (adapt_outputs(start, rows(count, 2), strength=0.01, settings=SETTINGS) for count in (20, 400))
    assert distance(few, start) < distance(many, start)


@given(st.integers(0, 1000), st.sampled_from([0.001, 0.02, 0.3]))
def test_the_labels_weights_are_where_loss_and_penalty_balance(seed: int, strength: float) -> None:
    """The gradient of C times the weighted loss plus half the squared distance is zero there."""
    training = rows(60, seed)
    start = fit_outputs(rows(60, seed + 1), strength=0.01)
    adapted = adapt_outputs(start, training, strength=strength, settings=SETTINGS)
    mean, deviation = moments(training.plain)
    count = len(LABELS)
    moved = (adapted.weights - start.weights)[:count] * deviation
    bias = (adapted.biases - start.biases)[:count] + (adapted.weights - start.weights)[:count] @ mean
    weights = label_weights(training.targets, power=SETTINGS.label_power)
    left = softmax(adapted.linear(training.plain)[:, :count], axis=1)
    left[np.arange(len(left)), training.targets.label] -= 1
    left *= weights[:, None]
    design = (training.plain - mean) / deviation
    assert strength * (left.T @ design) + moved == pytest.approx(0, abs=2e-3)
    assert strength * left.sum(0) + bias == pytest.approx(0, abs=2e-3)


def test_what_the_rows_say_nothing_of_stays(start: SceneOutputs) -> None:
    part = rows(60, 5)
    homes = part.subset(part.targets.label < 2)  # no event, and nobody counted
    adapted = adapt_outputs(start, homes, strength=0.1, settings=SETTINGS)
    event = len(LABELS) + HEADS.index("public_event")
    for place in (event, -1):
        assert adapted.weights[place] == pytest.approx(start.weights[place], abs=0)
        assert adapted.biases[place] == start.biases[place]
    assert adapted.mixture is start.mixture
    assert distance(adapted, start) > 0


def test_counted_rows_correct_the_number_of_people(start: SceneOutputs) -> None:
    part, others = rows(60, 6), rows(300, 7)
    counted = others.targets.counted
    truth = np.log10(others.targets.people[counted] + 1)
    wrong = SceneOutputs(start.labels, start.weights, start.biases + np.eye(len(start.biases))[-1], start.mixture)
    adapted = adapt_outputs(wrong, part, strength=0.01, settings=SETTINGS)
    before, after = (np.abs(outputs.linear(others.plain)[counted, -1] - truth).mean() for outputs in (wrong, adapted))
    assert after < before / 2


def test_the_choice_goes_by_the_loss_and_may_leave_everything_as_it_is(start: SceneOutputs) -> None:
    validation = rows(200, 9)
    outputs, candidates = choose_outputs(
        rows(60, 8), validation, strengths=[0.0, 0.01], transfer_sources=[], settings=SETTINGS, start=start
    )
    assert candidates[0].validation_loss is not None
    assert candidates[0].criterion == -candidates[0].validation_loss
    assert candidates[1].criterion > candidates[0].criterion
    assert "validation_loss" in candidates[0].described()
    assert distance(outputs, start) > 0
    # Rows like those that it was trained on have nothing to teach it; labels at random would only spoil it.
    spoilt = rows(60, 8)
    shuffled = np.random.default_rng(0).permutation(60)
    spoilt = LabelledFeatures(spoilt.features, spoilt.targets.subset(shuffled))
    same, _ = choose_outputs(
        spoilt, rows(200, 9, misleading=True), strengths=[0.0, 0.3], transfer_sources=[], settings=SETTINGS, start=start
    )
    assert same is start
