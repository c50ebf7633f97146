"""Connected regions of a mask, as boxes: where lines of text stand in a detector's map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Region:
    """A connected region of a map.

    Attributes:
        left: First column.
        top: First row.
        right: Column behind the last.
        bottom: Row behind the last.
        area: Pixels in it.
        strength: Mean of the map over them.
    """

    left: int
    top: int
    right: int
    bottom: int
    area: int
    strength: float


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
    members: dict[int, list[int]] = {}
    for run in range(len(rows)):
        members.setdefault(root(run), []).append(run)
    sums = np.concatenate([np.zeros((len(mask), 1)), np.cumsum(scores, axis=1, dtype=np.float64)], axis=1)
    found = []
    for runs in members.values():
        area = int((ends[runs] - starts[runs]).sum())
        total = float((sums[rows[runs], ends[runs]] - sums[rows[runs], starts[runs]]).sum())
        found.append(
            Region(
                left=int(starts[runs].min()),
                top=int(rows[runs].min()),
                right=int(ends[runs].max()),
                bottom=int(rows[runs].max()) + 1,
                area=area,
                strength=total / area,
            )
        )
    return found
