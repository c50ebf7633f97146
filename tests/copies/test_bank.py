"""Bank files: what is read, what is refused and how that is said; and the search as such."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.copies import Bank, BankEntry, CopyBankError, Fingerprint, write_bank
from consentry.copies import bank as bank_module

HASH = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
HEADER = "bank,entry_id,hash,quality,where,since,disabled\n"


def query(bits: bytes, *variants: bytes, quality: int = 100) -> Fingerprint:
    return Fingerprint(bits=bits, quality=quality, variants=(bits, *variants, *[bits] * (7 - len(variants))))


def file_of(folder: Path, content: str | bytes) -> Path:
    path = folder / "bank.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_file_is_read(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "\ufeff" + HEADER + f'public,a,{HASH},100,"The Daily, page 3",2021-05-06,\n'
        f"removed,b,{HASH.upper()},50,case 7,,no\nremoved,c,{HASH},77,,,yes\n",
    )
    bank = Bank.load(path)
    assert bank.entries == (
        BankEntry("public", "a", bytes.fromhex(HASH), 100, "The Daily, page 3", date(2021, 5, 6)),
        BankEntry("removed", "b", bytes.fromhex(HASH), 50, "case 7"),
    )
    assert len(bank) == 2
    assert bank.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    shorter = Bank.load(file_of(tmp_path, f"hash,quality,entry_id,bank\n{HASH},60,x,public\n"))
    assert shorter.entries == (BankEntry("public", "x", bytes.fromhex(HASH), 60),)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "lacks the column 'bank'"),
        ("bank,entry_id,hash\n", "lacks the column 'quality'"),
        (HEADER.strip() + ",expires\n", "unknown column 'expires'"),
        (HEADER + f"private,a,{HASH},100,,,\n", "Line 2 of the bank file bank.csv has 'private' as its bank"),
        (HEADER + f"public,,{HASH},100,,,\n", "entry_id"),
        (HEADER + f"public,a,{HASH[:-2]},100,,,\n", "hash"),
        (HEADER + f"public,a,{HASH[:-1]}g,100,,,\n", "hash"),
        (HEADER + f"public,a,{HASH[:32]} {HASH[32:-1]},100,,,\n", "hash"),
        (HEADER + f"public,a,{HASH},49,,,\n", "'49' as its quality"),
        (HEADER + f"public,a,{HASH},101,,,\n", "quality"),
        (HEADER + f"public,a,{HASH},high,,,\n", "quality"),
        (HEADER + f"public,a,{HASH},100,,last year,\n", "since"),
        (HEADER + f"public,a,{HASH},100,,,perhaps\n", "disabled"),
        (HEADER + f"public,a,{HASH},100,x,2020-01-01,no,extra\n", "too many or too few"),
        (HEADER + "public,a\n", "too many or too few"),
        (HEADER + f"public,a,{HASH},100,,,\nremoved,a,{HASH},100,,,\n", "Line 3 of the bank file bank.csv repeats"),
        (b"\xff\xfe\x00", "not a UTF-8 CSV file"),
        (HEADER + f'public,"a"b,{HASH},100,,,\n', "not a UTF-8 CSV file"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(CopyBankError) as caught:
        Bank.load(file_of(tmp_path, content))
    assert words in caught.value.message
    assert caught.value.code == "copies.bank_invalid"
    assert caught.value.remedy.endswith(".")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CopyBankError) as caught:
        Bank.load(tmp_path / "gone.csv")
    assert caught.value.code == "copies.bank_not_found"


ENTRIES = st.lists(
    st.builds(
        BankEntry,
        st.sampled_from(["public", "removed"]),
        st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=12),
        st.binary(min_size=32, max_size=32),
        st.integers(50, 100),
        st.text(st.characters(categories=("L", "P")), max_size=20),
        st.none() | st.dates(),
        st.booleans(),
    ),
    unique_by=lambda entry: entry.entry_id,
    max_size=8,
)


@given(entries=ENTRIES)
def test_what_is_written_is_read(entries: list[BankEntry], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("bank") / "bank.csv"
    write_bank(path, entries)
    assert list(Bank.load(path).entries) == [entry for entry in entries if not entry.disabled]


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


@given(data=st.data(), step=st.sampled_from([8, 24, 1 << 20]))
def test_search_is_exact(data: st.DataObject, step: int) -> None:
    seed = data.draw(st.integers(0, 1000))
    generator = np.random.default_rng(seed)
    bits = [generator.bytes(32) for _ in range(data.draw(st.integers(0, 12)))]
    asked = [generator.bytes(32) for _ in range(data.draw(st.integers(0, 4)))] + bits[:2]
    bank = Bank(BankEntry("public", str(index), value, 100) for index, value in enumerate(bits))
    queries = [query(value, generator.bytes(32)) for value in asked]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bank_module, "_COMPARISONS_AT_ONCE", step)
        found = bank.search_many(queries, distance=120)
    for one, hits in zip(queries, found, strict=True):
        wanted = {}
        for index, value in enumerate(bits):
            distance = min((int.from_bytes(value) ^ int.from_bytes(other)).bit_count() for other in one.variants)
            if distance <= 120:
                wanted[str(index)] = distance
        assert {hit.entry.entry_id: hit.distance for hit in hits} == wanted
        assert [hit.distance for hit in hits] == sorted(wanted.values())
