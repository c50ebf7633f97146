"""Ids that sort by when they were made (UUIDv7, RFC 9562), so that indexes grow at one end and pages follow time."""

from __future__ import annotations

import os
import time
from threading import Lock
from typing import Final
from uuid import UUID

_COUNTER_BITS: Final = 74
_turn = Lock()
_last = 0


def new_id() -> UUID:
    """A new id. Those of one process rise strictly, also within a millisecond."""
    global _last
    milliseconds = time.time_ns() // 1_000_000
    with _turn:
        fresh = (milliseconds << _COUNTER_BITS) | int.from_bytes(os.urandom(10)) >> 7
        # 73 random bits leave one free: counting on from the last id cannot run into the next millisecond's.
        _last = max(fresh, _last + 1)
        number = _last
    stamp, rest = number >> _COUNTER_BITS, number & ((1 << _COUNTER_BITS) - 1)
    upper, lower = rest >> 62, rest & ((1 << 62) - 1)
    return UUID(int=(stamp & ((1 << 48) - 1)) << 80 | 0x7 << 76 | upper << 64 | 0b10 << 62 | lower)
