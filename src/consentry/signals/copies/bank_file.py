"""Bank files: a CSV of known fingerprints.

The file is UTF-8 with a header line and these columns; all but the first three may be left out or empty:

============  ========================================================================================
bank          ``public`` (known to be available elsewhere) or ``removed`` (taken down before)
entry_id      a name, unique in the file
hash          of an image its PDQ fingerprint, 64 hexadecimal digits; of a video its vPDQ fingerprint,
              a JSON list with ``"hash,quality,second"`` for each frame, as python-threatexchange writes it
quality       PDQ's quality of an image, 50 to 100; empty if whoever shared the fingerprint did not say.
              Fingerprints of less say nothing and have no place in a bank. Of a video each frame has its own
where         where else the medium is, or the case in which it was removed
since         since when, as YYYY-MM-DD
disabled      ``yes`` leaves the entry out of the search
expires       from which day on the entry no longer counts, as YYYY-MM-DD
picture       a small picture of it that is kept for reviewers, relative to the bank file
============  ========================================================================================
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import ClassVar, Final, Literal, NamedTuple

from consentry.errors import ConsentryError
from consentry.signals.copies.fingerprints import QUALITY_FLOOR
from consentry.signals.copies.video_prints import VideoFrame, frames_as_json, read_frames
from consentry.writing import write_text

BankName = Literal["public", "removed"]

_REQUIRED: Final = ("bank", "entry_id", "hash")
_OPTIONAL: Final = ("quality", "where", "since", "disabled", "expires", "picture")
_COLUMNS: Final = _REQUIRED + _OPTIONAL
_LONGEST_FIELD: Final = 16 * 1024 * 1024
"""Characters: two days of video at a frame a second. Python's CSV reader stops at 131,072 unless told."""


class CopyBankError(ConsentryError):
    """A bank, or something that should go into one, that cannot be used."""

    default_code: ClassVar[str] = "copies.bank_invalid"


class BankEntry(NamedTuple):
    """One line of a bank file; see the module's description.

    Attributes:
        bits: The fingerprint of an image, 32 bytes; empty for a video.
        quality: ``None`` if not known, which by custom means at least 50.
        frames: Those of a video, in the order of time; empty for an image.
    """

    bank: BankName
    entry_id: str
    bits: bytes
    quality: int | None = None
    where: str = ""
    since: date | None = None
    disabled: bool = False
    expires: date | None = None
    picture: str = ""
    frames: tuple[VideoFrame, ...] = ()

    def expired(self, on: date | None) -> bool:
        """Whether it no longer counts on that day. Without a day nothing has expired: that cannot be told."""
        return on is not None and self.expires is not None and self.expires <= on


def read_entries(path: Path) -> tuple[list[BankEntry], bytes]:
    """All entries of a bank file, the disabled and the expired ones too, and the file as it is.

    Raises:
        CopyBankError: ``copies.bank_not_found``, or ``copies.bank_invalid`` with the line that is wrong.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CopyBankError(
            f"The bank file {path} could not be read.", "Check the path.", code="copies.bank_not_found"
        ) from error
    return _entries(path.name, content), content


def write_bank(path: Path, entries: Iterable[BankEntry]) -> None:
    """Write a bank file; one that is there stays whole until the new one is complete.

    Raises:
        OutputError: It cannot be written.
    """
    write_text(path, as_csv(entries))


def as_csv(entries: Iterable[BankEntry]) -> str:
    """The content of a bank file."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for entry in entries:
        writer.writerow(
            [
                entry.bank,
                entry.entry_id,
                frames_as_json(entry.frames) if entry.frames else entry.bits.hex(),
                "" if entry.quality is None else entry.quality,
                entry.where,
                entry.since.isoformat() if entry.since else "",
                "yes" if entry.disabled else "",
                entry.expires.isoformat() if entry.expires else "",
                entry.picture,
            ]
        )
    return buffer.getvalue()


def allow_long_fields() -> None:
    """Let Python's CSV reader take the fingerprint of a long video. The limit is the process's; it is only raised."""
    if csv.field_size_limit() < _LONGEST_FIELD:
        csv.field_size_limit(_LONGEST_FIELD)


def _entries(name: str, content: bytes) -> list[BankEntry]:
    allow_long_fields()
    try:
        lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        columns = next(lines, [])
        missing = [column for column in _REQUIRED if column not in columns]
        unknown = [column for column in columns if column not in _COLUMNS]
        if missing or unknown or len(set(columns)) < len(columns):
            problem = f"lacks the column {missing[0]!r}" if missing else "names a column twice"
            problem = f"has an unknown column {unknown[0]!r}" if unknown and not missing else problem
            raise CopyBankError(
                f"The bank file {name} {problem}.",
                f"Its first line must name {', '.join(_REQUIRED)} and may name {', '.join(_OPTIONAL)}.",
            )
        entries: list[BankEntry] = []
        seen: set[str] = set()
        for values in lines:
            if not values:
                continue
            place = f"Line {lines.line_num} of the bank file {name}"
            if len(values) != len(columns):
                raise CopyBankError(f"{place} has too many or too few values.", "Quote values that contain commas.")
            entry = _entry(place, dict(zip(columns, map(str.strip, values), strict=True)))
            if entry.entry_id in seen:
                raise CopyBankError(
                    f"{place} repeats the entry_id {entry.entry_id!r}.", "Give every entry its own name."
                )
            seen.add(entry.entry_id)
            entries.append(entry)
    except (UnicodeDecodeError, csv.Error) as error:
        raise CopyBankError(
            f"The bank file {name} is not a UTF-8 CSV file.", "Write it as CSV with commas, in UTF-8."
        ) from error
    return entries


def _entry(place: str, values: dict[str, str]) -> BankEntry:
    def wrong(column: str, expected: str) -> CopyBankError:
        return CopyBankError(f"{place} has {values.get(column, '')[:80]!r} as its {column}.", f"Write {expected}.")

    def day(column: str) -> date | None:
        try:
            return date.fromisoformat(values[column]) if values.get(column) else None
        except ValueError:
            raise wrong(column, "a date as YYYY-MM-DD, or nothing") from None

    bank, entry_id, written = values["bank"], values["entry_id"], values["hash"]
    if bank not in ("public", "removed"):
        raise wrong("bank", "public or removed")
    if not entry_id:
        raise wrong("entry_id", "a name of its own")
    bits, frames = b"", tuple[VideoFrame, ...]()
    try:
        if written.startswith("["):
            frames = read_frames(written)
        else:
            bits = hash_bits(written)
    except ValueError:
        raise wrong(
            "hash", "a PDQ fingerprint as 64 hexadecimal digits, or a vPDQ one as a JSON list of its frames"
        ) from None
    if frames and not any(frame.quality >= QUALITY_FLOOR for frame in frames):
        raise wrong("hash", f"a video with a frame of quality {QUALITY_FLOOR}, or leave it out")
    quality = values.get("quality", "")
    number = int(quality) if quality.isascii() and quality.isdecimal() else -1
    if quality and not QUALITY_FLOOR <= number <= 100:
        raise wrong("quality", f"a whole number from {QUALITY_FLOOR} to 100, or leave such a fingerprint out")
    if values.get("disabled", "") not in ("", "yes", "no"):
        raise wrong("disabled", "yes, no or nothing")
    return BankEntry(
        bank="public" if bank == "public" else "removed",
        entry_id=entry_id,
        bits=bits,
        quality=number if quality else None,
        where=values.get("where", ""),
        since=day("since"),
        disabled=values.get("disabled") == "yes",
        expires=day("expires"),
        picture=values.get("picture", ""),
        frames=frames,
    )


def hash_bits(written: str) -> bytes:
    """The 32 bytes of a PDQ fingerprint in hexadecimal digits.

    Raises:
        ValueError: It is something else.
    """
    if len(written) != 64:
        raise ValueError("a PDQ fingerprint has 64 hexadecimal digits")
    bits = bytes.fromhex(written)
    if len(bits) != 32:  # fromhex skips blanks
        raise ValueError("a PDQ fingerprint has 64 hexadecimal digits")
    return bits
