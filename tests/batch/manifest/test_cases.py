"""Manifests in every format, and every way in which a row can be wrong."""

from __future__ import annotations

import csv
import gzip
import json
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from consentry.batch import ManifestError, RowError, load_report, read_manifest
from consentry.batch.plan import plan_job
from consentry.errors import LONGEST_MESSAGE
from consentry.records import Case
from consentry.records.words import LONGEST_DETAIL, LONGEST_ID, LONGEST_MEDIA_ID, LONGEST_STATEMENT, MOST_FACTS

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


FACT = {"name": "consent_shown", "value": "yes", "source": "reviewer"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"post_id": "x" * (LONGEST_ID + 1)}, "post.post_id"),
        ({"report": {"standing": "other", "report_id": "x" * (LONGEST_ID + 1)}}, "report.report_id"),
        ({"report": {"standing": "other", "statement": "x" * (LONGEST_STATEMENT + 1)}}, "report.statement"),
        ({"media": ["x" * (LONGEST_MEDIA_ID + 1)]}, "media_id"),
        ({"references": ["x" * (LONGEST_MEDIA_ID + 1)]}, "media_id"),
        ({"facts": [{**FACT, "name": "x" * 1000}]}, "the name of fact 1 has 1,000 characters"),
        ({"facts": [FACT, {**FACT, "value": "x" * 1000}]}, "the value of fact 2"),
        ({"facts": [{**FACT, "detail": "x" * (LONGEST_DETAIL + 1)}]}, "the detail of fact 1"),
        ({"facts": [FACT] * (MOST_FACTS + 1)}, "facts"),
        ({"x" * 5_000_000: 1}, "The column 'xxx"),
        ({"report": {"standing": "other", "x" * 5_000_000: 1}}, "report."),
        ({"post_id": ["x" * 3_000] * 1_000}, "post.post_id"),
    ],
)
def test_words_without_end_are_an_error_of_their_row(tmp_path: Path, change: dict[str, object], said: str) -> None:
    bad, good = read_manifest(write(tmp_path / "posts.jsonl", [{**ROW, **change}, {**ROW, "post_id": "2"}]))
    assert isinstance(bad, RowError)
    assert bad.error.code == "manifest.row"
    assert said in bad.error.message
    assert len(bad.error.message) <= LONGEST_MESSAGE
    assert len(bad.post_id or "") <= LONGEST_ID
    assert isinstance(good, Case)


def test_what_is_just_allowed_is_read(tmp_path: Path) -> None:
    row = {
        "post_id": "x" * LONGEST_ID,
        "text": "x" * 5_000_000,
        "report": {"standing": "other", "report_id": "x" * LONGEST_ID, "statement": "x" * LONGEST_STATEMENT},
        "facts": [{**FACT, "detail": "x" * LONGEST_DETAIL}] * MOST_FACTS,
    }
    (case,) = read_manifest(write(tmp_path / "posts.jsonl", [row]))
    assert isinstance(case, Case)
    assert len(case.post.text) == 5_000_000


def test_a_line_without_end_is_a_row_and_the_next_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentry.tables.lines.LONGEST", 40)
    monkeypatch.setattr("consentry.tables.text.HEAD", 16)
    path = tmp_path / "posts.jsonl.gz"
    fitting = '{"post_id": "123456789012345678901234"}'
    assert len(fitting) == 39
    lines = [fitting, '{"post_id": "' + "x" * 200 + '"}', fitting.replace("1", "2"), "x" * 80]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    first, second, third, fourth = read_manifest(path)
    assert isinstance(first, Case)
    assert isinstance(third, Case)
    for row in (second, fourth):
        assert isinstance(row, RowError)
        assert "longer than 40 characters" in row.error.message


@pytest.mark.parametrize("mark", ["", '"'])
def test_a_cell_without_end_is_a_row_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    monkeypatch.setattr("consentry.tables.lines.LONGEST", 40)
    path = tmp_path / "posts.csv"
    path.write_text(f"post_id,text\n1,short\n2,{mark}{'x' * 200_000}{mark}\n3,y\n")
    first, second, third = read_manifest(path)
    assert isinstance(first, Case)
    assert isinstance(third, Case)
    assert isinstance(second, RowError)
    assert (second.row, second.error.code) == (2, "manifest.row")
    assert "longer than 40 characters" in second.error.message


@pytest.mark.parametrize("place", ["*i", "{post_id: *i}", "{post_id: b, facts: *i}", "&own [*own]"])
def test_yaml_that_has_no_end_when_it_is_written_out_is_a_row(tmp_path: Path, place: str) -> None:
    names = "abcdefghi"
    bomb = ["- &a [" + ", ".join(["x"] * 9) + "]"]
    bomb += [f"- &{name} [" + ", ".join([f"*{before}"] * 9) + "]" for before, name in pairwise(names)]
    path = tmp_path / "posts.yaml"
    path.write_text("\n".join([*bomb, f"- {place}", "- post_id: good", ""]))
    *bad, good = read_manifest(path)
    assert isinstance(good, Case)
    assert len(bad) == len(names) + 1
    for row in bad:
        assert isinstance(row, RowError)
        assert len(row.error.message) <= 200
    assert all(isinstance(row, RowError) and row.error.code == "manifest.row" for row in bad)
    assert plan_job(path, {}).rows == len(bad) + 1


def test_aliases_may_be_used(tmp_path: Path) -> None:
    path = tmp_path / "posts.yaml"
    path.write_text("- post_id: a\n  report: &same {standing: other}\n- post_id: b\n  report: *same\n")
    assert all(isinstance(row, Case) for row in read_manifest(path))


def test_names_that_are_no_text_are_a_row(tmp_path: Path) -> None:
    path = tmp_path / "posts.yaml"
    path.write_text("- {post_id: a, 1: x}\n- {post_id: b, 2026-01-02: x}\n- {post_id: good}\n")
    first, second, good = read_manifest(path)
    assert isinstance(first, RowError)
    assert isinstance(second, RowError)
    assert isinstance(good, Case)
    assert plan_job(path, {}).rows == 3


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
        ("posts.txt", "x", "manifest.columns"),
        ("posts.xlsx", "PK", "manifest.format"),
        ("posts.csv", "PK\x03\x04", "manifest.format"),
        ("posts.csv", 'post_id,text\n1,"a\n', "manifest.format"),
        ("posts.json", '[{"post_id": "1"}', "manifest.format"),
        ("posts.yaml", "a: b", "manifest.format"),
        ("posts.yaml", "[", "manifest.format"),
        ("posts.yaml", "[" * 1000, "manifest.format"),
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
     ("standing: other\nreported_at: 2026-13-45", "reported_at"), ("[" * 1000, "not YAML"),
     ("standing: other\nstatement: " + "x" * (LONGEST_STATEMENT + 1), "100000"),
     ("standing: other\nidentiti: verified", "Did you mean 'identity'")],
)  # fmt: skip
def test_a_bad_report_says_what_is_wrong(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "report.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ManifestError) as raised:
        load_report(path)
    assert said in str(raised.value)
