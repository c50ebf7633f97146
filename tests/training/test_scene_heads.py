from __future__ import annotations

import numpy as np
import pytest

from consentry.scene.scorer import HEADS
from consentry.training.metrics import area_under_curve
from consentry.training.scene_config import HeadSettings
from consentry.training.scene_heads import (
    LabelledFeatures,
    choose_outputs,
    fit_outputs,
    mixture_of,
)
from consentry.training.scene_network import head_logits, label_log_odds
from consentry.training.scene_targets import Label, Targets

LABELS = (Label("street", "neutral"), Label("bedroom", "private"), Label("match", "public_event"))
CONTEXTS = np.array([[0, 0], [1, 0], [0, 1]], dtype=np.float32)


def rows(count: int, seed: int, source: str = "a", *, misleading: bool = False) -> LabelledFeatures:
    """Rows whose first three channels tell the label, and channel 3 too, but the wrong one in misleading sources."""
    generator = np.random.default_rng(seed)
    label = generator.integers(0, 3, count)
    features = generator.normal(size=(count, 6)).astype(np.float32)
    features[np.arange(count), label] += 2
    features[:, 3] += 4 * (label == (0 if misleading else 1))
    people = np.where(label == 2, 10.0 ** (1 + features[:, 5] / 4), np.nan).astype(np.float32)
    targets = Targets(LABELS, label.astype(np.int64), CONTEXTS[label], people, label == 2, np.array([source] * count))
    return LabelledFeatures({"original": features}, targets)


def joined(*parts: LabelledFeatures) -> LabelledFeatures:
    targets = [part.targets for part in parts]
    return LabelledFeatures(
        {"original": np.concatenate([part.plain for part in parts])},
        Targets(
            LABELS,
            np.concatenate([part.label for part in targets]),
            np.concatenate([part.contexts for part in targets]),
            np.concatenate([part.people for part in targets]),
            np.concatenate([part.counted for part in targets]),
            np.concatenate([part.sources for part in targets]),
        ),
    )


def test_labels_contexts_and_people_are_learned() -> None:
    training, unseen = rows(600, 0), rows(300, 1)
    outputs = fit_outputs(training, strength=0.1)
    found = outputs.linear(unseen.plain)
    assert found.shape == (300, 3 + len(HEADS) + 1)
    assert (found[:, :3].argmax(axis=1) == unseen.targets.label).mean() > 0.8
    heads = head_logits(found, LABELS, outputs.mixture)
    for place in range(len(HEADS)):
        truth = unseen.targets.contexts[:, place] > 0.5
        assert heads[truth, place].mean() > heads[~truth, place].mean() + 1
    counted = unseen.targets.counted
    error = np.abs(found[counted, -1] - np.log10(unseen.targets.people[counted] + 1))
    assert error.mean() < 0.18  # the spread of the noise is 0.25


def test_folded_weights_do_not_depend_on_the_scale_of_channels() -> None:
    training = rows(400, 0)
    scale = np.array([1, 8, 0.5, 1, 5, 2], dtype=np.float32)
    moved = LabelledFeatures({"original": training.plain * scale + 3}, training.targets)
    plain, scaled = fit_outputs(training, strength=0.1), fit_outputs(moved, strength=0.1)
    assert scaled.linear(moved.plain) == pytest.approx(plain.linear(training.plain), abs=2e-2)


def test_a_channel_that_never_fires_in_training_is_not_trusted_when_it_does() -> None:
    training = rows(400, 0)
    features = training.plain.copy()
    features[:, 4] = 0.0
    features[0, 4] = 1e-3
    outputs = fit_outputs(LabelledFeatures({"original": features}, training.targets), strength=1.0)
    loud = features[:1].copy()
    loud[0, 4] = 1.0
    assert np.abs(outputs.linear(loud) - outputs.linear(features[:1])).max() < 5.0


def test_views_share_the_weight_of_their_picture() -> None:
    training = rows(300, 1)
    twice = LabelledFeatures({**training.features, "again": training.plain}, training.targets)
    one, other = fit_outputs(training, strength=0.01), fit_outputs(twice, strength=0.01)
    assert other.linear(training.plain) == pytest.approx(one.linear(training.plain), abs=1e-2)


def test_a_label_that_was_left_out_is_never_predicted() -> None:
    training = rows(300, 1)
    without = training.subset(training.targets.label != 0)
    found = fit_outputs(without, strength=0.1).linear(rows(100, 2).plain)
    assert set(found[:, :3].argmax(axis=1)) == {1, 2}
    assert (found[:, 0] < found[:, 1:3].min(axis=1)).all()


def test_without_counts_the_crowd_output_is_flat() -> None:
    training = rows(200, 3)
    targets = Targets(
        LABELS,
        training.targets.label,
        training.targets.contexts,
        np.full(200, np.nan, np.float32),
        np.zeros(200, np.bool_),
        training.targets.sources,
    )
    found = fit_outputs(LabelledFeatures(training.features, targets), strength=0.1).linear(training.plain)
    assert np.abs(found[:, -1]).max() == 0


def test_the_mixture_gives_both_parts_the_spread_that_their_shares_say() -> None:
    training = rows(400, 0)
    for share in (0.0, 0.25, 1.0):
        outputs = fit_outputs(training, strength=0.1, settings=HeadSettings(direct_share=share))
        found = outputs.linear(training.plain)
        mixture = mixture_of(found, training.targets, direct_share=share)
        assert mixture == pytest.approx(outputs.mixture)
        from_labels = mixture[:, 0] * label_log_odds(found[:, :3], LABELS)
        assert from_labels.std(axis=0) == pytest.approx([1 - share] * 2, abs=1e-6)
        assert (mixture[:, 1] * found[:, 3:5]).std(axis=0) == pytest.approx([share] * 2, abs=1e-6)


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
