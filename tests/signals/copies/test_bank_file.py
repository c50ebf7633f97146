"""Bank files: what is read, what is refused and how that is said."""

from __future__ import annotations

import csv
import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.signals.copies import Bank, BankEntry, CopyBankError, VideoFrame, write_bank
from consentry.signals.copies.bank_file import read_entries

HASH = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
HEADER = "bank,entry_id,hash,quality,where,since,disabled\n"


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
    shared = Bank.load(file_of(tmp_path, f"bank,entry_id,hash\nremoved,x,{HASH}\n\n"))
    assert shared.entries == (BankEntry("removed", "x", bytes.fromhex(HASH), None),)


def test_a_long_video_is_written_and_read(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    frames = tuple(VideoFrame(generator.bytes(32), 100, float(second)) for second in range(4000))
    entry = BankEntry("removed", "film", b"", expires=date(2024, 2, 29), picture="kept/film.jpg", frames=frames)
    path = tmp_path / "bank.csv"
    write_bank(path, [entry])
    assert path.stat().st_size > csv.field_size_limit() / 100
    assert Bank.load(path).entries == (entry,)
    assert [file.name for file in tmp_path.iterdir()] == ["bank.csv"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "lacks the column 'bank'"),
        ("bank,entry_id,quality\n", "lacks the column 'hash'"),
        (HEADER.strip() + ",colour\n", "unknown column 'colour'"),
        ("bank,bank,entry_id,hash\n", "names a column twice"),
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
        (f"bank,entry_id,hash,expires\npublic,a,{HASH},soon\n", "'soon' as its expires"),
        ("bank,entry_id,hash\npublic,a,[]\n", "hash"),
        ('bank,entry_id,hash\npublic,a,"[""not a frame""]"\n', "hash"),
        (f'bank,entry_id,hash\npublic,a,"[""{HASH},49,0.0""]"\n', "hash"),
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
        st.none() | st.integers(50, 100),
        st.text(st.characters(categories=("L", "P")), max_size=20),
        st.none() | st.dates(),
        st.booleans(),
        st.none() | st.dates(),
        st.text(st.characters(categories=("L",)), max_size=5),
        frames=st.just(()),
    ),
    unique_by=lambda entry: entry.entry_id,
    max_size=8,
)


@given(entries=ENTRIES)
def test_what_is_written_is_read(entries: list[BankEntry], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("bank") / "bank.csv"
    write_bank(path, entries)
    assert list(Bank.load(path).entries) == [entry for entry in entries if not entry.disabled]
    assert read_entries(path)[0] == entries


@pytest.mark.parametrize(
    ("expires", "on", "expired"),
    [
        (date(2022, 1, 1), date(2021, 12, 31), False),
        (date(2022, 1, 1), date(2022, 1, 1), True),
        (date(2022, 1, 1), None, False),
        (None, date(2999, 1, 1), False),
    ],
)
def test_an_entry_counts_until_the_day_on_which_it_expires(
    expires: date | None, on: date | None, expired: bool
) -> None:
    assert BankEntry("public", "a", bytes(32), expires=expires).expired(on) is expired
