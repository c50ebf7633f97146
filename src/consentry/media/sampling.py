"""Which frames of a film are looked at, and which of those are kept.

A film is glanced at every quarter of a second, in a copy of 64 pixels. A frame is looked at more closely when its
moment has come (one a second) or when the picture has changed at once (a cut). Of those, one that differs nowhere from
the frame kept last is left out; that frame then stands for a longer time. Where more differ than may be kept, those
stay that differ most from the one before and stand for longest: of a short shot at least one frame, of a long one many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.media.opened import Frame

GLANCE_SIDE: Final = 64
"""Longest side of the copy by which frames are compared: at 1024 pixels, a cell of it is as small as the smallest face
that is looked for."""

GLANCE_SECONDS: Final = 0.25
"""How often a film is glanced at, for cuts. A shot of three tenths of a second is seen, a single frame mostly not."""

CUT_DIFFERENCE: Final = 16.0
"""Mean difference of two glances, in steps of 8-bit colour, below which there is no cut between them."""

CUT_SHIFT: Final = 0.15
"""Share of the picture that must have changed its colour (of 64) for a cut. Moving cameras change every pixel but few
colours. With both, 99.2 % of the cuts between the development clips are found, and 1.2 % of the glances within clips
are taken for one (`python benchmarks/media.py cuts`), which costs a frame and nothing else."""

ALIKE: Final = 12.0
"""Largest difference of any cell, in steps of 8-bit colour, up to which two frames are near-identical. The noise of a
codec over a still picture stays below it; a face of one cell does not, on hardly any background."""


class SampleClock:
    """Says of each frame, in the order of time, whether it is the first at or after the next wanted moment.

    Args:
        step: Seconds between wanted moments; the first is the first frame.
    """

    def __init__(self, step: float) -> None:
        self._step = step
        self._next: float | None = None

    def wants(self, second: float) -> bool:
        """Whether to look at the frame of this second; if so, the clock goes on to the next moment."""
        if self._next is not None and second < self._next - 1e-6:
            return False
        # From the grid, not from this frame, so that a late frame does not shift all that follow.
        self._next = (second + 1e-6) // self._step * self._step + self._step
        return True


@dataclass(slots=True)
class _Kept:
    second: float
    glance: NDArray[np.int16]
    pixels: NDArray[np.uint8]
    novelty: float


class Sampler:
    """Takes the frames of one film in the order of time, and keeps those worth looking at.

    Args:
        step: Seconds between moments at which a frame is looked at even if nothing seems to have changed.
        most: How many frames may be kept.

    Attributes:
        seconds: Every moment that was glanced at.
        left_out: How many frames differed from their neighbours and were left out all the same, for want of room.
    """

    def __init__(self, step: float, most: int) -> None:
        self.seconds: list[float] = []
        self.left_out = 0
        self._most = most
        self._glances = SampleClock(min(step, GLANCE_SECONDS))
        self._looks = SampleClock(step)
        self._before: NDArray[np.int16] | None = None
        self._kept: list[_Kept] = []

    def wants(self, second: float) -> bool:
        """Whether to `offer` the frame of this second."""
        return self._glances.wants(second)

    def offer(
        self,
        second: float,
        glance: NDArray[np.uint8],
        pixels: Callable[[], NDArray[np.uint8]],
        *,
        at_once: bool = False,
    ) -> None:
        """Look at a frame.

        Args:
            second: Not before that of the frame offered last.
            glance: ``(rows, columns, 3)``, small; of the same shape for all frames, else it counts as a cut.
            pixels: Makes the frame's pixels; asked only for a frame that is kept.
            at_once: Look at it closely whether or not its moment has come.
        """
        seen = glance.astype(np.int16)
        self.seconds.append(second)
        before, self._before = self._before, seen
        due = self._looks.wants(second)
        if not (at_once or due or before is None or is_cut(before, seen)):
            return
        if self._kept and largest_difference(self._kept[-1].glance, seen) <= ALIKE:
            return
        self._kept.append(_Kept(second, seen, pixels(), _novelty(self._kept[-1].glance, seen) if self._kept else 0.0))
        if len(self._kept) > self._most:
            self._leave_one_out()

    def frames(self, end: float) -> tuple[Frame, ...]:
        """What was kept, each until the next one, the last until `end`."""
        seconds = [round(kept.second, 4) for kept in self._kept]
        ends = [*seconds[1:], max(round(end, 4), seconds[-1])] if seconds else []
        return tuple(
            Frame(kept.pixels, second, until) for kept, second, until in zip(self._kept, seconds, ends, strict=True)
        )

    def _leave_one_out(self) -> None:
        """The frame that is missed least: like the one before it, and close to its neighbours. Never the first."""
        kept = self._kept
        self.left_out += 1
        between = range(1, len(kept) - 1)
        least = min(
            between,
            key=lambda index: kept[index].novelty * (kept[index + 1].second - kept[index - 1].second),
            default=len(kept) - 1,
        )
        del kept[least]
        if 0 < least < len(kept):
            kept[least].novelty = _novelty(kept[least - 1].glance, kept[least].glance)


def is_cut(one: NDArray[np.int16], other: NDArray[np.int16]) -> bool:
    """Whether two glances that follow each other are of different shots."""
    return mean_difference(one, other) > CUT_DIFFERENCE and colour_shift(one, other) > CUT_SHIFT


def mean_difference(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    """Mean of the absolute differences of all values, 0 to 255; 255 if the shapes differ."""
    return float(np.abs(one - other).mean()) if one.shape == other.shape else 255.0


def colour_shift(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    """Share of the picture by which the counts of its 64 colours (4 steps a channel) differ, 0 to 1."""
    return float(np.abs(_colours(one) - _colours(other)).sum()) / 2.0


def largest_difference(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    """Largest absolute difference of any value, 0 to 255; 255 if the shapes differ."""
    return float(np.abs(one - other).max()) if one.shape == other.shape else 255.0


def _colours(glance: NDArray[np.int16]) -> NDArray[np.float64]:
    step = glance >> 6
    colour = (step[..., 0] * 16 + step[..., 1] * 4 + step[..., 2]).ravel()
    counts: NDArray[np.float64] = np.bincount(colour, minlength=64) / colour.size
    return counts


def _novelty(before: NDArray[np.int16], seen: NDArray[np.int16]) -> float:
    """How much is missed with this frame: something small and new in a still scene counts, a new shot counts most."""
    return largest_difference(before, seen) + 4.0 * mean_difference(before, seen)


def covers(seconds: list[float], step: float, duration: float) -> bool:
    """Whether sampled moments leave no gap, from the start to the end, longer than two steps (and a frame or so)."""
    edges = [0.0, *seconds, duration]
    return all(later - earlier <= 2.0 * step + 0.2 for earlier, later in pairwise(edges))
