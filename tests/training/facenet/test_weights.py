"""Published weights: found in caches, checked, and downloaded only when asked for."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from consentry.training.facenet import weights as facenet_weights
from consentry.training.facenet.weights import PUBLISHED, FacenetWeights, cache_folder, find_weights
from consentry.training.package_file import ThirdPartyFileError

CONTENT = b"not really weights"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("TORCH_HOME", raising=False)
    return tmp_path / "cache"


def refused(call) -> ThirdPartyFileError:  # type: ignore[no-untyped-def]
    with pytest.raises(ThirdPartyFileError) as caught:
        call()
    return caught.value


def test_weights_that_are_nowhere_say_where_to_get_and_put_them(caches: Path) -> None:
    error = refused(lambda: find_weights("vggface2"))
    assert error.code == "third_party.missing"
    assert PUBLISHED["vggface2"].address in error.remedy
    assert str(caches / "consentry" / "weights") in error.remedy
    assert not caches.exists()


@pytest.mark.parametrize("place", ["consentry/weights", "torch/checkpoints"])
def test_either_cache_will_do(caches: Path, place: str) -> None:
    path = caches / place / PUBLISHED["vggface2"].file
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    found = find_weights("vggface2")
    assert found.path == path
    error = refused(found.locate)
    assert error.code == "third_party.digest"
    assert DIGEST in error.message
    assert "VGGFace2" in found.source["licence"]


def test_the_cache_of_torch_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    path = tmp_path / "torch" / "checkpoints" / PUBLISHED["vggface2"].file
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    assert find_weights("vggface2").path == path


def test_without_a_pinned_digest_one_has_to_be_given(caches: Path) -> None:
    path = cache_folder() / PUBLISHED["casia-webface"].file
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    error = refused(find_weights("casia-webface").locate)
    assert f"--sha256 {DIGEST}" in error.remedy
    assert find_weights("casia-webface", sha256=DIGEST.upper()).locate() == path


def test_a_pinned_digest_cannot_be_talked_round(caches: Path) -> None:
    path = cache_folder() / PUBLISHED["vggface2"].file
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    assert refused(find_weights("vggface2", sha256=DIGEST).locate).code == "third_party.digest"


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.pt"
    assert refused(find_weights(str(path)).locate).code == "third_party.missing"
    path.write_bytes(CONTENT)
    assert refused(find_weights(str(path)).locate).code == "third_party.digest"
    assert refused(find_weights(str(path), sha256="0" * 64).locate).code == "third_party.digest"
    assert find_weights(str(path), sha256=DIGEST).locate() == path
    safe = FacenetWeights(tmp_path / "own.safetensors", None, {})
    safe.path.write_bytes(CONTENT)
    assert safe.locate() == safe.path


class TestDownload:
    @pytest.fixture
    def release(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The release as a folder, so that nothing touches the network."""
        folder = tmp_path / "release"
        folder.mkdir()
        (folder / PUBLISHED["vggface2"].file).write_bytes(CONTENT)
        monkeypatch.setattr(facenet_weights, "_RELEASE", folder.as_uri())
        return folder

    def test_what_is_downloaded_is_checked(self, release: Path) -> None:
        error = refused(lambda: find_weights("vggface2", download=True))
        assert error.code == "third_party.download"
        assert not list(cache_folder().iterdir())

    def test_and_kept(self, release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        pinned = replace(PUBLISHED["vggface2"], sha256=DIGEST)
        monkeypatch.setitem(PUBLISHED, "vggface2", pinned)  # type: ignore[misc]
        found = find_weights("vggface2", download=True)
        assert found.locate() == cache_folder() / pinned.file
        (release / pinned.file).write_bytes(b"")
        assert find_weights("vggface2", download=True).locate().read_bytes() == CONTENT

    def test_offline(self, release: Path) -> None:
        (release / PUBLISHED["vggface2"].file).rename(release / "away")
        assert refused(lambda: find_weights("vggface2", download=True)).code == "third_party.download"
