"""What the look-up in the banks of known media found."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from consentry.records.words import Probability, Record

Transform = Literal[
    "none", "mirrored", "upside_down", "turned_left", "turned_right", "turned_around", "transposed", "transversed"
]
"""The eight ways to lay a picture; ``transposed`` and ``transversed`` are mirrored on a diagonal."""


class CopyMatch(Record):
    """A fingerprint of a bank that is near that of the medium. Evidence, never proof.

    Attributes:
        bank: ``public`` (known to be available elsewhere) or ``removed`` (taken down before).
        distance: Hamming distance of the 256-bit PDQ fingerprints, of the nearest frame if there are several.
        where: Where else it is, or the case in which it was removed.
        since: Since when.
        second: The nearest frame of the medium, if it is a video.
        transform: How that frame was turned or mirrored.
        border_removed: Whether a plain border around it was left out of the comparison.
        share_of_medium: How many of a video's frames are near the entry, as a share; ``None`` for an image.
        entry_second: The frame of the entry that is nearest, if the entry is a video.
        share_of_entry: How many of that video's seconds are near the medium, as a share; ``None`` if the entry is an
            image.
        expires: From when on the entry no longer counts; ``None`` if never.
        picture: Where a picture of the entry is kept, as the bank says; empty if it is not.
    """

    bank: Literal["public", "removed"]
    entry_id: str
    distance: int = Field(ge=0, le=256)
    where: str = ""
    since: date | None = None
    second: float | None = None
    transform: Transform = "none"
    border_removed: bool = False
    share_of_medium: Probability | None = None
    entry_second: float | None = None
    share_of_entry: Probability | None = None
    expires: date | None = None
    picture: str = ""


class CopySignal(Record):
    """Whether one medium is a near-duplicate of something known.

    Attributes:
        quality: PDQ's own 0-100; below the method's floor nothing is compared and ``comparable`` is false.
        comparable: Whether the picture has enough detail for a fingerprint to mean something.
        matches: Nearest first.
        parts: Entries that only a part of a video is near: for the reviewer to see, not enough to call it a copy.
    """

    media_id: str
    model: str
    quality: int = Field(ge=0, le=100)
    comparable: bool
    matches: tuple[CopyMatch, ...] = ()
    parts: tuple[CopyMatch, ...] = ()
