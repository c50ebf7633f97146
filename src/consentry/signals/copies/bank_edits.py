"""What people do to a bank: put a medium in, disable an entry, let it expire, take out what has expired.

The functions take entries and give entries; only those on kept pictures touch the disk.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from consentry.media import Limits, OpenedMedia
from consentry.signals.copies.bank_file import BankEntry, BankName, CopyBankError
from consentry.signals.copies.fingerprints import QUALITY_FLOOR, fingerprint
from consentry.signals.copies.video_prints import VideoFrame
from consentry.writing import write_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

BANK_LIMITS: Final = Limits(frames_per_second=4.0, max_frames=560)
"""Four frames a second, for as long as one a second serves otherwise: a copy that begins between two whole seconds is
sampled at other moments. At one a second 15 % of such clips were found, see docs/copies.md."""

_KEPT_SIDE: Final = 320
"""Pixels: enough for a reviewer to compare by eye, too little to be of use to anybody else."""


def entry_of(
    opened: OpenedMedia,
    bank: BankName,
    entry_id: str,
    *,
    where: str = "",
    since: date | None = None,
    expires: date | None = None,
) -> BankEntry:
    """The entry for a medium: the fingerprint of an image, those of the frames of a video.

    Args:
        opened: Opened within `BANK_LIMITS`.
        bank: ``public`` or ``removed``.
        entry_id: Its name.
        where: Where else it is, or the case in which it was removed.
        since: Since when.
        expires: From which day on it no longer counts.

    Raises:
        CopyBankError: ``copies.too_plain``, if there is too little detail to know it again by.
    """
    prints = [fingerprint(frame.pixels) for frame in opened.frames]
    best = max(print_.quality for print_ in prints)
    if best < QUALITY_FLOOR:
        raise CopyBankError(
            f"{opened.media_id} has too little detail for a fingerprint: quality {best}, not {QUALITY_FLOOR} or more.",
            "Leave it out; it would match pictures that have nothing to do with it.",
            code="copies.too_plain",
        )
    entry = BankEntry(bank, entry_id, b"", where=where, since=since, expires=expires)
    if opened.kind == "image":
        return entry._replace(bits=prints[0].bits, quality=prints[0].quality)
    frames = [
        VideoFrame(print_.bits, print_.quality, round(frame.second or 0.0, 3))
        for print_, frame in zip(prints, opened.frames, strict=True)
    ]
    return entry._replace(frames=tuple(frames))


def with_entries(entries: Sequence[BankEntry], new: Iterable[BankEntry]) -> list[BankEntry]:
    """The bank with more entries.

    Raises:
        CopyBankError: ``copies.entry_exists``.
    """
    found = list(entries)
    taken = {entry.entry_id for entry in entries}
    for entry in new:
        if entry.entry_id in taken:
            raise CopyBankError(
                f"The bank has an entry {entry.entry_id!r} already.",
                "Give the new one another name with --entry.",
                code="copies.entry_exists",
            )
        taken.add(entry.entry_id)
        found.append(entry)
    return found


def with_disabled(entries: Sequence[BankEntry], entry_ids: Iterable[str], *, disabled: bool = True) -> list[BankEntry]:
    """The bank with these entries left out of the search, or taken in again.

    Raises:
        CopyBankError: ``copies.entry_unknown``.
    """
    chosen = _known(entries, entry_ids)
    return [entry._replace(disabled=disabled) if entry.entry_id in chosen else entry for entry in entries]


def with_expiry(entries: Sequence[BankEntry], entry_ids: Iterable[str], expires: date | None) -> list[BankEntry]:
    """The bank with another day from which on these entries no longer count; ``None`` lets them count for good.

    Raises:
        CopyBankError: ``copies.entry_unknown``.
    """
    chosen = _known(entries, entry_ids)
    return [entry._replace(expires=expires) if entry.entry_id in chosen else entry for entry in entries]


def without_expired(entries: Sequence[BankEntry], on: date) -> tuple[list[BankEntry], list[BankEntry]]:
    """What is left of the bank on that day, and what is taken out of it."""
    return [entry for entry in entries if not entry.expired(on)], [entry for entry in entries if entry.expired(on)]


def _known(entries: Sequence[BankEntry], entry_ids: Iterable[str]) -> set[str]:
    chosen = set(entry_ids)
    unknown = sorted(chosen - {entry.entry_id for entry in entries})
    if unknown:
        raise CopyBankError(
            f"The bank has no entry {unknown[0]!r}.",
            "See `consentry bank list` for those that it has.",
            code="copies.entry_unknown",
        )
    return chosen


# --- kept pictures ------------------------------------------------------------------------------------------------


def small_picture(opened: OpenedMedia) -> Image:
    """What may be kept of a medium for reviewers: 320 pixels of it, the middle frame of a video."""
    from PIL import Image

    image = Image.fromarray(opened.frames[len(opened.frames) // 2].pixels)
    image.thumbnail((_KEPT_SIDE, _KEPT_SIDE))
    return image


def keep_picture(bank_path: Path, entry_id: str, image: Image) -> str:
    """Keep a small picture beside the bank; its name relative to the bank file.

    Raises:
        OutputError: It cannot be written.
    """
    # A name of digits: what people call an entry is not to choose a path.
    folder = f"{bank_path.stem}_pictures"
    name = f"{folder}/{hashlib.sha256(entry_id.encode()).hexdigest()[:20]}.jpg"
    written = io.BytesIO()
    image.save(written, "JPEG", quality=85)
    write_bytes(bank_path.parent / name, written.getvalue(), make_folder=True)
    return name


def kept_picture(bank_path: Path, picture: str) -> Path | None:
    """Where the picture lies that an entry names; ``None`` if it names none, or one outside the bank's folder."""
    if not picture:
        return None
    folder = bank_path.parent.resolve()
    path = (folder / picture).resolve()
    return path if path.is_relative_to(folder) and path.is_file() else None
