"""facenet-pytorch's InceptionResnetV1 as an exported graph, for those who have weights for it or train their own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from consentry.runtime import ModelFolder, Network, RuntimeSettings, load_network
from consentry.signals.faces.bands import Calibration

SIDE = 160
"""Pixels of a face as the network was trained on."""


def crop_face(picture: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The box of a face, (160, 160, 3) uint8 RGB, as ``facenet_pytorch.extract_face`` cuts it with a margin of 0.

    Args:
        picture: (H, W, 3) uint8 RGB.
        box: (4,) left, top, right, bottom in pixels; cut at the border of the picture.
    """
    from PIL import Image

    height, width = picture.shape[:2]
    left, top = (int(max(float(value), 0.0)) for value in box[:2])
    right, bottom = int(min(float(box[2]), width)), int(min(float(box[3]), height))
    # A box that reaches out of the picture by all its length has no pixel of its own.
    left, top = min(left, width - 1), min(top, height - 1)
    part = Image.fromarray(picture[top : max(bottom, top + 1), left : max(right, left + 1)])
    return np.asarray(part.resize((SIDE, SIDE), Image.Resampling.BILINEAR))


class FacenetEmbedder:
    """InceptionResnetV1 on the serving runtime: embeddings of unit length, 512 numbers.

    Attributes:
        id: Name and version of the model folder.
        calibration: ``None`` until the folder has been calibrated on pairs.
    """

    def __init__(self, folder: ModelFolder, settings: RuntimeSettings) -> None:
        self.id = f"{folder.name}@{folder.version}"
        self.calibration: Calibration | None = Calibration.if_measured(folder.manifest)
        self._network: Network = load_network(folder.file("embedding"), settings)

    def crop(
        self, picture: NDArray[np.uint8], box: NDArray[np.float32], points: NDArray[np.float32]
    ) -> NDArray[np.uint8]:
        """The box of the face; see `crop_face`."""
        del points  # the network was trained on boxes
        return crop_face(picture, box)

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embeddings, (N, 512), of unit length."""
        (embeddings,) = self._network(chips)
        return embeddings.astype(np.float32, copy=False)
