"""Loading InceptionResnetV1 from files, and nothing but tensors from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from facenet_pytorch import InceptionResnetV1
from facenet_pytorch.models.utils.detect_face import extract_face
from PIL import Image
from small_faces import tiny_network
from torch import nn

from consentry.runtime.model_folder import sha256_of
from consentry.signals.faces.facenet import SIDE, crop_face
from consentry.training.errors import TrainingError
from consentry.training.facenet.network import FacenetNetwork, load_network, save_network
from consentry.training.facenet.weights import find_weights
from consentry.training.package_file import ThirdPartyFileError


def weights_of(path: Path):  # type: ignore[no-untyped-def]
    return find_weights(str(path), sha256=sha256_of(path))


def test_published_files_carry_a_classifier_that_is_left_out(tmp_path: Path) -> None:
    network = InceptionResnetV1(classify=False).eval()
    path = tmp_path / "published.pt"
    torch.save({**network.state_dict(), "logits.weight": torch.ones(3, 512), "logits.bias": torch.ones(3)}, path)
    loaded = load_network(weights_of(path))
    pixels = torch.randint(0, 256, (2, SIDE, SIDE, 3), dtype=torch.uint8)
    with torch.inference_mode():
        expected = network((pixels.permute(0, 3, 1, 2).float() - 127.5) / 128)
        found = FacenetNetwork(loaded)(pixels)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(2))


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> nn.Module:
    """InceptionResnetV1 takes seconds to make."""
    monkeypatch.setattr("consentry.training.facenet.network.new_network", tiny_network)
    return tiny_network()


def test_safetensors_come_back(tiny: nn.Module, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_network(tiny, path)
    loaded = load_network(find_weights(str(path)))
    assert all(torch.equal(value, loaded.state_dict()[name]) for name, value in tiny.state_dict().items())


def test_a_digest_that_differs_is_not_loaded(tiny: nn.Module, tmp_path: Path) -> None:
    torch.save(tiny.state_dict(), tmp_path / "weights.pt")
    with pytest.raises(ThirdPartyFileError):
        load_network(find_weights(str(tmp_path / "weights.pt"), sha256="0" * 64))


class Spy:
    ran = False

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return setattr, (Spy, "ran", True)


def test_a_pickle_with_code_in_it_is_refused_and_not_run(tiny: nn.Module, tmp_path: Path) -> None:
    path = tmp_path / "evil.pt"
    torch.save({"conv": Spy()}, path)
    with pytest.raises(TrainingError) as caught:
        load_network(weights_of(path))
    assert caught.value.code == "training.weights"
    assert not Spy.ran


@pytest.mark.parametrize("name", ["other.pt", "other.safetensors", "list.pt", "junk.pt", "junk.safetensors"])
def test_files_that_hold_something_else(tiny: nn.Module, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.startswith("junk"):
        path.write_bytes(b"junk" * 100)
    elif name == "list.pt":
        torch.save([torch.ones(2)], path)
    elif name == "other.pt":
        torch.save({"weight": torch.ones(2)}, path)
    else:
        save_network(nn.Linear(2, 2), path)
    with pytest.raises(TrainingError) as caught:
        load_network(weights_of(path))
    assert caught.value.code == "training.weights"


@pytest.mark.parametrize("box", [(30, 20, 110, 130), (-9.7, -3.2, 60.4, 70.9), (150.2, 100.1, 230.7, 190.9)])
def test_faces_are_cut_as_facenet_pytorch_cuts_them(box: tuple[float, ...]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (160, 200, 3), dtype=np.uint8)
    # It hands out colours first, 0 to 255.
    expected = extract_face(Image.fromarray(picture), list(box), image_size=SIDE).permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(crop_face(picture, np.array(box, np.float32)), expected)


def test_a_box_beyond_the_picture_still_gives_a_face() -> None:
    picture = np.full((20, 20, 3), 7, np.uint8)
    assert (crop_face(picture, np.array([30, 30, 40, 40], np.float32)) == 7).all()
