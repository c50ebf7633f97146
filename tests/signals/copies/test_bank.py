"""The search in banks: exactness, expiry, videos, ways to lay a picture."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.signals.copies import Bank, BankEntry, Fingerprint, VideoFrame
from consentry.signals.copies import bank as bank_module


def query(bits: bytes, *variants: bytes, quality: int = 100) -> Fingerprint:
    return Fingerprint(bits=bits, quality=quality, variants=(bits, *variants, *[bits] * (7 - len(variants))))


def flipped(bits: bytes, generator: np.random.Generator, count: int) -> bytes:
    changed = np.zeros(256, np.uint8)
    changed[generator.permutation(256)[:count]] = 1
    return bytes(a ^ b for a, b in zip(bits, np.packbits(changed).tobytes(), strict=True))


def test_empty_bank() -> None:
    assert len(Bank.empty()) == 0
    assert Bank.empty().search(query(bytes(32))) == []
    assert Bank.empty().sha256 == Bank([]).sha256


def test_threshold_order_and_quality() -> None:
    near = [bytes([255] * (count // 8) + [(1 << count % 8) - 1] + [0] * (31 - count // 8)) for count in (5, 31, 32, 0)]
    bank = Bank(BankEntry("public", str(index), bits, 100) for index, bits in enumerate(near))
    found = bank.search(query(bytes(32)))
    assert [(hit.entry.entry_id, hit.distance) for hit in found] == [("3", 0), ("0", 5), ("1", 31)]
    assert [hit.entry.entry_id for hit in bank.search(query(bytes(32)), distance=4)] == ["3"]
    assert bank.search(query(bytes(32), quality=49)) == []
    assert bank.search(query(b"\xff" * 32)) == []
    assert bank.search(query(b"\xff" * 32, bytes(32)), distance=0)[0].entry.entry_id == "3"


@pytest.mark.parametrize("indexed", [False, True])
@given(data=st.data())
def test_search_is_exact(data: st.DataObject, indexed: bool) -> None:
    seed = data.draw(st.integers(0, 1000))
    distance = 31 if indexed else data.draw(st.sampled_from([31, 120]))
    generator = np.random.default_rng(seed)
    bits = [generator.bytes(32) for _ in range(data.draw(st.integers(0, 12)))]
    asked = [generator.bytes(32) for _ in range(data.draw(st.integers(0, 4)))]
    asked += [flipped(value, generator, data.draw(st.integers(0, 40))) for value in bits[:4]]
    bank = Bank(BankEntry("public", str(index), value, 100) for index, value in enumerate(bits))
    queries = [query(value, generator.bytes(32)) for value in asked]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bank_module, "_INDEX_FROM", 0 if indexed else 10**9)
        found = bank.search_many(queries, distance=distance)
    for one, hits in zip(queries, found, strict=True):
        wanted = {}
        for index, value in enumerate(bits):
            nearest = min((int.from_bytes(value) ^ int.from_bytes(other)).bit_count() for other in one.variants)
            if nearest <= distance:
                wanted[str(index)] = nearest
        assert {hit.entry.entry_id: hit.distance for hit in hits} == wanted
        assert [hit.distance for hit in hits] == sorted(wanted.values())


def test_expired_entries_are_not_found_from_their_day_on() -> None:
    entry = BankEntry("removed", "a", bytes(32), 100, expires=date(2022, 1, 1))
    bank = Bank([entry, BankEntry("public", "b", bytes(32), 100)])
    assert [hit.entry.entry_id for hit in bank.search(query(bytes(32)), on=date(2021, 12, 31))] == ["a", "b"]
    assert [hit.entry.entry_id for hit in bank.search(query(bytes(32)), on=date(2022, 1, 1))] == ["b"]
    assert [hit.entry.entry_id for hit in bank.search(query(bytes(32)))] == ["a", "b"]


def test_a_video_is_found_once_by_its_nearest_frame() -> None:
    frames = tuple(VideoFrame(bits, quality, second) for bits, quality, second in
                   [(b"\x01" + bytes(31), 100, 0.0), (bytes(32), 100, 1.5), (bytes(32), 100, 2.0),
                    (bytes(32), 20, 9.0)])  # fmt: skip
    bank = Bank([BankEntry("removed", "film", b"", frames=frames), BankEntry("public", "still", b"\x03" + bytes(31))])
    assert bank.owners.tolist() == [0, 0, 1]  # repeated frames and plain ones do not count
    assert bank.moments_of_entry.tolist() == [2, 1]
    found = bank.search(query(bytes(32)))
    assert [(hit.entry.entry_id, hit.distance, hit.second) for hit in found] == [("film", 0, 1.5), ("still", 2, None)]


def test_the_nearest_way_to_lay_the_picture_is_told() -> None:
    bank = Bank([BankEntry("public", "a", bytes(32))])
    turned = Fingerprint(
        b"\xff" * 32, 100, (b"\xff" * 32, b"\x07" + bytes(31), *[b"\xff" * 32] * 3, bytes(32), *[b"\xff" * 32] * 2)
    )
    assert [(hit.distance, hit.transform) for hit in bank.search(turned)] == [(0, "mirrored")]
