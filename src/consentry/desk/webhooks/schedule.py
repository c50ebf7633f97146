"""When a message that was not taken is sent again: the schedule that Standard Webhooks recommends, with some chance."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

WAITS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""Before the second attempt, the third, and so on; three days and a bit in all."""
_SPREAD: Final = 0.2
LONGEST_ASKED: Final = timedelta(hours=1)
"""How long a receiver may have us wait (``Retry-After``)."""


_NONE: Final = timedelta(0)


def wait_before(attempt: int, *, asked: timedelta = _NONE, chance: random.Random | None = None) -> timedelta | None:
    """How long to wait before an attempt; ``None`` if there is no further one.

    Args:
        attempt: Its number; the first is 1 and does not wait.
        asked: What the receiver asks for.
        chance: Spreads messages that failed together by a fifth.
    """
    if attempt <= 1:
        return _NONE
    if attempt - 2 >= len(WAITS):
        return None
    spread = 1 + _SPREAD * (chance or random.SystemRandom()).random()
    return max(WAITS[attempt - 2] * spread, min(asked, LONGEST_ASKED))
