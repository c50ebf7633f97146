"""From the frames of one medium to its `CopySignal`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from consentry.copies.bank import Bank
from consentry.copies.fingerprints import fingerprint
from consentry.records import CopyMatch, CopySignal

MODEL: Final = "copies/pdq@1"


class Picture(Protocol):
    """What is needed of a frame; `consentry.media.Frame` is one."""

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """``(height, width, 3)`` uint8 RGB."""
        ...

    @property
    def second(self) -> float | None:
        """When in a video; ``None`` for an image."""
        ...


def copy_signal(media_id: str, frames: Sequence[Picture], bank: Bank) -> CopySignal:
    """Hold every frame of a medium against the bank.

    Fingerprints are taken even if the bank is empty (about 10 ms a frame), because ``comparable`` is part of the
    answer: "nothing like it is known" and "this cannot be told of so plain a picture" are different things.

    Returns:
        The quality of the best frame, and for every entry its nearest frame, the nearest entries first.
    """
    prints = [fingerprint(frame.pixels) for frame in frames]
    nearest: dict[str, CopyMatch] = {}
    for frame, hits in zip(frames, bank.search_many(prints), strict=True):
        for entry, distance in hits:
            known = nearest.get(entry.entry_id)
            if known is None or distance < known.distance:
                nearest[entry.entry_id] = CopyMatch(
                    bank=entry.bank,
                    entry_id=entry.entry_id,
                    distance=distance,
                    where=entry.where,
                    since=entry.since,
                    second=frame.second,
                )
    return CopySignal(
        media_id=media_id,
        model=MODEL,
        quality=max((found.quality for found in prints), default=0),
        comparable=any(found.comparable for found in prints),
        matches=tuple(sorted(nearest.values(), key=lambda match: (match.distance, match.entry_id))),
    )
