"""Aligned faces to embeddings."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.runtime import ModelFolder, Network, RuntimeSettings, load_network
from consentry.signals.faces.alignment import CHIP_SIZE, align
from consentry.signals.faces.bands import Calibration
from consentry.signals.faces.embedders import FaceEmbedder

__all__ = ["DlibEmbedder", "FaceEmbedder"]


ZOOMS: Final = (0.92, 1.08)
"""The face is embedded at these sizes; each and its mirror image count the same. Chosen on development pairs, see
docs/faces.md."""


LENGTH_POWER: Final = 0.25
"""An embedding is divided by its length to this power: 0 leaves it as dlib has it, 1 gives it unit length. Chosen on
development pairs such that false matches are as frequent among women as among men (as labelled there), see
docs/faces.md."""


class DlibEmbedder:
    """dlib's face network on the serving runtime: the mean embedding of a face at two sizes and of its mirror images.

    Embeddings are shortened by a part of their length (`LENGTH_POWER`). dlib compares them as they come, but their
    length says more about the picture than about the person; all of it gone, women are mistaken for other women two and
    a half times as often as men for other men.

    Attributes:
        id: Name and version of the model folder.
        calibration: ``None`` while the folder has no thresholds yet.
    """

    def __init__(self, folder: ModelFolder, settings: RuntimeSettings) -> None:
        self.id = f"dlib-resnet@{folder.version}"
        self.calibration: Calibration | None = Calibration.if_measured(folder.manifest)
        self._network: Network = load_network(folder.file("embedding"), settings, rows=4)

    def crop(
        self, picture: NDArray[np.uint8], box: NDArray[np.float32], points: NDArray[np.float32]
    ) -> NDArray[np.uint8]:
        """The aligned face at each of `ZOOMS`, (2, 150, 150, 3); see `align`."""
        del box  # the points say more
        return np.stack([align(picture, points, zoom=zoom) for zoom in ZOOMS])

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Crops, (N, K, 150, 150, 3), to embeddings, (N, 128)."""
        # The four of a face stand together: they are one request of the runtime.
        both = np.stack([chips, chips[..., ::-1, :]], axis=1)
        (embeddings,) = self._network(both.reshape(-1, CHIP_SIZE, CHIP_SIZE, 3))
        by_face = embeddings.astype(np.float32, copy=False).reshape(len(chips), 2 * chips.shape[1], embeddings.shape[1])
        means = by_face.mean(axis=1)
        shortened: NDArray[np.float32] = means / np.linalg.norm(means, axis=1, keepdims=True) ** LENGTH_POWER
        return shortened
