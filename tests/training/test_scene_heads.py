from __future__ import annotations

import numpy as np
import pytest

from consentry.training.scene_heads import TrainingRows, balancing_weights, choose_head, fit_head


def rows(count: int, seed: int, source: str = "a", shift: float = 0.0) -> TrainingRows:
    """Rows in which channel 0 tells the class everywhere and channel 1 only in sources without a shift."""
    generator = np.random.default_rng(seed)
    truth = generator.random(count) < 0.3
    features = generator.normal(size=(count, 6)).astype(np.float32)
    features[:, 0] += 1.5 * truth
    features[:, 1] += 4 * (truth if shift == 0 else ~truth)
    return TrainingRows({"original": features}, truth, np.array([source] * count))


def joined(*parts: TrainingRows) -> TrainingRows:
    return TrainingRows(
        {"original": np.concatenate([part.features["original"] for part in parts])},
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.sources for part in parts]),
    )


def test_classes_weigh_the_same_and_sources_are_softened() -> None:
    truth = np.array([True] * 10 + [False] * 90)
    sources = np.array(["a"] * 5 + ["b"] * 5 + ["a"] * 80 + ["b"] * 10)
    for power, expected in ((0.0, 80 / 10), (0.5, (80 / 10) ** 0.5), (1.0, 1.0)):
        weights = balancing_weights(truth, sources, source_power=power)
        assert weights.mean() == pytest.approx(1.0)
        assert weights[truth].sum() == pytest.approx(weights[~truth].sum())
        assert weights[10:90].sum() / weights[90:].sum() == pytest.approx(expected)


def test_folded_weights_do_not_depend_on_the_scale_of_channels() -> None:
    training = rows(400, 0)
    weights = np.ones(400)
    plain = fit_head(training.features["original"], training.truth, weights, strength=0.1)
    scale = np.array([1, 8, 0.5, 1, 5, 2], dtype=np.float32)
    moved = training.features["original"] * scale + 3
    scaled = fit_head(moved, training.truth, weights, strength=0.1)
    assert scaled.logits(moved) == pytest.approx(plain.logits(training.features["original"]), abs=2e-3)


def test_a_channel_that_never_fires_in_training_is_not_trusted_when_it_does() -> None:
    training = rows(400, 0)
    features = training.features["original"].copy()
    features[:, 5] = 0.0
    features[0, 5] = 1e-3
    head = fit_head(features, training.truth, np.ones(400), strength=1.0)
    loud = features[:1].copy()
    loud[0, 5] = 1.0
    assert abs(head.logits(loud)[0] - head.logits(features[:1])[0]) < 5.0


def test_views_share_the_weight_of_their_picture() -> None:
    training = rows(300, 1)
    twice = TrainingRows(
        {**training.features, "again": training.features["original"]}, training.truth, training.sources
    )
    one = training.fit(strength=0.01, source_power=0.5)
    other = twice.fit(strength=0.01, source_power=0.5)
    assert other.weights == pytest.approx(one.weights, abs=1e-4)


def test_sources_it_has_not_seen_have_a_say_in_the_choice() -> None:
    training = joined(rows(500, 2), rows(500, 3, source="b", shift=1))
    validation = rows(200, 4)
    _, alone = choose_head(training, validation, strengths=[1.0, 1e-5], source_power=0.5, transfer_sources=[])
    calls: list[None] = []
    head, both = choose_head(
        training,
        validation,
        strengths=[1.0, 1e-5],
        source_power=0.5,
        transfer_sources=["b", "nowhere"],
        told=lambda: calls.append(None),
    )
    assert [candidate.strength for candidate in both] == [1e-5, 1.0]
    assert len(calls) == 2
    assert set(both[0].transfer_auc) == {"b"}
    assert alone[1].transfer_auc == {}
    for candidate in both:
        assert candidate.criterion == pytest.approx((candidate.validation_auc + candidate.transfer_auc["b"]) / 2)
    assert head.strength == max(both, key=lambda candidate: candidate.criterion).strength
    assert both[0].described()["C"] == 1e-5
