"""Connected regions of a mask, as boxes: where lines of text stand in a detector's map, and how they lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A connected region of a map.

    Attributes:
        left: First column.
        top: First row.
        right: Column behind the last.
        bottom: Row behind the last.
        area: Pixels in it.
        strength: Mean of the map over them.
        runs: What it consists of: row, first column, column behind the last of each run of neighbours, (runs, 3).
    """

    left: int
    top: int
    right: int
    bottom: int
    area: int
    strength: float
    runs: NDArray[np.int64]

    @property
    def along(self) -> TurnedBox:
        """The box that lies as the region does. It takes longer than all the rest, so it is made for few of them."""
        return _along(*np.ascontiguousarray(self.runs.T))


@dataclass(frozen=True, slots=True)
class TurnedBox:
    """A box along the main axis of a region.

    Attributes:
        x: Of its middle, in columns.
        y: Of its middle, in rows.
        length: Along the axis.
        thickness: Across it.
        angle: Of the axis, in radians, from -π/2 to π/2; above 0 it falls towards the right.
    """

    x: float
    y: float
    length: float
    thickness: float
    angle: float


def regions(scores: NDArray[np.float32], threshold: float) -> list[Region]:
    """The regions in which a map lies above a threshold, touching at a side or a corner, from the top down.

    Runs of neighbours in a row are joined with those of the row above (union-find), so that the work grows with the
    number of runs, not of pixels.
    """
    mask = scores > threshold
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, ends = np.nonzero(edges == -1)
    parents = list(range(len(rows)))

    def root(run: int) -> int:
        while parents[run] != run:
            parents[run] = parents[parents[run]]
            run = parents[run]
        return run

    first_of_row = np.searchsorted(rows, np.arange(len(mask) + 1))
    for row in range(1, len(mask)):
        above, end_above = int(first_of_row[row - 1]), int(first_of_row[row])
        for run in range(int(first_of_row[row]), int(first_of_row[row + 1])):
            while above < end_above and ends[above] < starts[run]:
                above += 1
            touching = above
            while touching < end_above and starts[touching] <= ends[run]:
                one, other = sorted((root(run), root(touching)))
                parents[other] = one
                touching += 1
    if not parents:
        return []
    # A root is the first run of its region, so regions come in the order of their first runs.
    roots = np.array([root(run) for run in range(len(rows))])
    order = np.argsort(roots, kind="stable")
    runs = np.stack([rows, starts, ends], axis=1)[order]
    first = np.flatnonzero(np.diff(roots[order], prepend=-1))
    sums = np.concatenate([np.zeros((len(mask), 1)), np.cumsum(scores, axis=1, dtype=np.float64)], axis=1)
    area = np.add.reduceat(runs[:, 2] - runs[:, 1], first)
    total = np.add.reduceat(sums[runs[:, 0], runs[:, 2]] - sums[runs[:, 0], runs[:, 1]], first)
    left, right = np.minimum.reduceat(runs[:, 1], first), np.maximum.reduceat(runs[:, 2], first)
    top, bottom = np.minimum.reduceat(runs[:, 0], first), np.maximum.reduceat(runs[:, 0], first) + 1
    sides: list[list[int]] = np.stack([left, top, right, bottom, area], axis=1).tolist()
    strengths: list[float] = (total / area).tolist()
    members = np.split(runs, first[1:])
    return [
        Region(box[0], box[1], box[2], box[3], size, strength, own)
        for (*box, size), strength, own in zip(sides, strengths, members, strict=True)
    ]


def _along(rows: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> TurnedBox:
    """The box of some runs along the axis on which their pixels scatter most (second central moments)."""
    sizes = (ends - starts).astype(np.float64)
    area = sizes.sum()
    columns = (starts + ends) / 2
    middles = rows + 0.5
    mean_x, mean_y = (sizes * columns).sum() / area, (sizes * middles).sum() / area
    across, down = columns - mean_x, middles - mean_y
    # A run of n pixels side by side scatters by n²/12 around its own middle; a row by 1/12.
    xx = (sizes * (across**2 + sizes**2 / 12)).sum()
    yy = (sizes * (down**2 + 1 / 12)).sum()
    xy = (sizes * across * down).sum()
    angle = 0.5 * math.atan2(2 * xy, xx - yy)
    cosine, sine = math.cos(angle), math.sin(angle)
    # The corners of the first and last pixel of every run are all that can stick out.
    x = np.concatenate([starts, starts, ends, ends]) - mean_x
    y = np.concatenate([rows, rows + 1, rows, rows + 1]) - mean_y
    forward, sideward = x * cosine + y * sine, y * cosine - x * sine
    near, far, low, high = (float(end) for side in (forward, sideward) for end in (side.min(), side.max()))
    half_along, half_across = (near + far) / 2, (low + high) / 2
    return TurnedBox(
        x=float(mean_x + half_along * cosine - half_across * sine),
        y=float(mean_y + half_along * sine + half_across * cosine),
        length=far - near,
        thickness=high - low,
        angle=angle,
    )
