from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from consentry.training.scene.network import SceneNetwork, SceneOutputs, head_logits, label_log_odds
from consentry.training.scene.targets import Label

LABELS = (Label("coast", "neutral"), Label("bedroom", "private"), Label("bath", "private"), Label("m", "public_event"))


class Cells(nn.Module):
    """A feature map that is the picture itself, in cells of 2 x 2 pixels."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return nn.functional.avg_pool2d(pixels.permute(0, 3, 1, 2).float(), 2)


def outputs(seed: int, mixture: float = 0.5) -> SceneOutputs:
    generator = np.random.default_rng(seed)
    weights, biases = generator.normal(size=(7, 3)) / 64, generator.normal(size=7)
    return SceneOutputs(LABELS, weights, biases, np.array([[1 - mixture, mixture], [0.7, 0.1]]))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_it_computes_what_the_outputs_say_and_its_maps_average_to_it(seed: int, mixture: float) -> None:
    found = outputs(seed, mixture)
    pixels = np.random.default_rng(seed).integers(0, 256, (3, 8, 6, 3), dtype=np.uint8)
    with torch.inference_mode():
        logits, maps, crowd, labels = SceneNetwork(Cells(), found).eval()(torch.from_numpy(pixels))
    pooled = pixels.astype(np.float32).mean((1, 2))
    linear = found.linear(pooled)
    assert logits.numpy() == pytest.approx(head_logits(linear, LABELS, found.mixture), abs=1e-3)
    assert maps.shape == (3, 3, 4, 3)
    assert maps[:, :2].mean((2, 3)).numpy() == pytest.approx(logits.numpy(), abs=1e-3)
    assert maps[:, 2].mean((1, 2)).numpy() == pytest.approx(linear[:, -1], abs=1e-3)
    assert crowd[:, 0].numpy() == pytest.approx(linear[:, -1], abs=1e-3)
    shares = np.exp(linear[:, :4]) / np.exp(linear[:, :4]).sum(1, keepdims=True)
    assert labels.numpy() == pytest.approx(shares, abs=1e-4)


def test_log_odds_of_a_context_are_those_of_its_labels_together() -> None:
    logits = np.log(np.array([[0.4, 0.3, 0.2, 0.1]]))
    private, event = label_log_odds(logits, LABELS)[0]
    assert private == pytest.approx(np.log(0.5 / 0.5))
    assert event == pytest.approx(np.log(0.1 / 0.9))


def test_a_picture_that_is_surely_something_stays_finite() -> None:
    found = outputs(0)
    sure = SceneOutputs(LABELS, found.weights * 0, np.array([-500.0, 500, -500, -500, 0, 0, 0]), found.mixture)
    with torch.inference_mode():
        logits, maps, _, _ = SceneNetwork(Cells(), sure).eval()(torch.zeros((1, 4, 4, 3), dtype=torch.uint8))
    assert torch.isfinite(logits).all()
    assert torch.isfinite(maps).all()
    assert logits[0, 0] > 5 > 0 > logits[0, 1]
