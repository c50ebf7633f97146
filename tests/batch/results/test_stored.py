"""Results read back from what a run writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consentry.batch.results.files import ASSESSMENTS, TABLE
from consentry.batch.results.stored import StoredError, read_assessments
from consentry.batch.results.table import write_table
from consentry.policy import load_policy
from consentry.policy.cases.files import as_assessment, read_cases
from consentry.records import Assessment


@pytest.fixture(scope="module")
def assessments(repository: Path) -> list[Assessment]:
    policy = load_policy()
    return [as_assessment(policy, case) for case in read_cases(repository / "data/cases/media.yaml")]


@pytest.fixture
def results(tmp_path: Path, assessments: list[Assessment]) -> Path:
    lines = "".join(assessment.model_dump_json() + "\n" for assessment in assessments)
    (tmp_path / ASSESSMENTS).write_text(lines, encoding="utf-8")
    write_table(assessments, tmp_path / TABLE)
    return tmp_path


def test_the_table_the_lines_and_the_folder_hold_the_same(results: Path, assessments: list[Assessment]) -> None:
    assert list(read_assessments(results / TABLE)) == assessments
    assert list(read_assessments(results / ASSESSMENTS)) == assessments
    assert list(read_assessments([results])) == assessments
    assert list(read_assessments([results / TABLE, results / ASSESSMENTS])) == assessments * 2


def test_a_folder_with_the_table_alone(results: Path, assessments: list[Assessment], tmp_path: Path) -> None:
    (results / ASSESSMENTS).rename(tmp_path / "elsewhere")
    assert list(read_assessments(results)) == assessments


def test_half_a_line_of_a_killed_run_is_left_aside(results: Path, assessments: list[Assessment]) -> None:
    with (results / ASSESSMENTS).open("a", encoding="utf-8") as stream:
        stream.write('\n{"schema_version": "1.1", "post_id": "ha')
    assert list(read_assessments(results)) == assessments


def test_results_of_schema_1_0_are_still_read(tmp_path: Path, assessments: list[Assessment]) -> None:
    old = assessments[0].model_dump(mode="json", exclude={"circumstances"}) | {"schema_version": "1.0"}
    del old["recommendation"]["deadlines"]
    path = tmp_path / "old.jsonl"
    path.write_text(json.dumps(old) + "\n", encoding="utf-8")
    (found,) = read_assessments(path)
    assert (found.schema_version, found.circumstances, found.recommendation.deadlines) == ("1.0", None, ())


def test_what_cannot_be_read(tmp_path: Path, results: Path) -> None:
    from pyarrow import Table, parquet

    (tmp_path / "bad.jsonl").write_text('{"post_id": "1"}\n', encoding="utf-8")
    (tmp_path / "bad.parquet").write_bytes(b"no table")
    parquet.write_table(Table.from_pylist([{"post_id": "1"}]), tmp_path / "other.parquet")
    (tmp_path / "empty").mkdir()
    for path, code, says in [
        (tmp_path / "nothing", "stored.missing", "no results at"),
        (tmp_path / "empty", "stored.missing", "no results at"),
        (tmp_path / "bad.jsonl", "stored.row", "row 1 is not an assessment"),
        (tmp_path / "bad.parquet", "stored.format", "is not Parquet"),
        (tmp_path / "other.parquet", "stored.format", "no column 'assessment'"),
    ]:
        with pytest.raises(StoredError, match=says) as caught:
            list(read_assessments(path))
        assert caught.value.code == code
