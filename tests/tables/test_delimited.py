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
from consentry.tables.separators import SEPARATORS

KNOWN = ("post_id", "media", "text")
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n,;\t|\"'é€ "), max_size=20)
TABLES = st.lists(st.tuples(CELLS, CELLS, CELLS).filter(any), min_size=1, max_size=6)


def rows(content: bytes, known: Collection[str] = KNOWN, **rest: Any) -> list[Any]:
    return list(read_table(io.BytesIO(content), "posts.csv", "delimited", known=known, **rest))


def written(table: Any, *, header: Collection[str] = KNOWN, **how: Any) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, **how).writerows([header, *table])
    return stream.getvalue()


def as_rows(table: Any, header: Collection[str] = KNOWN) -> list[dict[str, str]]:
    return [dict(zip(header, cells, strict=True)) for cells in table]


@given(
    TABLES,
    st.sampled_from(SEPARATORS),
    st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")),
    st.sampled_from(("\n", "\r\n", "\r")),
    st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)),
)
def test_what_was_written_comes_back(table: Any, separator: str, encoding: str, end: str, quoting: Any) -> None:
    if end == "\r" and quoting == csv.QUOTE_MINIMAL:
        quoting = csv.QUOTE_ALL  # Python's writer leaves a line feed without quotation marks then
    text = written(table, delimiter=separator, lineterminator=end, quoting=quoting)
    assert rows(text.encode(encoding)) == as_rows(table)


@given(st.lists(CELLS.filter(bool), min_size=1, max_size=6), st.sampled_from(SEPARATORS), st.booleans())
def test_one_column_comes_back_whatever_is_in_it(cells: list[str], separator: str, quoted: bool) -> None:
    """Nothing separates cells where there is one column, so no letter of a path is taken for what does."""
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    text = written([(cell,) for cell in cells], header=["path"], delimiter=separator, quoting=quoting)
    assert rows(text.encode(), ["path"]) == [{"path": cell} for cell in cells]


def test_paths_with_commas_need_no_quotes_in_a_list_of_paths() -> None:
    assert rows(b"path\na, b.jpg\nc;d.jpg\n", ["path"]) == [{"path": "a, b.jpg"}, {"path": "c;d.jpg"}]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("post_id,text\n1,a;b;c;d\n2,e;f;g;h\n", {"post_id": "1", "text": "a;b;c;d"}),
        ("post_id;text\n1;3,14\n2;2,72\n", {"post_id": "1", "text": "3,14"}),
        ("post_id\tmedia\n1\ta.jpg|b.jpg\n", {"post_id": "1", "media": "a.jpg|b.jpg"}),
        ("post_id|media\n1|a.jpg\n", {"post_id": "1", "media": "a.jpg"}),
        ('post_id,text\n1,"a\nb;c\nd"\n', {"post_id": "1", "text": "a\nb;c\nd"}),
        ('post_id;"text";"höhe\n(cm, innen)"\n1;a;2\n', {"post_id": "1", "text": "a", "höhe\n(cm, innen)": "2"}),
        ("id;image_path;caption\n1;a.jpg;hello, you\n", {"id": "1", "image_path": "a.jpg", "caption": "hello, you"}),
        ("sep=;\r\npost_id;text\r\n1;a, b\r\n", {"post_id": "1", "text": "a, b"}),
        ("SEP=|\npost_id|text\n1|a;b\n", {"post_id": "1", "text": "a;b"}),
        ('post_id\ttext\n1\t"So" she said\n2\t"x\n', {"post_id": "1", "text": '"So" she said'}),
        ('post_id\ttext\n1\t"a\tb"\n', {"post_id": "1", "text": "a\tb"}),
        (",post_id,text\n0,1,a\n", {"post_id": "1", "text": "a"}),
        ("\n\npost_id;text;;\n1;a;;\n", {"post_id": "1", "text": "a"}),
    ],
)
def test_how_a_table_is_written_is_told_by_its_names(content: str, found: dict[str, str]) -> None:
    assert rows(content.encode())[0] == found


@pytest.mark.parametrize("names", [("id", "file"), ("Bild; klein", "Text; lang")])
def test_columns_that_nobody_knows_are_told_by_their_number(names: tuple[str, str]) -> None:
    table = [("1", "a; b"), ("2", "c; d; e")]
    assert rows(written(table, header=names).encode()) == as_rows(table, [name.casefold() for name in names])


def test_rows_that_are_too_long_are_bad_and_short_ones_are_filled() -> None:
    found = rows(b"post_id,text\n1\n2,a,b\n3,c,,\n")
    assert found[0] == {"post_id": "1", "text": ""}
    assert isinstance(found[1], BadRow)
    assert found[2] == {"post_id": "3", "text": "c"}


def test_a_cell_beneath_no_name_is_too_many() -> None:
    assert rows(b"post_id,,text\n1,,a\n") == [{"post_id": "1", "text": "a"}]
    (bad,) = rows(b"post_id,,text\n1,x,a\n")
    assert isinstance(bad, BadRow)


def test_rows_in_which_nothing_stands_are_passed_over() -> None:
    """Spreadsheets save some behind the last one that was ever touched."""
    assert rows(b"post_id;text\n1;a\n;\n\n;;\n") == [{"post_id": "1", "text": "a"}]


@pytest.mark.parametrize("content", [b"", b"\n\n", b";;\n", b"\xff\xfe", b"\xef\xbb\xbf"])
def test_a_file_in_which_nothing_stands_has_no_rows(content: bytes) -> None:
    assert rows(content) == []


def test_quotation_marks_that_do_not_belong_together_cost_their_row() -> None:
    found = rows(b'post_id,media,text\n1,a.jpg,"Hello" she said\n2,b.jpg,x\n')
    assert isinstance(found[0], BadRow)
    assert "line 2" in found[0].reason
    assert found[1:] == as_rows([("2", "b.jpg", "x")])


def test_a_quotation_mark_that_is_never_closed_is_said_with_its_line() -> None:
    """Everything behind it would be one cell."""
    for start in (b"post_id,text\n1,a\n2,", b"post_id,"):
        with pytest.raises(TableError, match=f"line {start.count(10) + 1} which is never closed") as caught:
            rows(start + b'"b\n3,c\n4,d\n')
        assert caught.value.code == "table.format"


@pytest.mark.parametrize("content", [b'post_id,"te"xt\n1,a\n', b"post_id,caf\xe9,\xc3\xa9\xc3\xa9\n1,a\n"])
def test_names_that_cannot_be_read_are_said(content: bytes) -> None:
    with pytest.raises(TableError, match="names of the columns"):
        rows(content)


def test_a_row_without_end_costs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentry.tables.lines.LONGEST", 40)
    long = "x" * 100
    text = f'post_id,text\n1,{long}\n2,a\n3,"{long}\n\n""{long}\n{long}"\n4,"b\nc"\n5,{long}'
    found = rows(text.encode())
    assert [row if isinstance(row, dict) else None for row in found] == [
        None, {"post_id": "2", "text": "a"}, None, {"post_id": "4", "text": "b\nc"}, None,
    ]  # fmt: skip
    assert "line 4" in found[2].reason
    with pytest.raises(TableError, match="line 2 which is never closed"):
        rows(f'post_id,text\n1,"{long}\n2,a\n3,b\n'.encode())


def test_one_column_of_the_file_may_stand_for_two() -> None:
    names = ColumnNames({"post_id": "path", "media": "Path"})
    assert rows(b"path,text\na.jpg,x\n", names=names) == [{"post_id": "a.jpg", "media": "a.jpg", "text": "x"}]


def test_only_line_ends_end_lines() -> None:
    content = "post_id,text\n1,a\x0cb\x1cc\x85d\u2028e\n"
    assert rows(content.encode()) == [{"post_id": "1", "text": "a\x0cb\x1cc\x85d\u2028e"}]
    assert rows(b"post_id,text\r1,a\r2,b\r") == as_rows([("1", "a"), ("2", "b")], ["post_id", "text"])
