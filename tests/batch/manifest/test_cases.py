"""Manifests in every format, and every way in which a row can be wrong."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from consentry.batch import ManifestError, RowError, load_report, read_manifest
from consentry.records import Case

ROW = {
    "post_id": "1",
    "media": ["a.jpg", "b/c.mp4"],
    "text": "hello",
    "account": "media_outlet",
    "report": {"standing": "depicted_person", "identity": "verified"},
    "references": ["me.jpg"],
}


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    if path.suffix == ".jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    elif path.suffix == ".yaml":
        path.write_text(json.dumps(rows))
    elif path.suffix == ".parquet":
        parquet.write_table(pa.Table.from_pylist([{**row, "report": json.dumps(row["report"])} for row in rows]), path)
    else:
        with path.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["post_id", "media", "text", "account", "report.standing", "report.identity", "references"])
            for row in rows:
                report = row["report"]
                writer.writerow(
                    [row["post_id"], "a.jpg|b/c.mp4", row["text"], row["account"], report["standing"],
                     report["identity"], "me.jpg"]
                )  # fmt: skip
    return path


@pytest.mark.parametrize("suffix", ["jsonl", "yaml", "csv", "parquet"])
def test_every_format_says_the_same(tmp_path: Path, suffix: str) -> None:
    (case,) = read_manifest(write(tmp_path / f"posts.{suffix}", [ROW]))
    assert isinstance(case, Case)
    assert [item.path for item in case.post.media] == [tmp_path / "a.jpg", tmp_path / "b/c.mp4"]
    assert case.post.account == "media_outlet"
    assert case.report is not None
    assert (case.report.report_id, case.report.standing, case.report.identity) == ("1", "depicted_person", "verified")
    assert case.references[0].path == tmp_path / "me.jpg"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"post_id": ""}, "post.post_id"),
        ({"post_idd": "1"}, "Did you mean 'post_id'"),
        ({"media": 7}, "media must be paths"),
        ({"media": [7]}, "media must be paths"),
        ({"report": "{"}, "not JSON"),
        ({"report": {"standing": "depicted_persom"}}, "report.standing"),
        ({"report": {"standing": "other", "identety": "verified"}}, "report.identety"),
        ({"report": None}, "belong to a report"),
        ({"facts": [{"name": "x"}]}, "facts.0"),
        ({"account": "robot"}, "post.account"),
    ],
)
def test_a_bad_row_is_said_and_the_next_is_read(tmp_path: Path, change: dict[str, object], said: str) -> None:
    rows = [{**ROW, **change}, {**ROW, "post_id": "2"}]
    bad, good = read_manifest(write(tmp_path / "posts.jsonl", rows))
    assert isinstance(bad, RowError)
    assert (bad.row, bad.error.code, bad.error.stage) == (1, "manifest.row", "manifest")
    assert said in f"{bad.error.message} {bad.error.remedy}"
    assert isinstance(good, Case)


def test_lines_that_are_no_objects_are_rows_too(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text('{"post_id": "1"}\n[1]\n{broken\n{"post_id": "1"}\n')
    first, second, third, fourth = read_manifest(path)
    assert isinstance(first, Case)
    assert [row.error.code for row in (second, third, fourth)] == ["manifest.row", "manifest.row", "manifest.duplicate"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("gone.jsonl", None, "manifest.missing"),
        ("posts.txt", "x", "manifest.format"),
        ("posts.yaml", "a: b", "manifest.format"),
        ("posts.yaml", "[", "manifest.format"),
        ("posts.csv", "post,media\n1,a\n", "manifest.columns"),
        ("posts.csv", "name,media\n1,a\n", "manifest.columns"),
        ("posts.parquet", "PAR1", "manifest.format"),
    ],
)
def test_a_bad_manifest_raises_with_a_remedy(tmp_path: Path, name: str, content: str | None, code: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(ManifestError) as raised:
        list(read_manifest(tmp_path / name))
    assert raised.value.code == code
    assert raised.value.remedy


def test_a_report_file_is_named_after_itself(tmp_path: Path) -> None:
    path = tmp_path / "case-7.yaml"
    path.write_text("standing: authorised_representative\nauthority: lawyer\nidentity: verified\n")
    assert load_report(path).report_id == "case-7"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "no report"), ("- a", "not a report"), ("a: [", "not YAML"), ("standing: nobody", "standing"),
     ("standing: other\nidentiti: verified", "Did you mean 'identity'")],
)  # fmt: skip
def test_a_bad_report_says_what_is_wrong(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "report.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ManifestError) as raised:
        load_report(path)
    assert said in str(raised.value)
