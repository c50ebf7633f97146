"""Encodings: told from the head of a file, and never guessed at where a line does not fit."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from consentry.tables import BadRow, TableError, read_table
from consentry.tables.text import HEAD

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
WESTERN = st.characters(codec="cp1252", exclude_categories=["Cc"], exclude_characters='",')


def rows(content: bytes) -> list[Any]:
    return list(read_table(io.BytesIO(content), "posts.csv", "delimited", known=["post_id", "text"]))


def could_be_utf8(content: bytes) -> bool:
    """Whether letters beyond ASCII that it has as UTF-8 are as many as bytes that are none."""
    text = content.decode("utf-8", "surrogateescape")
    beyond = [letter for letter in text if not letter.isascii()]
    return 2 * sum("\udc80" <= letter <= "\udcff" for letter in beyond) <= len(beyond) > 0


@given(st.lists(st.text(WESTERN, min_size=1, max_size=30), min_size=1, max_size=6), st.sampled_from(ENCODINGS))
def test_every_encoding_of_western_text(texts: list[str], encoding: str) -> None:
    if encoding == "cp1252":  # of what is UTF-8 as well, nobody can say which was meant
        assume(not any(could_be_utf8(text.encode(encoding)) for text in texts))
    content = "".join(["post_id,text\r\n", *(f"1,{text}\r\n" for text in texts)]).encode(encoding)
    assert rows(content) == [{"post_id": "1", "text": text} for text in texts]


@given(st.lists(st.text(st.sampled_from("aéñü"), max_size=8), min_size=1, max_size=8), st.data())
def test_of_mixed_encodings_every_row_is_right_or_bad(texts: list[str], data: st.DataObject) -> None:
    """As when two files were put together; no row may turn up with other letters than were written."""
    content = b"post_id,text\n"
    for number, text in enumerate(texts):
        content += f"{number},{text}\n".encode(data.draw(st.sampled_from(("utf-8", "cp1252"))))
    found = rows(content)
    assert len(found) == len(texts)
    for number, (row, text) in enumerate(zip(found, texts, strict=True)):
        assert isinstance(row, BadRow) or row == {"post_id": str(number), "text": text}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_encoding_is_told_however_late_the_first_letter_beyond_ascii_comes(encoding: str) -> None:
    found = rows(("post_id,text\n" + "1,abc\n" * HEAD + "2,café “x”\n3,€\n").encode(encoding))
    assert found[-2:] == [{"post_id": "2", "text": "café “x”"}, {"post_id": "3", "text": "€"}]


@pytest.mark.parametrize("cut", range(-1, 6))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16"])
def test_a_letter_that_the_head_cuts_is_whole(encoding: str, cut: int) -> None:
    start = "post_id,text\n1,"
    width = len("aa".encode(encoding)) - len("a".encode(encoding))
    content = (start + "a" * (HEAD // width - len(start) - cut) + "é\U0001f600;ü\n2,b\n").encode(encoding)
    first, second = rows(content)
    assert first["text"].endswith("aé\U0001f600;ü")
    assert second == {"post_id": "2", "text": "b"}


def test_a_quoted_text_that_the_head_cuts_is_whole() -> None:
    text = "line; one\n" * HEAD
    assert rows(f'post_id,text\n1,"{text}"\n'.encode()) == [{"post_id": "1", "text": text}]


def test_one_wrong_byte_costs_its_row_and_not_the_letters_of_the_others() -> None:
    found = rows("post_id,text\n1,café\n2,naïve\n".encode() + b"3,caf\xe9\n" + "4,été\n".encode())
    assert [row if isinstance(row, dict) else row.reason for row in found] == [
        {"post_id": "1", "text": "café"},
        {"post_id": "2", "text": "naïve"},
        "The row (line 4) is not text in UTF-8, as the file is.",
        {"post_id": "4", "text": "été"},
    ]


def test_a_line_of_utf8_far_behind_in_a_file_of_windows_is_bad() -> None:
    found = rows(b"post_id,text\n1,caf\xe9 na\xefve\n" + b"1,abc\n" * HEAD + "2,été\n".encode() + b"3,\x81\xe9\n")
    assert found[0] == {"post_id": "1", "text": "café naïve"}
    assert [type(row) for row in found[-2:]] == [BadRow, BadRow]
    assert "Windows-1252" in found[-1].reason


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("post_id,text\n1,é\n".encode("utf-16")[:-1], "not UTF-16-LE"),
        ("post_id,text\n".encode("utf-16") + b"\x00\xd8" * 2, "not UTF-16-LE"),
        ("post_id\n".encode("utf-16") + "1\n".encode("utf-16-le") * HEAD + b"\x00\xd8\x00", "not UTF-16-LE"),
        ("post_id,text\n".encode("utf-32"), "binary"),
        (b"\xff\xfa\x00post_id", "binary"),
        (b"PK\x03\x04\x14\x00\x06\x00", "a spreadsheet"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"\x1f\x8b\x08", "compressed"),
    ],
)
def test_what_is_no_text_is_said(content: bytes, said: str) -> None:
    with pytest.raises(TableError, match=said) as caught:
        rows(content)
    assert caught.value.code in ("table.encoding", "table.format")
    assert "UTF-8" in caught.value.remedy
