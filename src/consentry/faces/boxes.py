"""Arithmetic on boxes, as MTCNN defines it: (N, 4) float32, left, top, right, bottom in pixels."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]

_AT_ONCE: Final = 128
"""Boxes whose overlaps with one another are worked out together."""


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
    kept: list[NDArray[np.intp]] = []
    while order.size:
        # All overlaps of the best few hundred at once; then the rest against those of them that were kept.
        first, order = order[:_AT_ONCE], order[_AT_ONCE:]
        over = _overlap(boxes, areas, first, first, overlap, extent, threshold)
        alive = np.ones(len(first), dtype=np.bool_)
        for place in range(len(first)):
            if alive[place]:
                alive[place + 1 :] &= ~over[place, place + 1 :]
        first = first[alive]
        kept.append(first)
        if order.size:
            order = order[~_overlap(boxes, areas, first, order, overlap, extent, threshold).any(axis=0)]
    return np.concatenate(kept) if kept else np.zeros(0, dtype=np.intp)


def _overlap(
    boxes: Boxes,
    areas: NDArray[np.float32],
    best: NDArray[np.intp],
    others: NDArray[np.intp],
    overlap: Literal["union", "smaller"],
    extent: float,
    threshold: float,
) -> NDArray[np.bool_]:
    """Whether each of some boxes overlaps each of others by more than the threshold."""
    near = np.maximum(boxes[best, None, :2], boxes[None, others, :2])
    far = np.minimum(boxes[best, None, 2:], boxes[None, others, 2:])
    sides = np.maximum(far - near + extent, 0.0)
    common = sides[..., 0] * sides[..., 1]
    whole = areas[best, None] + areas[None, others]
    whole = whole - common if overlap == "union" else np.minimum(areas[best, None], areas[None, others])
    found: NDArray[np.bool_] = common > threshold * whole
    return found


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
