"""Aligned faces to embeddings."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from consentry.runtime import ModelFolder, Network, RuntimeSettings, load_network


class FaceEmbedder(Protocol):
    """Turns aligned faces into embeddings that are compared by L2 distance.

    Embeddings of embedders with different ids must not be compared.
    """

    @property
    def id(self) -> str:
        """Name and version."""
        ...

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Aligned faces, (N, 150, 150, 3) uint8 RGB, to embeddings (N, D)."""
        ...


class DlibEmbedder:
    """dlib's face network on the serving runtime: the mean embedding of a face and its mirror image."""

    def __init__(self, folder: ModelFolder, settings: RuntimeSettings) -> None:
        self.id = f"dlib-resnet@{folder.version}"
        # A face and its mirror image, and those of one reference photo, make four rows: a quarter faster than alone.
        self._network: Network = load_network(folder.file("embedding"), settings, rows=4)

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embeddings, (N, 128); not of unit length."""
        (embeddings,) = self._network(np.concatenate([chips, chips[:, :, ::-1]]))
        straight, mirrored = np.split(embeddings.astype(np.float32, copy=False), 2)
        return (straight + mirrored) / np.float32(2.0)
