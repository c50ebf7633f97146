"""The time of day, which everything asks here, so that tests can set it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Says what time it is, in UTC and with its zone."""


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)
