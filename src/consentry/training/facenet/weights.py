"""Weights for InceptionResnetV1: published ones, checked against pinned digests, or a file of one's own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from consentry.runtime.model_folder import sha256_of
from consentry.training.package_file import ThirdPartyFileError

_RELEASE: Final = "https://github.com/timesler/facenet-pytorch/releases/download/v2.2.9"


@dataclass(frozen=True)
class PublishedWeights:
    """One file of facenet-pytorch's release.

    Attributes:
        sha256: ``None`` where no digest could be confirmed: then whoever uses the file has to give it.
        data: What the network was trained on; its terms are for whoever uses the weights to look at.
    """

    name: str
    file: str
    sha256: str | None
    data: str

    @property
    def address(self) -> str:
        """Where it can be downloaded."""
        return f"{_RELEASE}/{self.file}"


PUBLISHED: Final = {
    weights.name: weights
    for weights in (
        # The digest that ten unrelated public repositories state for this file.
        PublishedWeights(
            "vggface2",
            "20180402-114759-vggface2.pt",
            "281cebca8662831adb987a874bdcb36e73f5b1c6dc5ee5878f305e985625d99b",
            "VGGFace2",
        ),
        PublishedWeights("casia-webface", "20180408-102900-casia-webface.pt", None, "CASIA-WebFace"),
    )
}


@dataclass(frozen=True)
class FacenetWeights:
    """A file with weights, and what is known of it.

    Attributes:
        path: Where it lies.
        sha256: What it has to be; ``None`` for a safetensors file, from which nothing is unpickled.
        source: For ``model.json``.
    """

    path: Path
    sha256: str | None
    source: dict[str, str]

    def locate(self) -> Path:
        """The file, its digest checked.

        Raises:
            ThirdPartyFileError: ``third_party.missing`` or ``third_party.digest``.
        """
        if not self.path.is_file():
            raise ThirdPartyFileError(f"{self.path} is missing.", "Check the path.")
        found = sha256_of(self.path)
        if self.sha256 is None and self.path.suffix == ".safetensors":
            return self.path
        if self.sha256 is None:
            raise ThirdPartyFileError(
                f"Nothing is known of {self.path}; its SHA-256 is {found}.",
                f"If that is the file that you mean, give --sha256 {found}.",
                code="third_party.digest",
            )
        if found != self.sha256.lower():
            raise ThirdPartyFileError(
                f"{self.path} has another SHA-256 than {self.sha256[:12]}…: {found}.",
                "Get the file again; a file that differs is not loaded.",
                code="third_party.digest",
            )
        return self.path


def find_weights(given: str, *, sha256: str | None = None, download: bool = False) -> FacenetWeights:
    """Weights by their published name, or a file.

    A published file is looked for in the cache of Consentry and in that of facenet-pytorch. Nothing is downloaded
    unless asked for.

    Args:
        given: ``vggface2``, ``casia-webface``, or a path of a ``.pt`` or ``.safetensors`` file.
        sha256: What the file has to be; for a published one with a pinned digest it is not needed.
        download: Get a published file if it is in neither cache.

    Raises:
        ThirdPartyFileError: ``third_party.missing`` with the address and where to put the file,
            ``third_party.download`` if that fails.
    """
    published = PUBLISHED.get(given)
    if published is None:
        path = Path(given)
        return FacenetWeights(path, sha256, {"package": path.name, "version": "own file", "licence": "your own"})
    pinned = published.sha256 or sha256
    source = {
        "package": "facenet-pytorch",
        "version": "v2.2.9",
        "file": published.file,
        "licence": f"MIT for the code; trained on {published.data}, whose terms are for research",
        "credit": "Tim Esler, facenet-pytorch; ported from David Sandberg's facenet",
    }
    candidates = [folder / published.file for folder in (cache_folder(), _cache_of_facenet_pytorch())]
    there = next((path for path in candidates if path.is_file()), None)
    if there is None and download:
        there = _download(published, candidates[0], pinned)
    if there is None:
        raise ThirdPartyFileError(
            f"The weights {given} are in no cache here.",
            f"Give --download, or put the file from {published.address} into {candidates[0].parent}.",
        )
    return FacenetWeights(there, pinned, source)


def cache_folder() -> Path:
    """Where downloaded weights are kept: ``$XDG_CACHE_HOME/consentry/weights``."""
    return _caches() / "consentry" / "weights"


def _cache_of_facenet_pytorch() -> Path:
    home = os.environ.get("TORCH_HOME")
    return (Path(home) if home else _caches() / "torch") / "checkpoints"


def _caches() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _download(published: PublishedWeights, path: Path, sha256: str | None) -> Path:
    from torch.hub import download_url_to_file

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # It checks the digest before the file gets its name.
        download_url_to_file(published.address, str(path), hash_prefix=sha256, progress=False)
    except (OSError, RuntimeError, ValueError) as error:
        raise ThirdPartyFileError(
            f"The weights {published.name} could not be downloaded: {error}.",
            f"Get the file from {published.address} elsewhere, and put it into {path.parent}.",
            code="third_party.download",
        ) from error
    return path
