"""What every face embedder has to offer, whichever network is behind it."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from consentry.signals.faces.bands import Calibration


class FaceEmbedder(Protocol):
    """Turns faces into embeddings that are compared by L2 distance.

    Embeddings of embedders with different ids must not be compared; `consentry.signals.faces.templates` refuses to.
    """

    @property
    def id(self) -> str:
        """Name and version, ``name@version``: what templates of this embedder are marked with."""
        ...

    @property
    def calibration(self) -> Calibration | None:
        """What its distances mean; ``None`` until somebody has measured that."""
        ...

    def crop(
        self, picture: NDArray[np.uint8], box: NDArray[np.float32], points: NDArray[np.float32]
    ) -> NDArray[np.uint8]:
        """What it wants to see of a face, uint8 RGB: (S, S, 3), or several views of it, (K, S, S, 3).

        Args:
            picture: (H, W, 3) uint8 RGB.
            box: (4,) left, top, right, bottom in pixels.
            points: (5, 2) eyes, nose, corners of the mouth, in pixels.
        """
        ...

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Crops of `crop`, stacked, to embeddings (N, D)."""
        ...
