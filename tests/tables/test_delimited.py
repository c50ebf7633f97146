"""Delimited text: whatever it was separated by and however it was encoded, the same cells come back."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.tables import BadRow, ColumnNames, TableError, read_table
from consentry.tables.delimited import SEPARATORS, separator_of
from consentry.tables.text import HEAD

KNOWN = ("post_id", "media", "text")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")


def rows(content: bytes, known: Collection[str] = KNOWN, **rest: Any) -> list[Any]:
    return list(read_table(io.BytesIO(content), "posts.csv", "delimited", known=known, **rest))


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n,;\t|\"'é€ "), max_size=20).map(
    lambda cell: cell.replace("\x00", "")
)


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
    st.sampled_from(SEPARATORS),
    st.sampled_from(ENCODINGS[:3]),
    st.sampled_from(("\n", "\r\n")),
    st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
)
def test_what_was_written_comes_back(
    table: list[tuple[str, str, str]], separator: str, encoding: str, end: str, quoting: Any
) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerows([KNOWN, *table])
    found = rows(stream.getvalue().encode(encoding))
    wanted = [dict(zip(KNOWN, cells, strict=True)) for cells in table]
    if quoting == csv.QUOTE_MINIMAL:
        wanted = [row for row in wanted if any(row.values()) or separator != " "]
    assert found == wanted


@given(st.text(st.sampled_from("abc äöüé€“”ñ;,"), min_size=1, max_size=30), st.sampled_from(ENCODINGS))
def test_every_encoding_of_western_text(text: str, encoding: str) -> None:
    content = f'post_id;media;text\r\n1;a.jpg;"{text}"\r\n'.encode(encoding)
    (row,) = rows(content)
    assert row["text"] == text


@pytest.mark.parametrize(
    ("content", "separator"),
    [
        ("post_id,text\n1,a;b;c;d\n2,e;f;g;h\n", ","),
        ("post_id;text\n1;3,14\n2;2,72\n", ";"),
        ("post_id\n1,5\n", ","),
        ("post_id\tmedia\n1\ta.jpg|b.jpg\n", "\t"),
        ("post_id|media\n1|a.jpg\n", "|"),
        ('post_id,text\n1,"a\nb;c\nd"\n', ","),
        ("id;image_path;caption\n1;a.jpg;hello, you\n", ";"),
        ("something\nelse\n", ","),
        ("", ","),
    ],
)
def test_the_separator_is_told_by_the_names_then_by_evenness(content: str, separator: str) -> None:
    assert separator_of(content, ColumnNames(), KNOWN) == separator


def test_the_encoding_is_told_however_late_the_first_letter_beyond_ascii_comes() -> None:
    plain = "post_id,text\n" + "1,abc\n" * HEAD
    for encoding in ("utf-8", "cp1252"):
        found = rows(plain.encode() + "2,café\n".encode(encoding))
        assert found[-1] == {"post_id": "2", "text": "café"}


def test_a_letter_that_the_head_cuts_in_two_is_whole() -> None:
    start = "post_id,text\n1,"
    content = (start + "a" * (HEAD - len(start) - 1) + "é\U0001f600\n").encode()
    assert content[HEAD - 1 : HEAD + 1] == "é".encode()
    (row,) = rows(content)
    assert row["text"].endswith("aé\U0001f600")


def test_what_changes_its_encoding_is_an_error_and_not_garbage() -> None:
    content = "post_id,text\n1,café\n".encode() + b"1,abc\n" * HEAD + "2,naïve\n".encode("cp1252")
    with pytest.raises(TableError, match="begins as UTF-8 and is something else at byte") as caught:
        rows(content)
    assert caught.value.code == "table.encoding"


def test_rows_that_are_too_long_are_bad_and_short_ones_are_filled() -> None:
    found = rows(b"post_id,text\n1\n2,a,b\n3,c,,\n")
    assert found[0] == {"post_id": "1", "text": ""}
    assert isinstance(found[1], BadRow)
    assert found[2] == {"post_id": "3", "text": "c"}


def test_separators_behind_the_last_column_and_empty_lines_before_the_header() -> None:
    assert rows(b"\n\npost_id;text;;\n1;a;;\n") == [{"post_id": "1", "text": "a"}]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe", b"\x00\x01\x02\x00\xff" * 9])
def test_what_is_no_table_is_said(content: bytes) -> None:
    with pytest.raises(TableError):
        rows(content)


def test_only_line_ends_end_lines() -> None:
    content = "post_id,text\n1,a\x0cb\x1cc\x85d\u2028e\n"
    assert rows(content.encode()) == [{"post_id": "1", "text": "a\x0cb\x1cc\x85d\u2028e"}]
    assert rows(b"post_id,text\r1,a\r2,b\r") == [{"post_id": "1", "text": "a"}, {"post_id": "2", "text": "b"}]
