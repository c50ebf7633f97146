"""How often somebody may ask: a bucket of tokens for each, kept in memory.

Each server process counts for itself: with several of them, or several machines, the bound is that many times as high.
What has to hold for all (guessing passwords) is counted in the database.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_MOST_KEPT: Final = 50_000
"""Buckets; whoever has not asked for longest is forgotten, which fills their bucket."""


@dataclass(frozen=True)
class Rate:
    """So many requests a second on average, and so many at once."""

    a_second: float
    at_once: int


class Rates:
    """Counts requests; called from any thread.

    Args:
        clock: Seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_for(self, who: str, rate: Rate, *, cost: float = 1.0) -> float:
        """Take one request out of somebody's bucket.

        Returns:
            Zero if there was one; else the seconds after which there will be, and nothing was taken.
        """
        now = self._clock()
        with self._lock:
            level, last = self._buckets.pop(who, (float(rate.at_once), now))
            level = min(float(rate.at_once), level + (now - last) * rate.a_second)
            wait = 0.0 if level >= cost else (cost - level) / rate.a_second
            self._buckets[who] = (level - cost if wait == 0.0 else level, now)
            if len(self._buckets) > _MOST_KEPT:
                self._buckets.popitem(last=False)
        return wait
