"""From the frames of one medium to its `CopySignal`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from consentry.records import Case, CopyMatch, CopySignal
from consentry.signals.copies.bank import Bank
from consentry.signals.copies.fingerprints import MATCH_DISTANCE, TRANSFORMS, Fingerprint, fingerprint
from consentry.signals.copies.video_prints import MATCH_SHARE

MODEL: Final = "copies/pdq@3"


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


def looked_up_on(case: Case) -> date | None:
    """The day on which entries must not have expired: the report's, else the post's, else unknown. Never today's."""
    moment = case.report.reported_at if case.report else None
    moment = moment or case.post.posted_at
    return moment.date() if moment else None


def copy_signal(media_id: str, frames: Sequence[Picture], bank: Bank, *, on: date | None = None) -> CopySignal:
    """Hold every frame of a medium against the bank.

    Fingerprints are taken even if the bank is empty, because ``comparable`` is part of the
    answer: "nothing like it is known" and "this cannot be told of so plain a picture" are different things.

    Args:
        media_id: The medium.
        frames: In the order of time.
        bank: What is known.
        on: The day on which entries must not have expired; see `looked_up_on`.
    """
    prints = lookup_prints(frames)
    return compare(media_id, prints, [frame.second for frame in frames], bank, on=on)


def lookup_prints(frames: Sequence[Picture]) -> list[Fingerprint]:
    """Fingerprints for looking a medium up: all eight ways to lay it, with and without a plain border."""
    return [fingerprint(frame.pixels, borders=True) for frame in frames]


def compare(
    media_id: str,
    prints: Sequence[Fingerprint],
    seconds: Sequence[float | None],
    bank: Bank,
    *,
    on: date | None = None,
    distance: int = MATCH_DISTANCE,
) -> CopySignal:
    """`copy_signal` for fingerprints that are there already.

    A video is held against an entry as vPDQ does it: frames of low quality and repeated ones do not count, and both
    shares are taken, of the video's frames and of the entry's seconds. It is a match if at least 80 % of the video is
    near the entry. If the entry is in the bank ``removed``, it is one too if at least 80 % of the entry is in the
    video: what was taken down may come back inside something longer. A private video is not public because a part of
    it is. Everything less goes to ``parts``.
    """
    distinct = _distinct(prints)
    found = bank.near([prints[index] for index in distinct], distance=distance, on=on)
    owners = bank.owners[found.print]
    is_video = any(second is not None for second in seconds)
    matches: list[CopyMatch] = []
    parts: list[CopyMatch] = []
    for owner in np.unique(owners).tolist():
        entry = bank.entries[owner]
        rows = np.flatnonzero(owners == owner)
        nearest = rows[np.argmin(found.distance[rows])]
        of_medium = len(np.unique(found.query[rows])) / len(distinct)
        of_entry = len(np.unique(bank.moments[found.print[rows]])) / int(bank.moments_of_entry[owner])
        match = CopyMatch(
            bank=entry.bank,
            entry_id=entry.entry_id,
            distance=int(found.distance[nearest]),
            where=entry.where,
            since=entry.since,
            second=seconds[distinct[int(found.query[nearest])]],
            transform=TRANSFORMS[int(found.variant[nearest]) % len(TRANSFORMS)],
            border_removed=int(found.variant[nearest]) >= len(TRANSFORMS),
            share_of_medium=round(of_medium, 4) if is_video else None,
            entry_second=float(bank.seconds[found.print[nearest]]) if entry.frames else None,
            share_of_entry=round(of_entry, 4) if entry.frames else None,
            expires=entry.expires,
            picture=entry.picture,
        )
        whole = of_medium >= MATCH_SHARE or (entry.bank == "removed" and of_entry >= MATCH_SHARE)
        (matches if whole else parts).append(match)
    return CopySignal(
        media_id=media_id,
        model=MODEL,
        quality=max((print_.quality for print_ in prints), default=0),
        comparable=bool(distinct),
        matches=_nearest_first(matches),
        parts=_nearest_first(parts),
    )


def _distinct(prints: Sequence[Fingerprint]) -> list[int]:
    """The first frame of each fingerprint with enough detail: a still scene must not outweigh the rest."""
    first: dict[bytes, int] = {}
    for index, found in enumerate(prints):
        if found.comparable:
            first.setdefault(found.bits, index)
    return list(first.values())


def _nearest_first(matches: list[CopyMatch]) -> tuple[CopyMatch, ...]:
    return tuple(sorted(matches, key=lambda match: (match.distance, match.entry_id)))
