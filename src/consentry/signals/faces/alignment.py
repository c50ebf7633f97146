"""From five points to an upright face of 150 x 150 pixels, by a similarity transform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CHIP_SIZE = 150
"""Side of an aligned face, in pixels."""

_MIDDLE = np.array([CHIP_SIZE / 2, CHIP_SIZE / 2])

TEMPLATE = np.array(
    [[47.81, 45.96], [102.18, 45.96], [74.80, 78.40], [50.99, 105.50], [98.77, 105.65]], dtype=np.float64
)
"""Where MTCNN's five points belong on the aligned face: their mean place on faces that dlib's own landmarks aligned."""


def similarity_to_picture(points: NDArray[np.float32]) -> NDArray[np.float64]:
    """The similarity transform from the aligned face to the picture that fits five points best (least squares).

    With points as complex numbers, the scaled rotation is ``sum(conj(z) w) / sum(|z|^2)`` over centred points
    (Umeyama 1991, for two dimensions, without reflection).

    Args:
        points: (5, 2), x and y in the picture.

    Returns:
        (2, 3): picture = matrix @ (x, y, 1) of the aligned face.
    """
    z = TEMPLATE @ np.array([1.0, 1.0j])
    w = points.astype(np.float64) @ np.array([1.0, 1.0j])
    centred = z - z.mean()
    turn = np.sum(centred.conj() * (w - w.mean())) / np.sum(np.abs(centred) ** 2)
    shift = w.mean() - turn * z.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def align(picture: NDArray[np.uint8], points: NDArray[np.float32], *, zoom: float = 1.0) -> NDArray[np.uint8]:
    """The aligned face, (150, 150, 3) uint8 RGB; black where it reaches beyond the picture.

    A face larger than 150 pixels is shrunk before it is turned, so that nothing aliases. Pixels are interpolated
    linearly, as dlib does: cubic interpolation costs 0.3 points of TAR (docs/faces.md).

    Args:
        picture: (H, W, 3) uint8 RGB.
        points: (5, 2), x and y in pixels.
        zoom: Above 1 the face is shown larger, below 1 smaller; the middle stays.
    """
    from PIL import Image

    matrix = similarity_to_picture(points)
    matrix[:, 2] += matrix[:, :2] @ _MIDDLE * (1.0 - 1.0 / zoom)
    matrix[:, :2] /= zoom
    corners = matrix @ np.array([[0, CHIP_SIZE, 0, CHIP_SIZE], [0, 0, CHIP_SIZE, CHIP_SIZE], [1, 1, 1, 1]])
    height, width = picture.shape[:2]
    near = np.clip(np.floor(corners.min(axis=1)) - 2, 0, [width - 1, height - 1]).astype(int)
    far = np.clip(np.ceil(corners.max(axis=1)) + 2, near + 1, [width, height]).astype(int)
    source = Image.fromarray(picture[near[1] : far[1], near[0] : far[0]])
    # Points name the middle of a pixel; Pillow's affine transform counts from the pixel's corner.
    matrix[:, 2] += 0.5 - matrix[:, :2] @ [0.5, 0.5] - near
    pixels_per_chip_pixel = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if pixels_per_chip_pixel > 1.0:
        size = [max(1, round(side / pixels_per_chip_pixel)) for side in source.size]
        matrix *= (np.array(size) / source.size)[:, None]
        source = source.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    chip = source.transform(
        (CHIP_SIZE, CHIP_SIZE),
        Image.Transform.AFFINE,
        tuple(float(value) for value in matrix.ravel()),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(chip)
