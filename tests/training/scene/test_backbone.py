from __future__ import annotations

import csv
from pathlib import Path

import pytest
import torch

from consentry.signals.scene.preprocessing import network_batch
from consentry.training.data.pictures import read_frames
from consentry.training.errors import TrainingError
from consentry.training.package_file import ThirdPartyFileError
from consentry.training.scene.backbone import BACKBONES, PooledNetwork, load_backbone, tensors_in_order

LITE2 = BACKBONES["efficientnet_lite2"]
BEARSKIN, BALLPLAYER = 439, 981
"""ImageNet's numbers for the hat of a marching band and for a baseball player."""


def test_another_file_than_the_pinned_one_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(b"not the weights")
    with pytest.raises(ThirdPartyFileError) as caught:
        load_backbone(LITE2, weights=path)
    assert caught.value.code == "third_party.digest"


def test_tensors_go_by_order_and_have_to_fit() -> None:
    expected = {"stem.weight": torch.zeros(2, 3), "stem.bias": torch.zeros(2)}
    found = {"a.weight": torch.ones(2, 3), "a.bias": torch.ones(2)}
    assert list(tensors_in_order(expected, found)) == ["stem.weight", "stem.bias"]
    for wrong in (
        {"a.weight": torch.ones(2, 3)},
        {"a.weight": torch.ones(3, 2), "a.bias": torch.ones(2)},
        {"a.weight": torch.ones(2, 3), "a.running_mean": torch.ones(2)},
    ):
        with pytest.raises(TrainingError, match="The weights have"):
            tensors_in_order(expected, wrong)


def test_the_network_is_deterministic_and_in_evaluation_mode() -> None:
    network = load_backbone(LITE2)
    assert not network.training
    pixels = torch.rand(1, 3, LITE2.side, LITE2.side, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        first, second = network(pixels), network(pixels)
    assert torch.equal(first, second)
    assert first.shape == (1, LITE2.features)


@pytest.mark.shared
@pytest.mark.parametrize(("label", "number"), [("BandMarching", BEARSKIN), ("baseball_field", BALLPLAYER)])
def test_obvious_pictures_are_recognised(shared_data: Path, label: str, number: int) -> None:
    """Wrong normalisation, colour order or order of tensors would not survive this."""
    scenes = shared_data / "scenes"
    with (scenes / "manifest.csv").open(encoding="utf-8") as stream:
        paths = [row["path"] for row in csv.DictReader(stream) if row["label"] == label][:40:4]
    batch = network_batch([read_frames(scenes / path)[0] for path in paths], LITE2.side)
    features = PooledNetwork(load_backbone(LITE2))
    classifier = list(torch.load(LITE2.weights.locate(), weights_only=True).values())[-2:]
    with torch.inference_mode():
        logits = torch.nn.functional.linear(features(torch.from_numpy(batch)), *classifier)
    assert (logits.argmax(1) == number).float().mean().item() >= 0.4
