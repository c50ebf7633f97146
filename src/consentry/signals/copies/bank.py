"""Banks of known fingerprints, ready to be searched. The search is exact."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from consentry.records import Transform
from consentry.signals.copies.bank_file import BankEntry, as_csv, read_entries
from consentry.signals.copies.fingerprints import MATCH_DISTANCE, TRANSFORMS, Fingerprint
from consentry.signals.copies.hash_index import HashIndex, Near, compare_all
from consentry.signals.copies.video_prints import comparable_frames

_INDEX_FROM: Final = 20_000
"""Fingerprints; with fewer, comparing with all of them is faster than looking up (measured for one picture a call)."""


class BankHit(NamedTuple):
    """An entry near a fingerprint.

    Attributes:
        distance: The bits in which they differ.
        transform: How the picture was turned or mirrored.
        border_removed: Whether it is near only without its plain border.
        second: Which frame of the entry, if it is a video.
    """

    entry: BankEntry
    distance: int
    transform: Transform = "none"
    border_removed: bool = False
    second: float | None = None


class FrameHits(NamedTuple):
    """All pairs of a query and a fingerprint of the bank that are near, the nearest way to lay the query for each.

    Four arrays of one length, by query, then by fingerprint. ``variant`` is the place in `TRANSFORMS`, and eight more
    for the picture without its border.
    """

    query: NDArray[np.int64]
    print: NDArray[np.int64]
    distance: NDArray[np.int64]
    variant: NDArray[np.int64]


class Bank:
    """Known fingerprints.

    Args:
        entries: Their order is the order of equally near hits.
        sha256: Digest of the file that they came from.

    Attributes:
        entries: Those that are not disabled; the expired ones are left out by the date of each search.
        owners: ``(prints,)``: the entry of each fingerprint; a video has several.
        seconds: ``(prints,)``: when in the entry's video; NaN for an image.
        moments: ``(prints,)``: the whole second of each fingerprint, 0 for an image. How densely a video was
            sampled does not matter then.
    """

    def __init__(self, entries: Iterable[BankEntry] = (), *, sha256: str | None = None) -> None:
        self.entries = tuple(entry for entry in entries if not entry.disabled)
        self.sha256 = sha256 or hashlib.sha256(as_csv(self.entries).encode()).hexdigest()
        prints, owners, seconds = [], [], []
        for index, entry in enumerate(self.entries):
            for frame in comparable_frames(entry.frames):
                prints.append(frame.bits)
                owners.append(index)
                seconds.append(frame.second)
            if not entry.frames:
                prints.append(entry.bits)
                owners.append(index)
                seconds.append(np.nan)
        self._words = as_words(prints)
        self.owners = np.array(owners, np.int64)
        self.seconds = np.array(seconds, np.float64)
        self.moments = np.nan_to_num(self.seconds).astype(np.int64)

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
        entries, content = read_entries(path)
        return cls(entries, sha256=hashlib.sha256(content).hexdigest())

    def __len__(self) -> int:
        return len(self.entries)

    @cached_property
    def moments_of_entry(self) -> NDArray[np.int64]:
        """``(entries,)``: how many whole seconds of each entry have a fingerprint."""
        distinct = np.unique(np.stack([self.owners, self.moments]), axis=1)
        return np.bincount(distinct[0], minlength=len(self.entries))

    def search(self, query: Fingerprint, *, distance: int = MATCH_DISTANCE, on: date | None = None) -> list[BankHit]:
        """All entries within `distance` bits of the picture or of one of its turned and mirrored variants.

        A query that is not `comparable` finds nothing.

        Args:
            query: The picture's fingerprint.
            distance: Over 31 bits, large banks answer slowly.
            on: The day on which entries must not have expired; without one, none is taken to have expired.
        """
        return self.search_many([query], distance=distance, on=on)[0]

    def search_many(
        self, queries: Sequence[Fingerprint], *, distance: int = MATCH_DISTANCE, on: date | None = None
    ) -> list[list[BankHit]]:
        """`search` for many pictures in one go: for each its hits, the nearest first, every entry once."""
        found = self.near(queries, distance=distance, on=on)
        hits: list[dict[int, BankHit]] = [{} for _ in queries]
        for query, place, apart, variant in zip(*(array.tolist() for array in found), strict=True):
            owner = int(self.owners[place])
            known = hits[query].get(owner)
            if known is None or apart < known.distance:
                second = float(self.seconds[place])
                hits[query][owner] = BankHit(
                    self.entries[owner],
                    apart,
                    transform=TRANSFORMS[variant % len(TRANSFORMS)],
                    border_removed=variant >= len(TRANSFORMS),
                    second=None if np.isnan(second) else second,
                )
        return [
            [hit for _, hit in sorted(of_query.items(), key=lambda item: (item[1].distance, item[0]))]
            for of_query in hits
        ]

    def near(
        self, queries: Sequence[Fingerprint], *, distance: int = MATCH_DISTANCE, on: date | None = None
    ) -> FrameHits:
        """Every fingerprint of the bank within `distance` bits of each query, frames of videos one by one."""
        asked = np.array([index for index, query in enumerate(queries) if query.comparable], np.int64)
        if not len(asked) or not self.entries:
            nothing = np.zeros(0, np.int64)
            return FrameHits(nothing, nothing, nothing, nothing)
        laid = [queries[index].variants + queries[index].inner for index in asked]
        words = as_words([bits for variants in laid for bits in variants])
        counts = np.array([len(variants) for variants in laid])
        query_of = np.repeat(asked, counts)
        variant_of = np.arange(len(words)) - np.repeat(np.cumsum(counts) - counts, counts)
        found = self._near_words(words, distance)
        if on is not None:
            valid = np.array([not entry.expired(on) for entry in self.entries])
            keep = valid[self.owners[found.found]]
            found = Near(found.query[keep], found.found[keep], found.distance[keep])
        query, variant = query_of[found.query], variant_of[found.query]
        order = np.lexsort((variant, found.distance, found.found, query))
        query, place, apart, variant = query[order], found.found[order], found.distance[order], variant[order]
        first = np.ones(len(query), bool)
        first[1:] = (query[1:] != query[:-1]) | (place[1:] != place[:-1])
        return FrameHits(query[first], place[first], apart[first], variant[first])

    def _near_words(self, words: NDArray[np.uint64], distance: int) -> Near:
        if len(self._words) < _INDEX_FROM or distance > MATCH_DISTANCE:
            return compare_all(self._words, words, distance)
        return self._index.search(words, distance)

    @cached_property
    def _index(self) -> HashIndex:
        return HashIndex(self._words, MATCH_DISTANCE)


def as_words(bits: Sequence[bytes]) -> NDArray[np.uint64]:
    """``(fingerprints, 4)``: 256 bits as four words. Their byte order does not matter, only that it is the same."""
    return np.frombuffer(b"".join(bits), dtype=np.uint64).reshape(-1, 4)
