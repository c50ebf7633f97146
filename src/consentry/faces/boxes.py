"""Arithmetic on boxes, as MTCNN defines it: (N, 4) float32, left, top, right, bottom in pixels."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]


def suppress(
    boxes: Boxes,
    scores: NDArray[np.float32],
    threshold: float,
    *,
    overlap: Literal["union", "smaller"] = "union",
    extent: float = 0.0,
) -> NDArray[np.intp]:
    """Non-maximum suppression: keep the best box, drop those that overlap it by more than the threshold, and so on.

    Args:
        boxes: (N, 4).
        scores: (N,).
        threshold: Overlap above which a box is dropped.
        overlap: Intersection over union, or over the smaller of the two areas.
        extent: Added to widths and heights; 1 where boxes name their last pixel.

    Returns:
        Indices of the boxes kept, best first; among equal scores the earlier box wins.
    """
    order = np.argsort(-scores, kind="stable")
    sides = boxes[:, 2:] - boxes[:, :2] + extent
    areas = sides[:, 0] * sides[:, 1]
    kept: list[np.intp] = []
    while order.size:
        best, order = order[0], order[1:]
        kept.append(best)
        near = np.maximum(boxes[best, :2], boxes[order, :2])
        far = np.minimum(boxes[best, 2:], boxes[order, 2:])
        sides = np.maximum(far - near + extent, 0.0)
        common = sides[:, 0] * sides[:, 1]
        whole = areas[best] + areas[order] - common if overlap == "union" else np.minimum(areas[best], areas[order])
        order = order[common <= threshold * whole]
    return np.array(kept, dtype=np.intp)


def refine(boxes: Boxes, regression: Boxes, *, extent: float) -> Boxes:
    """Move each edge by the regressed share of the box's width or height."""
    sides = boxes[:, 2:] - boxes[:, :2] + extent
    return (boxes + regression * np.tile(sides, 2)).astype(np.float32)


def squared(boxes: Boxes) -> Boxes:
    """The square around the same centre whose side is the longer one."""
    sides = boxes[:, 2:] - boxes[:, :2]
    longest = sides.max(axis=1, keepdims=True) if len(boxes) else sides[:, :1]
    corner = boxes[:, :2] + sides * 0.5 - longest * 0.5
    return np.concatenate([corner, corner + longest], axis=1).astype(np.float32)


def pixel_boxes(boxes: Boxes, width: int, height: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Whole pixels inside the picture, right and bottom exclusive, and which boxes have any."""
    whole = np.trunc(boxes).astype(np.int64)
    near = np.maximum(whole[:, :2], 1) - 1
    far = np.minimum(whole[:, 2:], np.array([width, height]))
    return np.concatenate([near, far], axis=1), np.all(far > near, axis=1)
