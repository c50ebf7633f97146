"""What a job has to do: the rows of a manifest in numbered shards, and everything that its results depend on.

A plan is made in one pass over the manifest, which is then read again, shard by shard. It holds eight bytes a row while
it is made and next to nothing afterwards.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from consentry.batch.added_columns import added_columns
from consentry.batch.errors import ManifestError
from consentry.batch.manifest.cases import post_id_of
from consentry.batch.manifest.columns import Reading
from consentry.batch.manifest.reading import read_rows
from consentry.batch.manifest.sources import Source, find_sources
from consentry.fetching.addresses import shown
from consentry.fetching.rules import FetchRules
from consentry.version import __version__

if TYPE_CHECKING:
    from consentry.pipeline.assessor import Assessor

SHARD_ROWS: Final = 512
"""Rows of a shard: what a killed job repeats at most, at a few dozen a second some ten to twenty seconds of work."""
ADDED: Final = "added_columns"
"""Names, among the conditions, the columns of signals that others added."""

LAYOUT: Final = 2
"""Of the folder of results; raised when an older folder could no longer be continued."""


@dataclass(frozen=True)
class Row:
    """One row of a manifest, as plain data that can be sent to another machine.

    Attributes:
        number: From 1, over all files of the manifest.
        content: A mapping, or a sentence that says why there is none.
        base: What relative paths in it are relative to.
        duplicate: Whether an earlier row has the same ``post_id``.
    """

    number: int
    content: Any
    base: str
    duplicate: bool = False


@dataclass(frozen=True)
class Plan:
    """The work of a job.

    Attributes:
        manifest: Path or address.
        rows: How many.
        shard_rows: How many make a shard; the last may have fewer.
        fingerprint: What results depend on: the manifest's content, models, policy, settings.
        duplicates: Numbers of the rows whose post came before.
        reading: What the manifest's columns are called, and which are left aside.
        fetching: Rules for what lies at addresses.
    """

    manifest: str
    rows: int
    shard_rows: int
    fingerprint: dict[str, Any]
    duplicates: frozenset[int] = frozenset()
    reading: Reading = Reading()
    fetching: FetchRules = FetchRules()

    @property
    def shards(self) -> int:
        """How many; they are numbered from 0."""
        return -(-self.rows // self.shard_rows)

    def shard_of(self, row: int) -> int:
        """The shard that a row belongs to."""
        return (row - 1) // self.shard_rows

    def size_of(self, shard: int) -> int:
        """How many rows a shard has."""
        return min(self.shard_rows, self.rows - shard * self.shard_rows)

    def read(self, shards: Collection[int]) -> Iterator[tuple[int, Row]]:
        """The rows of some shards, each with its shard's number, in order; read as they are asked for.

        Raises:
            ManifestError: The manifest has become shorter or unreadable since the plan was made.
        """
        last = max(shards, default=-1)
        number = 0
        for number, (source, content) in enumerate(self._rows(), 1):
            shard = self.shard_of(number)
            if shard > last or number > self.rows:
                return
            if shard in shards:
                yield shard, Row(number, content, source.base, number in self.duplicates)
        if number < self.rows:
            raise ManifestError(
                f"{shown(self.manifest)} has only {number:,} of its {self.rows:,} rows left.",
                "Leave the manifest as it is while the job runs; copy it first if others write to it.",
                code="manifest.format",
            )

    def read_rows(self, numbers: Collection[int]) -> Iterator[Row]:
        """Single rows, in order."""
        shards = {self.shard_of(number) for number in numbers}
        return (row for _, row in self.read(shards) if row.number in numbers)

    def _rows(self) -> Iterator[tuple[Any, Any]]:
        return read_rows(find_sources(self.manifest, self.fetching), self.reading)


def plan_job(
    manifest: str | Path,
    conditions: dict[str, Any],
    *,
    shard_rows: int = SHARD_ROWS,
    reading: Reading = Reading(),
    fetching: FetchRules = FetchRules(),
) -> Plan:
    """Read a manifest once and say what there is to do.

    Args:
        manifest: File, folder or glob; a path, or any address that fsspec can read.
        conditions: What results depend on besides the manifest; see `conditions_of`.
        shard_rows: Rows of one shard.
        reading: What the manifest's columns are called, and which are left aside.
        fetching: Rules for what lies at addresses.

    Raises:
        ManifestError: It is missing, empty, in no known format, or has other columns.
    """
    digest = hashlib.sha256()
    hashes = array("Q")
    for _, content in read_rows(find_sources(manifest, fetching), reading):
        digest.update(_canonical(content))
        hashes.append(_short_hash(post_id_of(content), len(hashes)))
    if not hashes:
        raise ManifestError(f"{shown(str(manifest))} has no rows.", "Write one row a post.", code="manifest.empty")
    fingerprint = {**conditions, "manifest": digest.hexdigest(), "rows": len(hashes), "shard_rows": shard_rows}
    return Plan(
        manifest=str(manifest),
        rows=len(hashes),
        shard_rows=shard_rows,
        fingerprint=fingerprint,
        duplicates=_duplicates(find_sources(manifest, fetching), hashes, reading),
        reading=reading,
        fetching=fetching,
    )


def conditions_of(assessor: Assessor) -> dict[str, Any]:
    """Everything that an assessment depends on besides the post, as plain data."""
    added = added_columns(assessor.signals)
    return {
        "layout": LAYOUT,
        "consentry": __version__,
        "components": [component.model_dump(mode="json") for component in assessor.components],
        "unavailable": [note.model_dump(mode="json") for note in assessor.unavailable],
        "device": assessor.settings.device,
        "precision": assessor.settings.precision,
        "limits": dataclasses.asdict(assessor.limits),
        **({ADDED: list(added)} if added else {}),
    }


def _canonical(content: Any) -> bytes:
    try:
        text = json.dumps(content, sort_keys=True, default=_plain, separators=(",", ":"))
    except TypeError:  # YAML has names that are no text, which have no order; such a row is no case
        text = ascii(content)
    return text.encode() + b"\n"


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else repr(value)


def _short_hash(post_id: str | None, position: int) -> int:
    """Eight bytes; rows without an id get different ones, since they are not the same post."""
    text = f"id:{post_id}" if post_id is not None else f"row:{position}"
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _duplicates(sources: Iterator[Source], hashes: array[int], reading: Reading) -> frozenset[int]:
    """Rows whose id came before. Two ids may share a hash, so the few that look alike are compared in a second pass."""
    import numpy as np

    ordered = np.sort(np.frombuffer(hashes, np.uint64))
    suspects = set(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
    if not suspects:
        return frozenset()
    seen: set[str] = set()
    found = set()
    for number, (_, content) in enumerate(read_rows(sources, reading), 1):
        if hashes[number - 1] in suspects and (post_id := post_id_of(content)) is not None:
            if post_id in seen:
                found.add(number)
            seen.add(post_id)
    return frozenset(found)
