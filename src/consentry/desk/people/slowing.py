"""Slowing down those who guess: how long somebody has to wait after how many failures.

Counted are failures of an account from one place, of a place, and of an account from anywhere. The first makes guessing
slow after a few tries; the other two are patient, so that somebody who fails on purpose for another does not lock them
out of their own place at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FORGOTTEN_AFTER: Final = timedelta(hours=24)
"""Failures that lie further back are not counted."""


@dataclass(frozen=True)
class Patience:
    """How failures of one kind are answered.

    Attributes:
        free: Failures that cost nothing.
        first: What the next one costs; each further one costs twice as much.
        most: Up to this.
    """

    free: int
    first: timedelta
    most: timedelta

    def wait_after(self, failures: int) -> timedelta:
        """How long to wait after so many failures in a row."""
        beyond = failures - self.free
        if beyond <= 0:
            return timedelta(0)
        return min(self.most, self.first * (1 << min(beyond - 1, 32)))


PATIENCE: Final = {
    "pair": Patience(free=4, first=timedelta(seconds=1), most=timedelta(minutes=15)),
    "place": Patience(free=40, first=timedelta(seconds=1), most=timedelta(minutes=15)),
    "account": Patience(free=100, first=timedelta(seconds=1), most=timedelta(minutes=1)),
}


def keys_of(account: str, place: str) -> dict[str, str]:
    """What failures are counted under: digests, so that the table tells neither addresses nor names.

    Args:
        account: What somebody gave as their name, in small letters.
        place: The network address that they come from.
    """
    parts = {"pair": (account, place), "place": ("", place), "account": (account, "")}
    return {
        kind: hashlib.sha256("\x00".join((kind, *both)).encode("utf-8", "surrogatepass")).hexdigest()
        for kind, both in parts.items()
    }


def waits_until(kind: str, failures: int, last: datetime) -> datetime:
    """The moment from which the next try is looked at."""
    return last + PATIENCE[kind].wait_after(failures)
