"""dlib's network in torch against dlib itself."""

from __future__ import annotations

import dlib
import numpy as np
import pytest
import torch

from consentry.training.faces.dlib_network import DLIB_WEIGHTS, load_dlib_face_network
from consentry.training.package_file import PackageFile, ThirdPartyFileError


@pytest.fixture(scope="module")
def chips() -> np.ndarray:
    smooth = np.linspace(0, 255, 150).astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (3, 150, 150, 3), dtype=np.uint8)
    return np.concatenate([noise, np.broadcast_to(smooth[None, :, None, None], (1, 150, 150, 3))])


def test_embeddings_are_dlibs(chips: np.ndarray) -> None:
    original = dlib.face_recognition_model_v1(str(DLIB_WEIGHTS.locate()))
    expected = np.array(original.compute_face_descriptor(list(chips)))
    with torch.inference_mode():
        found = load_dlib_face_network()(torch.from_numpy(chips)).numpy()
    assert found.shape == (4, 128)
    assert np.abs(found - expected).max() < 1e-5


def test_a_file_that_differs_is_not_loaded(tmp_path) -> None:
    copy = tmp_path / "weights.dat"
    copy.write_bytes(bytes([1]) + DLIB_WEIGHTS.locate().read_bytes()[:-1])
    with pytest.raises(ThirdPartyFileError) as raised:
        load_dlib_face_network(copy)
    assert raised.value.code == "third_party.digest"
    with pytest.raises(ThirdPartyFileError) as raised:
        load_dlib_face_network(tmp_path / "gone.dat")
    assert raised.value.code == "third_party.missing"


def test_a_package_that_is_not_installed_is_named_with_its_version() -> None:
    absent = PackageFile("no-such-package", "1.2.3", "nothing", "x.bin", "0" * 64, "MIT", "nobody")
    with pytest.raises(ThirdPartyFileError, match=r"no-such-package==1\.2\.3"):
        absent.locate()
    assert absent.source()["file"] == "nothing/x.bin"
