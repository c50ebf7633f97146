"""JSON, YAML and Parquet; names of columns; compressed and damaged files."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from consentry.tables import BadRow, ColumnNames, TableError, format_of, likely_column, parse_renames, read_table
from consentry.tables.yaml_rows import load_yaml

ROWS = [{"post_id": "1", "media": ["a.jpg"]}, {"post_id": "2", "text": "é"}]


def rows(content: bytes, form: Any, names: ColumnNames = ColumnNames()) -> list[Any]:
    return list(read_table(io.BytesIO(content), "posts", form, names=names))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        "\n".join(json.dumps(row) for row in ROWS),
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        json.dumps({"posts": ROWS}, indent=2),
        json.dumps({"posts": ROWS}, indent=None)[:-1] + "\n}",
        "\n\n" + "\n\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS) + "\n",
    ],
)  # fmt: skip
def test_json_lines_arrays_and_objects_with_one(text: str, encoding: str) -> None:
    assert rows(text.encode(encoding), "json") == ROWS


def test_lines_that_are_no_objects_are_bad_rows() -> None:
    found = rows(b'{"post_id": "1"}\n[1]\n{broken\n7\n"x"\nnull\n{"post_id": "2"}\n', "json")
    assert [isinstance(row, BadRow) for row in found] == [False, True, True, True, True, True, False]
    found = rows(b'[{"post_id": "1"}, 7, "x"]', "json")
    assert [isinstance(row, BadRow) for row in found] == [False, True, True]


def test_one_object_is_no_table() -> None:
    with pytest.raises(TableError, match="one JSON object"):
        rows(b'{\n  "a": 1,\n  "b": 2\n}', "json")


def test_nesting_that_overflows_is_a_bad_row() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    found = rows(b'{"post_id": "1"}\n' + deep + b"\n", "json")
    assert isinstance(found[1], BadRow)


def test_names_of_rows_and_headers_are_ours() -> None:
    names = ColumnNames({"post_id": "Id", "text": "caption"})
    assert rows(b'{"ID": 7, " Caption ": "x"}', "json", names) == [{"post_id": 7, "text": "x"}]
    assert rows(b"- {id: 007, CAPTION: no}", "yaml", names) == [{"post_id": "007", "text": "no"}]
    (bad,) = rows(b'{"id": 7, "ID": 8}', "json", names)
    assert bad == BadRow("The row has the column 'post_id' twice.")
    stream = io.BytesIO()
    parquet.write_table(pa.table({"Id": ["007"], "Caption": ["x"]}), stream)
    assert rows(stream.getvalue(), "parquet", names) == [{"post_id": "007", "text": "x"}]
    stream = io.BytesIO()
    parquet.write_table(pa.table({"id": ["1"], "ID": ["2"]}), stream)
    with pytest.raises(TableError, match="twice"):
        rows(stream.getvalue(), "parquet", names)


def test_one_name_of_the_file_may_serve_for_two_and_need_not_be_there_where_ours_is() -> None:
    names = ColumnNames({"post_id": "Path", "media": "path", "text": "caption"})
    assert rows(b'{"path": "a.jpg", "text": "x"}', "json", names) == [
        {"post_id": "a.jpg", "media": "a.jpg", "text": "x"}
    ]  # fmt: skip
    stream = io.BytesIO()
    parquet.write_table(pa.table({"path": ["a.jpg"], "text": ["x"]}), stream)
    assert rows(stream.getvalue(), "parquet", names) == [{"post_id": "a.jpg", "media": "a.jpg", "text": "x"}]
    with pytest.raises(TableError, match="no column 'caption'") as caught:
        rows(b"path,captoin\na.jpg,x\n", "delimited", names)
    assert "--column text=captoin" in caught.value.remedy
    with pytest.raises(TableError, match="has the column 'media' twice: 'path' and 'Media'"):
        rows(b"path,Media\na.jpg,x\n", "delimited", names)


def test_a_cell_of_parquet_that_cannot_be_read_costs_its_row() -> None:
    """Nothing checks that times are such as a calendar has."""
    stream = io.BytesIO()
    far = pa.array([0, 2**62], pa.int64()).cast(pa.timestamp("ms"))
    parquet.write_table(pa.table({"post_id": ["1", "2"], "posted_at": far}), stream)
    good, bad = rows(stream.getvalue(), "parquet")
    assert good["post_id"] == "1"
    assert isinstance(bad, BadRow)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12))
def test_words_of_yaml_stay_as_they_were_written(word: str) -> None:
    import yaml

    try:
        plain = yaml.safe_load(f"a: {word}")
    except yaml.YAMLError:
        return
    if isinstance(plain, dict) and isinstance(plain.get("a"), int | float | bool):
        assert load_yaml(f"a: {word}") == {"a": word.strip()}


@pytest.mark.parametrize(
    "content",
    [b"a: [", b"- *x", b"{a: b, c: d}", b"- !!python/object:os.system x", b"[" * 5000, b"- {a: 1, a: 2}"],
)
def test_what_is_no_yaml_table_is_said(content: bytes) -> None:
    with pytest.raises(TableError):
        rows(content, "yaml")


def test_damaged_files_are_errors_of_ours() -> None:
    packed = gzip.compress(b"post_id\n" + b"1\n" * 10_000)
    with gzip.open(io.BytesIO(packed[:-20])) as stream, pytest.raises(TableError, match="cannot be read"):
        list(read_table(stream, "posts.csv.gz", "delimited"))
    for form in ("parquet", "yaml"):
        with pytest.raises(TableError):
            rows(b"PAR1 and no more: [", form)


def test_formats_are_told_by_endings() -> None:
    names = "a.CSV b.tsv.gz c.ndjson.zst d.json e.pq f.yml g.txt h"
    assert [format_of(name) for name in names.split()] == [
        "delimited", "delimited", "json_lines", "json", "parquet", "yaml", "delimited", None,
    ]  # fmt: skip


def test_what_was_meant_and_what_is_said() -> None:
    assert likely_column("post_id", ["ID", "text"]) == "ID"
    assert likely_column("media", ["Image Path"]) == "Image Path"
    assert likely_column("post_id", ["post_idd"]) == "post_idd"
    assert likely_column("text", ["media"], ["media"]) is None
    assert parse_renames(["post_id=id", "Text = a=b"]) == {"post_id": "id", "text": "a=b"}
    for wrong in (["x"], ["=x"], ["a="], ["a=b", "a=c"]):
        with pytest.raises(ValueError, match=r"ours=theirs|twice"):
            parse_renames(wrong)
    with pytest.raises(ValueError, match="one of path"):
        parse_renames(["pth=x"], ["path"])
