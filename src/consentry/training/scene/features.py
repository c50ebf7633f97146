"""Features of pictures by a frozen backbone, computed once and kept on disk.

They are computed by the serving runtime from an exported graph of the backbone, with serving's own reading and
preprocessing: what the heads learn from is what they will see. On a CPU that is also several times faster than torch.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from consentry.runtime import Network, RuntimeSettings, load_network
from consentry.runtime.model_folder import sha256_of
from consentry.signals.scene.preprocessing import DESCRIPTION, network_batch
from consentry.training.data.manifest import Row
from consentry.training.data.pictures import Skipped, middle_frames
from consentry.training.progress import Progress, silent
from consentry.training.scene.backbone import DEVIATION, MEAN, Backbone, PooledNetwork, load_backbone
from consentry.training.scene.views import VIEWS
from consentry.writing import writing

Features = NDArray[np.float32]

_PICTURES_AT_ONCE = 32
_SAVE_EVERY = 2048


@dataclass(frozen=True)
class SceneFeatures:
    """Features of those rows of a manifest whose pictures could be read.

    Attributes:
        rows: Those rows, in their order.
        values: By view, shape (len(rows), channels).
        digests: SHA-256 of each row's file, by its path.
        skipped: Those that could not be read.
    """

    rows: tuple[Row, ...]
    values: dict[str, Features]
    digests: dict[Path, str]
    skipped: tuple[Skipped, ...]


class FeatureCache:
    """Features on disk, keyed by the digest of the picture's file, for one backbone, preprocessing and view.

    Work that was interrupted is taken up where it was last saved.
    """

    def __init__(self, folder: Path, backbone: Backbone, side: int, view: str) -> None:
        described = [backbone.sha256, backbone.architecture, side, MEAN, DEVIATION, DESCRIPTION, view]
        self.folder = folder / sha256(json.dumps(described).encode()).hexdigest()[:16]
        self._columns = backbone.features
        self._known: dict[str, Features] = {}
        if (self.folder / "features.npz").is_file():
            with np.load(self.folder / "features.npz", allow_pickle=False) as stored:
                self._known = dict(zip(stored["digests"].tolist(), stored["features"], strict=True))

    def __contains__(self, digest: str) -> bool:
        return digest in self._known

    def add(self, digests: Sequence[str], features: Features) -> None:
        """Take in features, without saving them yet."""
        self._known.update(zip(digests, features, strict=True))

    def gather(self, digests: Sequence[str]) -> Features:
        """Features of these files, shape (len(digests), channels)."""
        if not digests:
            return np.empty((0, self._columns), dtype=np.float32)
        return np.stack([self._known[digest] for digest in digests])

    def save(self) -> None:
        """Write everything known, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        digests = sorted(self._known)
        unfinished = self.folder / "unfinished.npz"
        with writing(self.folder):
            np.savez(unfinished, digests=np.array(digests), features=self.gather(digests))
            unfinished.replace(self.folder / "features.npz")


def backbone_graph(backbone: Backbone, side: int, folder: Path) -> Path:
    """The backbone as a graph that gives pooled features, exported into a folder unless it is there."""
    import torch

    from consentry.training.onnx_export import export_graph

    path = folder / f"{backbone.architecture}-{backbone.sha256[:12]}-{MEAN:g}-{DEVIATION:g}-{side}.onnx"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        example = torch.zeros((2, side, side, 3), dtype=torch.uint8)
        unfinished = path.with_suffix(".unfinished")
        export_graph(PooledNetwork(load_backbone(backbone)), unfinished, example, outputs=["features"])
        unfinished.replace(path)
    return path


def scene_features(
    rows: Sequence[Row],
    backbone: Backbone,
    *,
    side: int,
    views: Sequence[str],
    cache: Path,
    settings: RuntimeSettings,
    progress: Progress = silent,
) -> SceneFeatures:
    """Features of every picture in every view.

    Args:
        rows: Which pictures.
        backbone: One of ``scene_backbone.BACKBONES``.
        side: Pixels of the square that the backbone sees.
        views: Names of ``views.VIEWS``.
        cache: Folder that keeps graphs and features.
        settings: Where the backbone runs.
        progress: Told of every batch.

    Raises:
        ThirdPartyFileError: The backbone's weights are missing or not the pinned ones.
    """
    digests = {row.path: sha256_of(row.path) for row in rows if row.path.is_file()}
    caches = {view: FeatureCache(cache / "features", backbone, side, view) for view in views}
    skipped: dict[Path, Skipped] = {}
    todo: dict[str, Row] = {}
    for row in rows:
        digest = digests.get(row.path)
        if digest is None:
            skipped[row.path] = Skipped(row.name, "media.not_found", "There is no such file.")
        elif any(digest not in known for known in caches.values()):
            todo.setdefault(digest, row)
    if todo:
        network = load_network(backbone_graph(backbone, side, cache / "graphs"), settings)
        unreadable = _compute(todo, side, caches, network, progress)
        skipped.update({row.path: unreadable[digests[row.path]] for row in rows if digests.get(row.path) in unreadable})
    readable = tuple(row for row in rows if row.path not in skipped)
    wanted = [digests[row.path] for row in readable]
    return SceneFeatures(
        rows=readable,
        values={view: known.gather(wanted) for view, known in caches.items()},
        digests=digests,
        skipped=tuple(skipped[row.path] for row in rows if row.path in skipped),
    )


def _compute(
    todo: dict[str, Row], side: int, caches: dict[str, FeatureCache], network: Network, progress: Progress
) -> dict[str, Skipped]:
    """Fill the caches; gives the files that could not be read."""
    unreadable: dict[str, Skipped] = {}
    items = list(todo.items())
    unsaved = 0
    for start in range(0, len(items), _PICTURES_AT_ONCE):
        part = items[start : start + _PICTURES_AT_ONCE]
        pictures, skipped = middle_frames(part)
        unreadable |= skipped
        for view, known in caches.items():
            missing = [digest for digest in pictures if digest not in known]
            if missing:
                seen = [VIEWS[view](pictures[digest], int(digest[:12], 16)) for digest in missing]
                (features,) = network(network_batch(seen, side))
                known.add(missing, np.asarray(features, dtype=np.float32))
        unsaved += len(part)
        if unsaved >= _SAVE_EVERY or start + len(part) == len(items):
            for known in caches.values():
                known.save()
            unsaved = 0
        progress("features", start + len(part), len(items))
    return unreadable
