"""JSON lines, arrays, and what is neither; read row by row."""

from __future__ import annotations

import io
import json
from itertools import count, islice
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from consentry.tables import BadRow, TableError, read_table
from consentry.tables.text import HEAD

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.text(st.sampled_from("abc"), min_size=1, max_size=3)
ROWS = st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=5)


def rows(text: str | bytes, form: Any = "json") -> list[Any]:
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return list(read_table(io.BytesIO(content), "posts", form))


@given(ROWS, st.sampled_from([None, 0, 2, "\t"]), st.booleans(), st.sampled_from(["json", "json_lines"]))
def test_an_array_comes_back_however_it_is_laid_out(table: Any, indent: Any, plain: bool, form: str) -> None:
    assert rows(json.dumps(table, indent=indent, ensure_ascii=plain or not _is_text(table)), form) == table


@given(ROWS, st.sampled_from(["json", "json_lines"]), st.sampled_from(["\n", "\r\n", "\n\n \n"]))
def test_lines_come_back(table: Any, form: str, end: str) -> None:
    assume(form == "json_lines" or len(table) != 1 or len(table[0]) != 1)  # one key of one object may lead to the array
    assert rows("".join(json.dumps(row) + end for row in table), form) == table


@given(ROWS.filter(bool), st.sampled_from([None, 2]))
def test_an_array_under_one_key_comes_back(table: Any, indent: Any) -> None:
    assert rows(json.dumps({"posts": table}, indent=indent)) == table


def _is_text(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("length", [1, HEAD - 30, HEAD, 5 * HEAD])
@pytest.mark.parametrize("form", ["json", "json_lines"])
def test_long_rows(length: int, form: str) -> None:
    table = [{"post_id": str(number), "text": "é" * length} for number in range(3)]
    assert rows(json.dumps(table, ensure_ascii=False), form) == table
    assert rows("\n".join(json.dumps(row) for row in table), form) == table
    if form == "json":
        assert rows(json.dumps({"posts": table})) == table
        assert rows(json.dumps({"posts": table}, indent=1)) == table


@pytest.mark.parametrize("first", ["", "{broken\n", "[1]\n", '{"a": 1, "a": 2}\n'])
@pytest.mark.parametrize("form", ["json", "json_lines"])
def test_a_first_line_that_is_no_row_costs_itself(first: str, form: str) -> None:
    *bad, one, two = rows(f'{first}{{"post_id": "1"}}\n{{"post_id": "2"}}\n', form)
    assert (one, two) == ({"post_id": "1"}, {"post_id": "2"})
    assert [type(row) for row in bad] == [BadRow] * bool(first)


class Endless(io.RawIOBase):
    """A file that has no end."""

    def __init__(self, start: bytes, line: str) -> None:
        self._held = start
        self._lines = (line.format(number).encode() for number in count())

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "nobody may read all of it"
        while len(self._held) < size:
            self._held += next(self._lines)
        given, self._held = self._held[:size], self._held[size:]
        return given


@pytest.mark.parametrize(
    ("start", "line", "form"),
    [
        (b"", '{{"post_id": "{}"}}\n', "json_lines"),
        (b"", '{{"post_id": "{}"}}\n', "json"),
        (b"{broken\n", '{{"post_id": "{}"}}\n', "json"),
        (b"[", '{{"post_id": "{}"}},\n', "json"),
        (b"[\n", ' {{\n "post_id": "{}"\n}},', "json_lines"),
        (b"post_id\n", "{}\n", "delimited"),
        (b"post_id;text\n", '{};"a\nb"\n', "delimited"),
    ],
)
def test_no_more_is_held_than_a_little(start: bytes, line: str, form: Any) -> None:
    table = read_table(Endless(start, line), "posts", form)  # type: ignore[arg-type]
    found = [row for row in islice(table, 30_000) if isinstance(row, dict)]
    assert [row["post_id"] for row in found] == [str(number) for number in range(len(found))]
    assert len(found) >= 29_999


@pytest.mark.parametrize(
    "content",
    [
        '[{"post_id": "1"}',
        '[{"post_id": "1"},',
        '[{"post_id": "1"},]',
        '[{"post_id": "1"} {"post_id": "2"}]',
        '[{"post_id": "1"}, {"post_id" "2"}]',
        '[{"post_id": "1"}] and more',
        '[{"post_id": "1"}, ' + "[" * 100_000,
        '{\n "version": 1,\n "posts": [\n]}',
        '{\n "post_id": "1"\n}\n{\n "post_id": "2"\n}',
        '"words"',
    ],
)
def test_a_file_that_is_no_table_is_said(content: str) -> None:
    with pytest.raises(TableError) as caught:
        rows(content)
    assert caught.value.code == "table.format"
    assert "array of objects" in caught.value.remedy


def test_rows_of_an_array_that_are_none() -> None:
    digits = "9" * 5_000
    found = rows(f'[{{"a": 1}}, 7, "x", [{{}}], null, {{"b": {{"c": 1, "c": 2}}}}, {{"a": {digits}}}, 12]')
    assert [row if isinstance(row, dict) else None for row in found] == [
        {"a": 1}, None, None, None, None, None, {"a": digits}, None,
    ]  # fmt: skip
    assert found[5].reason == "The row has the name 'c' twice in one object."


def test_another_encoding_costs_a_line_and_an_array(monkeypatch: pytest.MonkeyPatch) -> None:
    good = '{"post_id": "1", "text": "café"}'
    bad, row = rows(good.encode("cp1252") + b"\n" + good.encode() + b"\n", "json_lines")
    assert (type(bad), row["text"]) == (BadRow, "café")
    with pytest.raises(TableError, match="not UTF-8 throughout") as caught:
        rows(f"[{good}]".encode("cp1252"))
    assert caught.value.code == "table.encoding"
    monkeypatch.setattr("consentry.tables.json_rows._MOST", 40)
    with pytest.raises(TableError, match="longer than 40 characters"):
        rows("{\n" + good[1:-1] + " " * 40 + "\n}")


def test_a_row_of_an_array_without_end_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentry.tables.json_rows.LONGEST", 1000)
    with pytest.raises(TableError, match="row 2: "):
        rows('[{"post_id": "1"}, {"text": "' + "x" * 5 * HEAD)
