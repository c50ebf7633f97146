"""Fingerprints from and for others, in the formats of python-threatexchange."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.signals.copies import BankEntry, CopyBankError, VideoFrame
from consentry.signals.copies.exchange import export_entries, import_entries

# Two of the examples of threatexchange 1.2.17 (signal_type/pdq/signal.py), and a hash of its issue 1609.
BRIDGE = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
MISC = "e64cc9d91c623882f8d1f1d9a398e78c9f199b3bd83924f2b7e11e0bf861b064"
VIDEO = json.dumps([f"{BRIDGE},100,0.0", f"{MISC},100,1.0"])
DATASET = (
    "signal_type,signal_str,collab,category,tags\r\n"
    f"pdq,{BRIDGE},Some partners,POSITIVE_CLASS,one two\r\n"
    f"md5,{BRIDGE[:32]},Some partners,POSITIVE_CLASS,\r\n"
    f"pdq,{MISC},Some partners,NEGATIVE_CLASS,\r\n"
    f'vpdq,"{VIDEO.replace(chr(34), chr(34) * 2)}",Some partners,INVESTIGATION_SEED,\r\n'
)
BITS = bytes.fromhex(BRIDGE)


def test_the_csv_of_a_dataset() -> None:
    """As `threatexchange dataset -P --csv` printed it."""
    found = import_entries(DATASET, "removed", since=date(2024, 1, 1))
    image, video = found.entries
    assert (image.bank, image.bits, image.quality, image.where, image.since) == (
        "removed", BITS, None, "Some partners", date(2024, 1, 1))  # fmt: skip
    assert video.frames == (VideoFrame(BITS, 100, 0.0), VideoFrame(bytes.fromhex(MISC), 100, 1.0))
    assert found.left_out == {"another kind of signal": 1, "disputed by those who share it": 1}
    again = import_entries(DATASET, "removed", found.entries)
    assert (again.entries, again.known) == ([], 2)
    other = import_entries(DATASET, "public", found.entries, where="a wire service")
    assert len(other.entries) == 2
    assert {entry.where for entry in other.entries} == {"a wire service"}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"pdq {BRIDGE}\nvpdq {VIDEO}\nurl http://example.com\n", 2),
        (f"{BRIDGE}\n{MISC}\n", 2),
        (VIDEO, 1),
        (json.dumps({"0": {"quality": 100, "hash": BRIDGE, "timestamp": 0.0}}, indent=1), 1),
        (f"id,indicator,type,status,tags,owner_id\n1,{BRIDGE},HASH_PDQ,MALICIOUS,a b,5\n"
         f"2,{MISC},HASH_PDQ,NON_MALICIOUS,,5\n", 1),
        (json.dumps({"id": "1", "indicator": BRIDGE, "type": "HASH_PDQ", "tags": ["a"]}) + "\n", 1),
        ("\ufeff" + DATASET, 2),
        ("", 0),
    ],
)  # fmt: skip
def test_formats_are_told_from_their_content(text: str, count: int) -> None:
    assert len(import_entries(text, "public").entries) == count


@pytest.mark.parametrize("text", ["<html>", "a,b,c\n1,2,3\n", "not a hash", '{"indicator": '])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(CopyBankError) as caught:
        import_entries(text, "public")
    assert caught.value.code == "copies.exchange_unknown"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"pdq {BRIDGE[:-1]}", "not a fingerprint that can be read"),
        ("vpdq []", "not a fingerprint that can be read"),
        ("pdq " + "0" * 64, "of a picture with too little detail"),
        (f'vpdq ["{BRIDGE},49,0.0"]', "of a picture with too little detail"),
        ("tlsh abc", "another kind of signal"),
    ],
)
def test_one_bad_line_costs_that_line(line: str, reason: str) -> None:
    found = import_entries(f"pdq {MISC}\n{line}\n", "public")
    assert ([entry.bits.hex() for entry in found.entries], found.left_out) == ([MISC], {reason: 1})


ENTRIES = st.lists(
    st.builds(
        BankEntry,
        st.just("removed"),
        st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=12).filter(str.strip).map(str.strip),
        st.integers(0, 1000).map(lambda seed: np.packbits(np.random.default_rng(seed).permutation(256) % 2).tobytes()),
        st.none() | st.integers(50, 100),
        st.text(st.characters(exclude_categories=("C",)), max_size=12).map(str.strip),
        st.none() | st.dates(),
        st.booleans(),
        st.none() | st.dates(),
        picture=st.just(""),
        frames=st.just(()),
    ),
    unique_by=(lambda entry: entry.entry_id, lambda entry: entry.bits),
    max_size=5,
)  # fmt: skip


@given(entries=ENTRIES)
def test_what_is_exported_with_details_is_imported_whole(entries: list[BankEntry]) -> None:
    shared = [entry for entry in entries if not entry.disabled]
    found = import_entries(export_entries(entries, "csv", details=True), "removed", where="")
    assert found.entries == [entry._replace(where=entry.where or "removed") for entry in shared]


def test_names_and_places_stay_here_unless_asked_for() -> None:
    entry = BankEntry("removed", "jane-doe.jpg", BITS, 90, "case 7", date(2021, 5, 6), expires=date(2023, 1, 1))
    text = export_entries([entry], "csv")
    assert "jane" not in text
    assert "case" not in text
    (row,) = csv.DictReader(io.StringIO(text))
    assert row == {
        "signal_type": "pdq", "signal_str": BRIDGE, "collab": "removed", "category": "POSITIVE_CLASS",
        "tags": "consentry:quality=90 consentry:since=2021-05-06 consentry:expires=2023-01-01",
    }  # fmt: skip
    (found,) = import_entries(text, "removed").entries
    assert found == entry._replace(entry_id=found.entry_id, where="removed")
    assert export_entries([entry, entry._replace(disabled=True)], "lines") == f"pdq {BRIDGE}\n"


def test_names_are_free_and_the_same_every_time() -> None:
    first = import_entries(f"pdq {BRIDGE}\n", "public").entries[0]
    assert first.entry_id.startswith("pdq-")
    taken = BankEntry("removed", first.entry_id, bytes.fromhex(MISC))
    (second,) = import_entries(f"pdq {BRIDGE}\n", "public", [taken]).entries
    assert second.entry_id.startswith(first.entry_id)
    assert second.entry_id != first.entry_id


def test_details_of_others_are_read_in_full() -> None:
    entry = BankEntry("removed", "50 % of\u2003it, ü", BITS, where="%41 a\u00a0b")
    assert import_entries(export_entries([entry], "csv", details=True), "removed").entries == [entry]


def test_wrong_tags_cost_their_line() -> None:
    text = f"signal_type,signal_str,collab,category,tags\npdq,{BRIDGE},x,POSITIVE_CLASS,consentry:since=soon\n"
    assert import_entries(text, "public").left_out == {"not a fingerprint that can be read": 1}
    bad = text.replace("since=soon", "where=%FF")
    assert import_entries(bad, "public").left_out == {"not a fingerprint that can be read": 1}
    text = text.replace("since=soon", "quality=10")
    assert import_entries(text, "public").left_out == {"of a picture with too little detail": 1}
