"""Banks of known fingerprints: a CSV file, and the exact search in it.

The file is UTF-8 with a header line and these columns, the last three of which may be left out or empty:

============  ========================================================================================
bank          ``public`` (known to be available elsewhere) or ``removed`` (taken down before)
entry_id      a name, unique in the file
hash          the PDQ fingerprint, 64 hexadecimal digits
quality       PDQ's quality of it, 50 to 100; fingerprints of less say nothing and have no place in a bank
where         where else the medium is, or the case in which it was removed
since         since when, as YYYY-MM-DD
disabled      ``yes`` leaves the entry out of the search
============  ========================================================================================
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import ClassVar, Final, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from consentry.copies.fingerprints import MATCH_DISTANCE, QUALITY_FLOOR, Fingerprint
from consentry.errors import ConsentryError

_REQUIRED: Final = ("bank", "entry_id", "hash", "quality")
_OPTIONAL: Final = ("where", "since", "disabled")
_COMPARISONS_AT_ONCE: Final = 1 << 20
"""Pairs of fingerprints per step of a search: 32 MB of differences."""


class CopyBankError(ConsentryError):
    """A bank file that cannot be used."""

    default_code: ClassVar[str] = "copies.bank_invalid"


class BankEntry(NamedTuple):
    """One line of a bank file; see the module's description."""

    bank: Literal["public", "removed"]
    entry_id: str
    bits: bytes
    quality: int
    where: str = ""
    since: date | None = None
    disabled: bool = False


class BankHit(NamedTuple):
    """An entry near a fingerprint, and the bits in which they differ."""

    entry: BankEntry
    distance: int


class Bank:
    """Known fingerprints, ready to be searched.

    Args:
        entries: Their order is the order of equally near hits.
        sha256: Digest of the file that they came from.

    Attributes:
        entries: Those that are not disabled.
    """

    def __init__(self, entries: Iterable[BankEntry] = (), *, sha256: str | None = None) -> None:
        self.entries = tuple(entry for entry in entries if not entry.disabled)
        self.sha256 = sha256 or hashlib.sha256(_as_csv(self.entries).encode()).hexdigest()
        self._words = _words([entry.bits for entry in self.entries])

    @classmethod
    def empty(cls) -> Self:
        """A bank that nothing matches."""
        return cls()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a bank file.

        Raises:
            CopyBankError: ``copies.bank_not_found``, or ``copies.bank_invalid`` with the line that is wrong.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CopyBankError(
                f"The bank file {path} could not be read.", "Check the path.", code="copies.bank_not_found"
            ) from error
        return cls(_entries(path.name, content), sha256=hashlib.sha256(content).hexdigest())

    def __len__(self) -> int:
        return len(self.entries)

    def search(self, query: Fingerprint, *, distance: int = MATCH_DISTANCE) -> list[BankHit]:
        """All entries within `distance` bits of the picture or of one of its turned and mirrored variants.

        A query that is not `comparable` finds nothing.
        """
        return self.search_many([query], distance=distance)[0]

    def search_many(self, queries: Sequence[Fingerprint], *, distance: int = MATCH_DISTANCE) -> list[list[BankHit]]:
        """`search` for many pictures in one go: for each its hits, the nearest first. The search is exact."""
        hits: list[list[BankHit]] = [[] for _ in queries]
        asked = [index for index, query in enumerate(queries) if query.comparable]
        if not asked or not self.entries:
            return hits
        words = np.stack([_words(list(queries[index].variants)) for index in asked])  # (queries, variants, 4)
        step = max(1, _COMPARISONS_AT_ONCE // (words.shape[0] * words.shape[1]))
        for start in range(0, len(self.entries), step):
            part = self._words[start : start + step]
            different = np.zeros((*words.shape[:2], len(part)), dtype=np.uint16)
            for word in range(4):
                different += np.bitwise_count(words[:, :, word, None] ^ part[None, None, :, word])
            nearest = different.min(axis=1)
            for row, column in np.argwhere(nearest <= distance):
                hits[asked[row]].append(BankHit(self.entries[start + column], int(nearest[row, column])))
        for found in hits:
            found.sort(key=lambda hit: hit.distance)
        return hits


def write_bank(path: Path, entries: Iterable[BankEntry]) -> None:
    """Write a bank file that `Bank.load` reads."""
    path.write_text(_as_csv(entries), encoding="utf-8", newline="")


def _words(bits: Sequence[bytes]) -> NDArray[np.uint64]:
    """``(fingerprints, 4)``: 256 bits as four words. Their byte order does not matter, only that it is the same."""
    return np.frombuffer(b"".join(bits), dtype=np.uint64).reshape(-1, 4)


def _as_csv(entries: Iterable[BankEntry]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_REQUIRED + _OPTIONAL)
    for entry in entries:
        since = entry.since.isoformat() if entry.since else ""
        disabled = "yes" if entry.disabled else ""
        writer.writerow([entry.bank, entry.entry_id, entry.bits.hex(), entry.quality, entry.where, since, disabled])
    return buffer.getvalue()


def _entries(name: str, content: bytes) -> list[BankEntry]:
    try:
        lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        columns = list(lines.fieldnames or ())
        missing = [column for column in _REQUIRED if column not in columns]
        unknown = [column for column in columns if column not in _REQUIRED + _OPTIONAL]
        if missing or unknown:
            problem = f"lacks the column {missing[0]!r}" if missing else f"has an unknown column {unknown[0]!r}"
            raise CopyBankError(
                f"The bank file {name} {problem}.",
                f"Its first line must name {', '.join(_REQUIRED)} and may name {', '.join(_OPTIONAL)}.",
            )
        entries: list[BankEntry] = []
        seen: set[str] = set()
        for line in lines:
            entry = _entry(f"Line {lines.line_num} of the bank file {name}", line)
            if entry.entry_id in seen:
                raise CopyBankError(
                    f"Line {lines.line_num} of the bank file {name} repeats the entry_id {entry.entry_id!r}.",
                    "Give every entry its own name.",
                )
            seen.add(entry.entry_id)
            entries.append(entry)
    except (UnicodeDecodeError, csv.Error) as error:
        raise CopyBankError(
            f"The bank file {name} is not a UTF-8 CSV file.", "Write it as CSV with commas, in UTF-8."
        ) from error
    return entries


def _entry(place: str, line: dict[str | None, str | list[str] | None]) -> BankEntry:
    values = {column: value.strip() for column, value in line.items() if column and isinstance(value, str)}
    if None in line or any(column not in values for column in _REQUIRED):
        raise CopyBankError(f"{place} has too many or too few values.", "Quote values that contain commas.")

    def wrong(column: str, expected: str) -> CopyBankError:
        return CopyBankError(f"{place} has {values.get(column)!r} as its {column}.", f"Write {expected}.")

    bank = values["bank"]
    if bank not in ("public", "removed"):
        raise wrong("bank", "public or removed")
    if not values["entry_id"]:
        raise wrong("entry_id", "a name of its own")
    try:
        bits = bytes.fromhex(values["hash"])
    except ValueError:
        bits = b""
    if len(bits) != 32 or len(values["hash"]) != 64:
        raise wrong("hash", "the PDQ fingerprint as 64 hexadecimal digits")
    quality = int(values["quality"]) if values["quality"].isascii() and values["quality"].isdecimal() else -1
    if not QUALITY_FLOOR <= quality <= 100:
        raise wrong("quality", f"a whole number from {QUALITY_FLOOR} to 100, or leave such a fingerprint out")
    try:
        since = date.fromisoformat(values["since"]) if values.get("since") else None
    except ValueError:
        raise wrong("since", "a date as YYYY-MM-DD, or nothing") from None
    if values.get("disabled", "") not in ("", "yes", "no"):
        raise wrong("disabled", "yes, no or nothing")
    return BankEntry(
        bank="public" if bank == "public" else "removed",
        entry_id=values["entry_id"],
        bits=bits,
        quality=quality,
        where=values.get("where", ""),
        since=since,
        disabled=values.get("disabled") == "yes",
    )
