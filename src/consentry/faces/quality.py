"""How much a face gives to go by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.records import FaceQuality


@dataclass(frozen=True)
class QualityFloor:
    """Below either number a face is not usable. Both come from ``model.json``; the card says how they were found.

    Attributes:
        width_pixels: Width of the face box in the published picture.
        sharpness: See `sharpness`.
    """

    width_pixels: int
    sharpness: float


def sharpness(chip: NDArray[np.uint8]) -> float:
    """Variance of the Laplacian of the aligned grey face (Pech-Pacheco et al. 2000), on the 0-255 scale.

    The border is left out: an aligned face that reaches beyond its picture has a sharp edge there that is not its own.
    """
    grey = chip[25:-25, 25:-25].astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    inner = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inner
    return float(laplacian.var())


def assess_quality(box: NDArray[np.float32], chip: NDArray[np.uint8], scale: float, floor: QualityFloor) -> FaceQuality:
    """Quality of one face.

    Args:
        box: (4,), in pixels of the decoded picture.
        chip: The aligned face.
        scale: Decoded pixels per published pixel.
        floor: What it is held against.
    """
    width = max(0, round(float(box[2] - box[0]) / scale))
    sharp = round(sharpness(chip), 1)
    return FaceQuality(
        width_pixels=width,
        sharpness=sharp,
        usable=width >= floor.width_pixels and sharp >= floor.sharpness,
    )
