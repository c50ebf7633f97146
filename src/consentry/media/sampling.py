"""Which frames of a film are looked at."""

from __future__ import annotations

from itertools import pairwise


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


def covers(seconds: list[float], step: float, duration: float) -> bool:
    """Whether sampled moments leave no gap, from the start to the end, longer than two steps (and a frame or so)."""
    edges = [0.0, *seconds, duration]
    return all(later - earlier <= 2.0 * step + 0.2 for earlier, later in pairwise(edges))
