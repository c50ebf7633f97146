"""Which way a face is turned, estimated from its five points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.signals.faces.alignment import TEMPLATE

_MILLIMETRES = 63.0 / float(TEMPLATE[1, 0] - TEMPLATE[0, 0])
"""Pupils of adults are about 63 mm apart (Dodgson 2004, "Variation and extrema of human interpupillary distance")."""
_NEARER = np.array([0.0, 0.0, 28.0, 3.0, 3.0])
"""Millimetres by which tip of the nose and corners of the mouth stand out before the pupils, on a rounded mean head."""

_flat = (TEMPLATE - TEMPLATE[:2].mean(axis=0)) * _MILLIMETRES
MODEL = np.column_stack([_flat, -_NEARER])
"""(5, 3) millimetres: the five points of a mean face seen from the front; x to the viewer's right, y down, z away."""


@dataclass(frozen=True)
class Pose:
    """Degrees. All zero is a face that looks into the camera.

    Attributes:
        yaw: Turned towards the viewer's right (positive) or left.
        pitch: Raised (positive) or lowered.
        roll: Tilted clockwise (positive) or the other way, as the viewer sees it. Alignment undoes it.
    """

    yaw: float
    pitch: float
    roll: float


def estimate_pose(points: NDArray[np.float32]) -> Pose:
    """Pose from five points, by a scaled orthographic camera.

    The camera that takes `MODEL` to the points is found by least squares, and the nearest rotation to it is taken
    apart: the first step of POSIT (DeMenthon and Davis 1995, "Model-based object pose in 25 lines of code"). A face
    whose nose is longer or shorter than the mean face's reads as turned a few degrees. Five points say little more of
    the pitch than where the nose lies between eyes and mouth, so that is the coarsest of the three.

    Args:
        points: (5, 2) as in `consentry.signals.faces.detection.Detections`.
    """
    centred = MODEL - MODEL.mean(axis=0)
    seen = points.astype(np.float64) - points.astype(np.float64).mean(axis=0)
    camera = np.linalg.lstsq(centred, seen, rcond=None)[0].T
    left, _, right = np.linalg.svd(camera, full_matrices=False)
    x, y = left @ right
    z = np.cross(x, y)
    return Pose(
        yaw=float(np.degrees(np.arctan2(z[0], z[2]))),
        pitch=float(np.degrees(-np.arcsin(np.clip(z[1], -1.0, 1.0)))),
        roll=float(np.degrees(np.arctan2(-x[1], y[1]))),
    )
