from __future__ import annotations

import numpy as np
import pytest
from labelled_rows import LABELS, rows

from consentry.signals.scene.scorer import HEADS
from consentry.training.scene.config import HeadSettings
from consentry.training.scene.heads import (
    LabelledFeatures,
    fit_outputs,
    mixture_of,
)
from consentry.training.scene.network import head_logits, label_log_odds
from consentry.training.scene.targets import Targets


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
