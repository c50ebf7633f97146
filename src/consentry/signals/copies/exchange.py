"""Sharing fingerprints: the formats of python-threatexchange, read and written.

Written and read (version 1.2.17 of the package; `consentry bank export` says which):

- ``csv``: what ``threatexchange dataset -P --csv`` prints: ``signal_type,signal_str,collab,category,tags``.
- ``lines``: what its ``local_file`` exchange reads: ``pdq HASH`` or ``vpdq JSON`` on each line.

Read besides: what its ``api ... query`` writes as CSV or JSON lines (columns ``indicator`` and ``type``), and the JSON
of one vPDQ fingerprint.

These formats have no room for quality, dates and places. In ``csv`` they travel as tags that begin with
``consentry:``, which others keep or ignore; where a medium is and what its entry is called may say more than should be
shared, and goes along only when asked for.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Literal, NamedTuple

from consentry.signals.copies.bank_file import BankEntry, BankName, CopyBankError, allow_long_fields, hash_bits
from consentry.signals.copies.fingerprints import QUALITY_FLOOR
from consentry.signals.copies.video_prints import VideoFrame, comparable_frames, frames_as_json, read_frames

ExchangeFormat = Literal["csv", "lines"]

_COLUMNS: Final = ("signal_type", "signal_str", "collab", "category", "tags")
_PDQ: Final = ("pdq", "hash_pdq")
_VPDQ: Final = ("vpdq", "hash_vpdq", "video_vpdq")
_NOT_HARMFUL: Final = ("negative_class", "disputed", "non_malicious")
_TAG: Final = "consentry:"
_FEWEST_BITS: Final = 96
"""About half of a fingerprint's bits are set, because PDQ cuts at the median. Far fewer come from a plain picture."""


class Imported(NamedTuple):
    """What came of an import.

    Attributes:
        entries: The new ones.
        known: How many fingerprints the bank has already, or the file repeats.
        left_out: How many lines were left out, by reason.
    """

    entries: list[BankEntry]
    known: int
    left_out: Counter[str]


class _Line(NamedTuple):
    kind: str
    written: str
    collaboration: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()


class _LeftOutError(Exception):
    """Why a line does not become an entry."""


def export_entries(entries: Iterable[BankEntry], form: ExchangeFormat, *, details: bool = False) -> str:
    """Entries as text for others.

    Args:
        entries: Disabled ones are not written.
        form: Which format.
        details: Also tell their names and where the media are (``csv`` only).
    """
    shared = [entry for entry in entries if not entry.disabled]
    if form == "lines":
        return "".join(f"{_kind(entry)} {_written(entry)}\n" for entry in shared)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for entry in shared:
        tags = " ".join(_TAG + tag for tag in _tags(entry, details=details))
        writer.writerow([_kind(entry), _written(entry), entry.bank, "POSITIVE_CLASS", tags])
    return buffer.getvalue()


def import_entries(
    text: str,
    bank: BankName,
    known: Sequence[BankEntry] = (),
    *,
    where: str = "",
    since: date | None = None,
    expires: date | None = None,
) -> Imported:
    """Read what others share.

    Args:
        text: The content of a file in one of the module's formats, which is told from the content.
        bank: Into which bank it goes. A file from elsewhere does not choose.
        known: What is there already; the same fingerprint in the same bank is not taken in twice.
        where: For entries of which the file does not say where they are.
        since: Likewise.
        expires: Likewise.

    Raises:
        CopyBankError: ``copies.exchange_unknown``: the file is in none of the formats.
    """
    seen = {(entry.bank, _print(entry)) for entry in known}
    taken = {entry.entry_id for entry in known}
    found: list[BankEntry] = []
    repeated = 0
    left_out: Counter[str] = Counter()
    for line in _lines(text):
        try:
            entry = _entry(line, bank, where, since, expires)
        except _LeftOutError as reason:
            left_out[str(reason)] += 1
            continue
        if (entry.bank, _print(entry)) in seen:
            repeated += 1
            continue
        entry = entry._replace(entry_id=_free_name(entry, taken))
        seen.add((entry.bank, _print(entry)))
        taken.add(entry.entry_id)
        found.append(entry)
    return Imported(found, repeated, left_out)


# --- out ----------------------------------------------------------------------------------------------------------


def _kind(entry: BankEntry) -> str:
    return "vpdq" if entry.frames else "pdq"


def _written(entry: BankEntry) -> str:
    return frames_as_json(entry.frames) if entry.frames else entry.bits.hex()


def _tags(entry: BankEntry, *, details: bool) -> Iterator[str]:
    if entry.quality is not None:
        yield f"quality={entry.quality}"
    if entry.since:
        yield f"since={entry.since.isoformat()}"
    if entry.expires:
        yield f"expires={entry.expires.isoformat()}"
    if details:
        yield f"entry={_escaped(entry.entry_id)}"
        if entry.where:
            yield f"where={_escaped(entry.where)}"


def _escaped(text: str) -> str:
    """Without blanks, at which tags are cut: these and the per cent sign as in web addresses."""
    return "".join(
        "".join(f"%{byte:02X}" for byte in character.encode()) if character.isspace() or character == "%" else character
        for character in text
    )


def _unescaped(text: str) -> str:
    return re.sub("(?:%[0-9A-F]{2})+", lambda found: bytes.fromhex(found[0].replace("%", "")).decode(), text)


# --- in -----------------------------------------------------------------------------------------------------------


def _lines(text: str) -> Iterator[_Line]:
    allow_long_fields()
    text = text.removeprefix("\ufeff").strip()
    first = text.partition("\n")[0]
    try:
        if first.startswith("{") and '"indicator"' in first:
            yield from (_of_query(json.loads(line)) for line in text.split("\n") if line.strip())
        elif text.startswith(("[", "{")):
            yield _Line("vpdq", text)
        elif "signal_str" in (columns := next(csv.reader([first]), [])) and "signal_type" in columns:
            yield from (_of_dataset(row) for row in _rows(text))
        elif "indicator" in columns and "type" in columns:
            yield from (_of_query(row) for row in _rows(text))
        elif first.split(" ")[0].lower() in (*_PDQ, *_VPDQ) or _is_hash(first.strip()):
            for line in filter(None, map(str.strip, text.split("\n"))):
                kind, _, written = line.partition(" ")
                yield _Line(kind, written) if written else _Line("pdq", line)
        elif text:
            raise _unknown_format()
    except (ValueError, AttributeError, csv.Error) as error:
        raise _unknown_format() from error


def _unknown_format() -> CopyBankError:
    return CopyBankError(
        "The file is in no format of python-threatexchange that Consentry reads.",
        "Give the CSV of `threatexchange dataset -P --csv`, or lines of `pdq HASH` and `vpdq JSON`.",
        code="copies.exchange_unknown",
    )


def _rows(text: str) -> Iterator[dict[str, str]]:
    for row in csv.DictReader(io.StringIO(text, newline="")):
        yield {column: value or "" for column, value in row.items() if isinstance(value, str | None) and column}


def _of_dataset(row: dict[str, str]) -> _Line:
    return _Line(
        row["signal_type"],
        row.get("signal_str", ""),
        row.get("collab", ""),
        row.get("category", ""),
        tuple(row.get("tags", "").split()),
    )


def _of_query(row: Mapping[str, object]) -> _Line:
    tags = row.get("tags", "")
    words = [str(tag) for tag in tags] if isinstance(tags, list) else str(tags).split()
    return _Line(
        str(row.get("type", "")), str(row.get("indicator", "")), category=str(row.get("status", "")), tags=tuple(words)
    )


def _entry(line: _Line, bank: BankName, where: str, since: date | None, expires: date | None) -> BankEntry:
    """The entry of a line; its name is empty unless the line has one."""
    kind, written = line.kind.strip().lower(), line.written.strip()
    if kind not in _PDQ + _VPDQ:
        raise _LeftOutError("another kind of signal")
    if line.category.strip().lower() in _NOT_HARMFUL:
        raise _LeftOutError("disputed by those who share it")
    told = dict(tag.removeprefix(_TAG).partition("=")[::2] for tag in line.tags if tag.startswith(_TAG))
    bits, frames = b"", tuple[VideoFrame, ...]()
    try:
        if kind in _PDQ:
            bits = hash_bits(written)
        else:
            frames = read_frames(written)
        quality = int(told["quality"]) if told.get("quality") else None
        entry = BankEntry(
            bank,
            _unescaped(told.get("entry", "")).strip(),
            bits,
            quality=None if frames else quality,
            where=_unescaped(told.get("where", "")).strip() or where or line.collaboration.strip(),
            since=date.fromisoformat(told["since"]) if told.get("since") else since,
            expires=date.fromisoformat(told["expires"]) if told.get("expires") else expires,
            frames=frames,
        )
    except ValueError:
        raise _LeftOutError("not a fingerprint that can be read") from None
    if (quality is not None and not QUALITY_FLOOR <= quality <= 100) or _too_plain(entry):
        raise _LeftOutError("of a picture with too little detail")
    return entry


def _too_plain(entry: BankEntry) -> bool:
    prints = [frame.bits for frame in comparable_frames(entry.frames)] if entry.frames else [entry.bits]
    return not any(_FEWEST_BITS <= int.from_bytes(bits).bit_count() <= 256 - _FEWEST_BITS for bits in prints)


def _is_hash(written: str) -> bool:
    try:
        return bool(hash_bits(written))
    except ValueError:
        return False


def _print(entry: BankEntry) -> bytes | tuple[VideoFrame, ...]:
    return entry.frames or entry.bits


def _free_name(entry: BankEntry, taken: set[str]) -> str:
    """The name that the file gives if it is free, else one made of the fingerprint, the same every time."""
    if entry.entry_id and entry.entry_id not in taken:
        return entry.entry_id
    digest = hashlib.sha256(_written(entry).encode()).hexdigest()
    lengths = range(16, len(digest) + 1, 8)
    return next(name for length in lengths if (name := f"{_kind(entry)}-{digest[:length]}") not in taken)
