"""Exact search among very many 256-bit fingerprints.

Multi-index hashing (Norouzi, Punjani, Fleet: Fast search in Hamming space with multi-index hashing, CVPR 2012, and
the uneven tolerances of Qin et al.: GPH, ICDE 2018). The bits are cut into pieces; piece i may differ in up to
t(i) bits, and the sum of t(i) + 1 over the pieces is the radius plus one. Two fingerprints within the radius cannot
exceed the tolerance in every piece (the excesses alone would add up to more than the radius), so some piece of every
true neighbour lies within its tolerance of the query's. Those are looked up in one table a piece and then compared
in full: nothing is missed, and nothing is returned that does not hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from math import log2
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

BITS: Final = 256
_QUERIES_AT_ONCE: Final = 1024
"""So many that the overhead of a call spreads, so few that the intermediate arrays stay in the cache."""

_COMPARISONS_AT_ONCE: Final = 1 << 20
"""Pairs of fingerprints per step of a plain comparison: some 16 MB of differences."""

_LOW: Final = 6
"""The last bits of a key choose a bit of a word of the table, so that one look into memory answers for 64 keys."""


class Near(NamedTuple):
    """Pairs within the radius, by query and then by fingerprint: three arrays of one length.

    Attributes:
        query: Positions of the queries.
        found: Positions of the fingerprints that were found.
        distance: Bits in which they differ.
    """

    query: NDArray[np.int64]
    found: NDArray[np.int64]
    distance: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Piece:
    """One table: the keys of all fingerprints in one run of bits.

    Attributes:
        start: First bit of the run.
        width: Its length.
        tolerance: In how many of its bits a neighbour may differ.
        present: Bit ``k % 64`` of word ``k // 64`` says whether the key ``k`` occurs.
        before: How many distinct keys lie before each word of ``present``.
        offsets: Where the fingerprints of each distinct key begin in ``order``.
        order: Positions of the fingerprints, by key.
    """

    start: int
    width: int
    tolerance: int
    present: NDArray[np.uint64]
    before: NDArray[np.int32]
    offsets: NDArray[np.int32]
    order: NDArray[np.int32]


class HashIndex:
    """Tables over fingerprints, for exact search within `radius` bits or less.

    A million fingerprints take about 140 MB (by reckoning), the fingerprints included, and some seconds to build.

    Args:
        words: ``(fingerprints, 4)`` uint64.
        radius: The largest distance that can be asked for.
    """

    def __init__(self, words: NDArray[np.uint64], radius: int) -> None:
        self.radius = radius
        self._columns = [np.ascontiguousarray(words[:, column]) for column in range(4)]
        self._pieces = [_piece(words, start, width, tolerance) for start, width, tolerance in plan(len(words), radius)]

    def search(self, queries: NDArray[np.uint64], radius: int | None = None) -> Near:
        """All pairs of a query and a fingerprint that differ in at most `radius` bits.

        Args:
            queries: ``(queries, 4)`` uint64.
            radius: At most that of the index, which is the default.

        Raises:
            ValueError: For a larger radius: the tables do not hold what is needed for it.
        """
        radius = self.radius if radius is None else radius
        if radius > self.radius:
            raise ValueError(f"this index answers up to a radius of {self.radius}, not {radius}")
        parts = []
        for start in range(0, len(queries), _QUERIES_AT_ONCE):
            block = queries[start : start + _QUERIES_AT_ONCE]
            query, found, distance = self._search_block(block, radius)
            parts.append((query + start, found, distance))
        return _joined(parts)

    def _search_block(self, queries: NDArray[np.uint64], radius: int) -> Near:
        columns = [np.ascontiguousarray(queries[:, column]) for column in range(4)]
        parts = []
        for piece in self._pieces:
            query, found = _candidates(piece, queries)
            distance = np.zeros(len(query), np.uint16)
            for ours, theirs in zip(self._columns, columns, strict=True):
                distance += np.bitwise_count(ours.take(found) ^ theirs.take(query))
                near = np.flatnonzero(distance <= radius)  # most are out after the first two words
                query, found, distance = query[near], found[near], distance[near]
            parts.append((query, found.astype(np.int64), distance.astype(np.int64)))
        joined = _joined(parts)
        # The same pair is found once for every piece in which it is close.
        once = np.unique(joined.query * len(self._columns[0]) + joined.found, return_index=True)[1]
        return Near(joined.query[once], joined.found[once], joined.distance[once])


def compare_all(words: NDArray[np.uint64], queries: NDArray[np.uint64], radius: int) -> Near:
    """The same answer by comparing every query with every fingerprint; the faster way for some thousands of them."""
    parts = []
    step = max(1, _COMPARISONS_AT_ONCE // max(1, len(queries)))
    for start in range(0, len(words), step):
        part = words[start : start + step]
        distance = np.zeros((len(queries), len(part)), np.uint16)
        for column in range(4):
            distance += np.bitwise_count(queries[:, None, column] ^ part[None, :, column])
        query, found = np.nonzero(distance <= radius)
        parts.append((query, found + start, distance[query, found].astype(np.int64)))
    joined = _joined(parts)
    order = np.lexsort((joined.found, joined.query))
    return Near(joined.query[order], joined.found[order], joined.distance[order])


def plan(fingerprints: int, radius: int) -> list[tuple[int, int, int]]:
    """Where to cut: start, width and tolerance of every piece, for so many fingerprints.

    A key should have some eight times as many values as there are fingerprints: wider ones have many more neighbours
    to look up, narrower ones bring more fingerprints to compare. Measured best at a million with 11 pieces.
    """
    count = min(16, max(11, round(BITS / (log2(max(2, fingerprints)) + 3.3))))
    edges = [BITS * index // count for index in range(count + 1)]
    pieces = [(start, end - start) for start, end in pairwise(edges)]
    shared, extra = divmod(radius + 1, count)
    # The narrow ones take the larger tolerance: they have fewer neighbours.
    generous = set(sorted(range(count), key=lambda index: (pieces[index][1], index))[:extra])
    tolerances = [shared - 1 + (index in generous) for index in range(count)]
    return [(*piece, tolerance) for piece, tolerance in zip(pieces, tolerances, strict=True) if tolerance >= 0]


def _piece(words: NDArray[np.uint64], start: int, width: int, tolerance: int) -> _Piece:
    keys = _keys(words, start, width)
    order = np.argsort(keys, kind="stable").astype(np.int32)
    distinct, first = np.unique(keys[order], return_index=True)
    present = np.zeros(max(1, (1 << width) >> _LOW), np.uint64)
    np.bitwise_or.at(present, distinct >> _LOW, np.uint64(1) << (distinct & (2**_LOW - 1)).astype(np.uint64))
    counts = np.bitwise_count(present).astype(np.int32)
    return _Piece(
        start=start,
        width=width,
        tolerance=tolerance,
        present=present,
        before=(np.cumsum(counts) - counts).astype(np.int32),
        offsets=np.append(first, len(keys)).astype(np.int32),
        order=order,
    )


def _keys(words: NDArray[np.uint64], start: int, width: int) -> NDArray[np.int64]:
    word, shift = divmod(start, 64)
    keys = words[:, word] >> np.uint64(shift)
    if shift + width > 64:
        keys = keys | (words[:, word + 1] << np.uint64(64 - shift))
    return (keys & np.uint64((1 << width) - 1)).astype(np.int64)


def _candidates(piece: _Piece, queries: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Every query with every fingerprint whose key is within the tolerance of the query's."""
    keys = _keys(queries, piece.start, piece.width)
    changes, spent = _changes(piece.width - _LOW, piece.tolerance)
    neighbours = _neighbours(piece.tolerance)
    places = (keys >> _LOW)[:, None] ^ changes
    # The bits left of the tolerance may be spent on the last bits of the key: one mask answers for all of those.
    hits = piece.present.take(places) & neighbours[piece.tolerance - spent, (keys & (2**_LOW - 1))[:, None]]
    flat = np.flatnonzero(hits)
    query, place, bits = flat // len(changes), places.ravel()[flat], hits.ravel()[flat]
    queries_found, ranks = [], []
    while len(bits):
        lowest = bits & (~bits + np.uint64(1))
        below = np.bitwise_count(piece.present.take(place) & (lowest - np.uint64(1)))
        queries_found.append(query)
        ranks.append(piece.before.take(place) + below)
        bits = bits ^ lowest
        more = np.flatnonzero(bits)
        query, place, bits = query[more], place[more], bits[more]
    if not ranks:
        return np.zeros(0, np.int64), np.zeros(0, np.int32)
    query, rank = np.concatenate(queries_found), np.concatenate(ranks)
    begin = piece.offsets.take(rank)
    length = piece.offsets.take(rank + 1) - begin
    end = np.cumsum(length, dtype=np.int64)
    within = np.arange(end[-1]) + np.repeat(begin - (end - length), length)
    return np.repeat(query, length), piece.order.take(within)


@cache
def _changes(width: int, tolerance: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All ways to change up to `tolerance` of `width` bits, and how many each of them changes."""
    found = [
        (sum(1 << bit for bit in chosen), count)
        for count in range(min(width, tolerance) + 1)
        for chosen in combinations(range(width), count)
    ]
    changes, spent = np.array(found, np.int64).T
    return np.ascontiguousarray(changes), np.ascontiguousarray(spent)


@cache
def _neighbours(tolerance: int) -> NDArray[np.uint64]:
    """``[left, low]``: a word in which the bits of all keys are set that differ from `low` in at most `left` bits."""
    low = np.arange(2**_LOW, dtype=np.uint64)
    apart = np.bitwise_count(low[:, None] ^ low[None, :])
    bits = np.uint64(1) << low
    words = [np.bitwise_or.reduce(np.where(apart <= left, bits, np.uint64(0)), axis=1) for left in range(tolerance + 1)]
    return np.stack(words)


def _joined(parts: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]) -> Near:
    if not parts:
        nothing = np.zeros(0, np.int64)
        return Near(nothing, nothing, nothing)
    query, found, distance = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Near(query, found, distance)
