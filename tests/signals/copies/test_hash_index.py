"""Multi-index hashing against comparing with all: the same pairs, whatever the fingerprints are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from consentry.signals.copies import hash_index
from consentry.signals.copies.hash_index import HashIndex, Near, compare_all, plan


def pairs(near: Near) -> list[tuple[int, int, int]]:
    return list(zip(near.query.tolist(), near.found.tolist(), near.distance.tolist(), strict=True))


def by_hand(words: NDArray[np.uint64], queries: NDArray[np.uint64], radius: int) -> list[tuple[int, int, int]]:
    known = [int.from_bytes(row.tobytes()) for row in words]
    found = []
    for index, row in enumerate(queries):
        asked = int.from_bytes(row.tobytes())
        for place, other in enumerate(known):
            if (distance := (asked ^ other).bit_count()) <= radius:
                found.append((index, place, distance))
    return found


def clusters(seed: int, count: int, spread: int, groups: int) -> NDArray[np.uint64]:
    """Fingerprints around a few centres, so that many lie at every distance near the radius."""
    generator = np.random.default_rng(seed)
    centres = generator.integers(0, 2, (groups, 256), dtype=np.uint8)
    bits = centres[generator.integers(groups, size=count)]
    for row in bits:
        row[generator.permutation(256)[: generator.integers(0, spread + 1)]] ^= 1
    return np.packbits(bits, axis=1).view(np.uint64).reshape(-1, 4)


@settings(max_examples=50)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 60),
    spread=st.integers(0, 40),
    groups=st.integers(1, 5),
    radius=st.integers(0, 31),
    block=st.sampled_from([7, 1024]),
)
def test_it_finds_what_comparing_finds(
    seed: int, count: int, spread: int, groups: int, radius: int, block: int
) -> None:
    found = clusters(seed, count, spread, groups)
    words, queries = found[: max(1, count // 2)], found[count // 2 :]
    wanted = by_hand(words, queries, radius)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hash_index, "_QUERIES_AT_ONCE", block)
        patch.setattr(hash_index, "_COMPARISONS_AT_ONCE", block * 16)
        assert pairs(HashIndex(words, 31).search(queries, radius)) == wanted
        assert pairs(HashIndex(words, radius).search(queries)) == wanted
        assert pairs(compare_all(words, queries, radius)) == wanted


def test_worst_case_of_the_pigeonholes() -> None:
    """Differences spread so evenly that every piece but one is over its tolerance, at every turn of the spread."""
    generator = np.random.default_rng(3)
    words = generator.integers(0, 1 << 64, (50, 4), dtype=np.uint64)
    index = HashIndex(words, 31)
    pieces = plan(len(words), 31)
    for spared in range(len(pieces)):
        changed = np.zeros(256, np.uint8)
        for number, (start, _, tolerance) in enumerate(pieces):
            changed[start : start + tolerance + (number != spared)] = 1
        assert changed.sum() == 31
        query = words[:1] ^ np.packbits(changed, bitorder="little").view(np.uint64)
        assert pairs(index.search(query)) == [(0, 0, 31)]


def test_many_fingerprints_against_comparing_with_all() -> None:
    words = clusters(1, 30_000, 60, 3_000)
    queries = np.concatenate([clusters(2, 100, 60, 50), words[:200] ^ np.uint64(0x0101)])
    found, wanted = HashIndex(words, 31).search(queries), compare_all(words, queries, 31)
    assert len(wanted.query) > 200
    assert pairs(found) == pairs(wanted)


@pytest.mark.parametrize("count", [1, 2, 100, 20_000, 1_000_000, 50_000_000])
@pytest.mark.parametrize("radius", [0, 5, 31])
def test_the_plan_covers_what_the_proof_needs(count: int, radius: int) -> None:
    pieces = plan(count, radius)
    assert sum(tolerance + 1 for _, _, tolerance in pieces) == radius + 1
    ends = [0]
    for start, width, tolerance in pieces:
        assert start >= ends[-1]
        assert 0 <= tolerance < width <= 24
        ends.append(start + width)
    assert ends[-1] <= 256


def test_the_same_fingerprint_many_times() -> None:
    words = np.tile(clusters(5, 1, 0, 1), (500, 1))
    assert pairs(HashIndex(words, 31).search(words[:1])) == [(0, place, 0) for place in range(500)]


def test_a_larger_radius_is_refused() -> None:
    index = HashIndex(clusters(0, 5, 5, 1), 10)
    with pytest.raises(ValueError, match="up to a radius of 10"):
        index.search(clusters(0, 1, 5, 1), 11)


def test_nothing_asked_nothing_found() -> None:
    words = clusters(0, 5, 5, 1)
    assert pairs(HashIndex(words, 31).search(words[:0])) == []
    assert pairs(compare_all(words[:0], words, 31)) == []
