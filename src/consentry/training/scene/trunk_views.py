"""What the frozen part of a network (its trunk) makes of every look at every picture, computed once and kept on disk.

Fine-tuning then only runs the part that learns. The trunk runs in the serving runtime, which is several times faster
than torch on a processor. With nothing frozen the looks themselves are kept, and the whole network learns.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.runtime import Network, RuntimeSettings, load_network
from consentry.training.data.manifest import Row
from consentry.training.data.pictures import Skipped, middle_frames
from consentry.training.progress import Progress, silent
from consentry.training.scene.augmentation import DESCRIPTION, look
from consentry.training.scene.backbone import Backbone, Trunk, load_backbone
from consentry.writing import write_text, writing

_PICTURES_AT_ONCE: Final = 32


class TrunkViews:
    """The trunk's outputs for one view: a growing file of rows and the list of the files that they belong to.

    Only rows whose digest is in the list count, so that a process killed while it writes leaves nothing half done.
    """

    def __init__(self, folder: Path, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> None:
        self.folder, self.shape, self.dtype = folder, shape, dtype
        folder.mkdir(parents=True, exist_ok=True)
        self._list, self._rows = folder / "digests.txt", folder / "rows.bin"
        self._list.touch()
        self._rows.touch()
        listed = self._list.read_text(encoding="ascii").split("\n")[:-1]  # a last line without its end was cut off
        whole = min(len(listed), self._rows.stat().st_size // self._row_bytes)
        self._place = {digest: place for place, digest in enumerate(listed[:whole])}
        write_text(self._list, "".join(f"{digest}\n" for digest in listed[:whole]))
        with self._rows.open("r+b") as stream:
            stream.truncate(whole * self._row_bytes)

    @property
    def _row_bytes(self) -> int:
        return int(np.prod(self.shape)) * self.dtype.itemsize

    def __contains__(self, digest: str) -> bool:
        return digest in self._place

    def append(self, digests: Sequence[str], rows: NDArray[np.generic]) -> None:
        """Keep rows of shape (len(digests), *shape), but those that are kept already."""
        new = [index for index, digest in enumerate(digests) if digest not in self._place]
        rows, digests = np.asarray(rows)[new], [digests[index] for index in new]
        with writing(self.folder):
            with self._rows.open("ab") as stream:
                stream.write(np.ascontiguousarray(rows, dtype=self.dtype).tobytes())
            with self._list.open("a", encoding="ascii") as stream:
                stream.writelines(f"{digest}\n" for digest in digests)
        for digest in digests:
            self._place[digest] = len(self._place)

    def rows(self) -> NDArray[np.generic]:
        """All rows, mapped from disk."""
        if not self._place:
            return np.empty((0, *self.shape), dtype=self.dtype)
        return np.memmap(self._rows, dtype=self.dtype, mode="r", shape=(len(self._place), *self.shape))

    def places(self, digests: Sequence[str]) -> NDArray[np.intp]:
        """Where each file's row is."""
        return np.array([self._place[digest] for digest in digests], dtype=np.intp)


@dataclass(frozen=True)
class KeptViews:
    """All views of some pictures.

    Attributes:
        views: By name.
        skipped: By digest, files that could not be read.
    """

    views: dict[str, TrunkViews]
    skipped: dict[str, Skipped]


def keep_views(
    rows: Sequence[Row],
    digests: Sequence[str],
    backbone: Backbone,
    *,
    side: int,
    frozen_stages: int,
    views: Sequence[str],
    cache: Path,
    settings: RuntimeSettings,
    progress: Progress = silent,
) -> KeptViews:
    """Compute what is missing of the trunk's outputs; work that was interrupted goes on where it stopped.

    Args:
        rows: The pictures.
        digests: SHA-256 of each picture's file.
        backbone: One of ``scene_backbone.BACKBONES``.
        side: Pixels of the square that the network sees.
        frozen_stages: How many of the backbone's stages the trunk has; 0 keeps the looks themselves.
        views: Names from ``augmentation.view_names``.
        cache: The folder that keeps graphs and views.
        settings: Where the trunk runs.
        progress: Told of every batch.

    Raises:
        ThirdPartyFileError: The backbone's weights are missing or not the pinned ones.
    """
    network: Network | None = None
    shape: tuple[int, ...] = (side, side, 3)
    dtype: np.dtype[np.generic] = np.dtype(np.uint8)
    if frozen_stages:
        network = load_network(_trunk_graph(backbone, side, frozen_stages, cache / "graphs"), settings)
        (probe,) = network(np.zeros((1, side, side, 3), dtype=np.uint8))
        shape, dtype = tuple(probe.shape[1:]), np.dtype(np.float16)
    kept = {view: TrunkViews(_folder(cache, backbone, side, frozen_stages, view), shape, dtype) for view in views}
    todo: dict[str, Row] = {}
    for digest, row in zip(digests, rows, strict=True):
        if any(digest not in view for view in kept.values()):
            todo.setdefault(digest, row)
    items = list(todo.items())
    skipped: dict[str, Skipped] = {}
    for start in range(0, len(items), _PICTURES_AT_ONCE):
        pictures, unreadable = middle_frames(items[start : start + _PICTURES_AT_ONCE])
        skipped |= unreadable
        for name, view in kept.items():
            missing = [digest for digest in pictures if digest not in view]
            if missing:
                seen = np.stack([look(pictures[d], name, side=side, seed=int(d[:12], 16)) for d in missing])
                view.append(missing, seen if network is None else network(seen)[0])
        progress("views", min(start + _PICTURES_AT_ONCE, len(items)), len(items))
    return KeptViews(kept, skipped)


def _folder(cache: Path, backbone: Backbone, side: int, frozen_stages: int, view: str) -> Path:
    described = [backbone.sha256, backbone.architecture, side, frozen_stages, view, DESCRIPTION]
    return cache / "views" / sha256(json.dumps(described).encode()).hexdigest()[:16]


def _trunk_graph(backbone: Backbone, side: int, stages: int, folder: Path) -> Path:
    import torch

    from consentry.training.onnx_export import export_graph

    path = folder / f"{backbone.architecture}-{backbone.sha256[:12]}-trunk-{stages}-{side}.onnx"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        example = torch.zeros((2, side, side, 3), dtype=torch.uint8)
        unfinished = path.with_suffix(".unfinished")
        export_graph(Trunk(load_backbone(backbone), stages), unfinished, example, outputs=["trunk"])
        unfinished.replace(path)
    return path
