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
    if len(boxes) < 2:
        return np.arange(len(boxes))
    order = np.argsort(-scores, kind="stable")
    edges = np.ascontiguousarray(boxes[order].T)
    areas = (edges[2] - edges[0] + extent) * (edges[3] - edges[1] + extent)
    kept: list[NDArray[np.intp]] = []
    left = np.arange(len(order))  # places in the order
    while left.size:
        # All overlaps of the best few at once; then the rest against those of them that were kept.
        first, left = left[:_AT_ONCE], left[_AT_ONCE:]
        over = _overlap(edges, areas, first, first, overlap, extent, threshold)
        first = first[_survivors(over)]
        kept.append(first)
        if left.size:
            left = left[~_overlap(edges, areas, first, left, overlap, extent, threshold).any(axis=0)]
    chosen: NDArray[np.intp] = order[np.concatenate(kept)]
    return chosen


def _survivors(over: NDArray[np.bool_]) -> list[int]:
    """Of boxes from the best to the worst, those that no survivor before them overlaps.

    Args:
        over: (N, N), whether two of them overlap.
    """
    # A row is one number with a bit for every box: a step is one "or" in place of a call into numpy.
    masks = [int.from_bytes(row.tobytes(), "little") for row in np.packbits(over, axis=1, bitorder="little")]
    dropped, alive = 0, []
    for place, mask in enumerate(masks):
        if not dropped >> place & 1:
            alive.append(place)
            dropped |= mask
    return alive


def _overlap(
    edges: NDArray[np.float32],
    areas: NDArray[np.float32],
    best: NDArray[np.intp],
    others: NDArray[np.intp],
    overlap: Literal["union", "smaller"],
    extent: float,
    threshold: float,
) -> NDArray[np.bool_]:
    """Whether each of some boxes overlaps each of others by more than the threshold.

    Args:
        edges: (4, N), all boxes' left, top, right and bottom.
        areas: (N,).
        best: Indices of some.
        others: Indices of others.
        overlap: As in `suppress`.
        extent: As in `suppress`.
        threshold: As in `suppress`.
    """
    near, far = edges[:, best, None], edges[:, None, others]
    across = np.minimum(near[2], far[2]) - np.maximum(near[0], far[0]) + extent
    down = np.minimum(near[3], far[3]) - np.maximum(near[1], far[1]) + extent
    common = np.maximum(across, 0.0) * np.maximum(down, 0.0)
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
