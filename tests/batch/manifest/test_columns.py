"""Columns that are missing, misspelt or of the wrong type, and the remedy that is named."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from consentry.batch import ManifestError, read_manifest
from consentry.batch.manifest.columns import ALL_COLUMNS, REPORT_COLUMNS, Reading
from consentry.batch.manifest.reading import read_rows
from consentry.batch.manifest.sources import find_sources
from consentry.records import Case, Report


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("post,media", "--column post_id=post"),
        ("a,b", "its columns are a, b. Say which one it is"),
        ("post_id,medai", "--column media=medai"),
        ("post_id,report.standng", "Did you mean 'report.standing'"),
        ("post_id,shard_key", "--ignore-column shard_key"),
        ("post_id,media,media", "twice"),
    ],
)
def test_a_wrong_header_stops_the_job_at_once(tmp_path: Path, header: str, said: str) -> None:
    path = tmp_path / "posts.csv"
    path.write_text(f"{header}\n1\n")
    with pytest.raises(ManifestError) as raised:
        list(read_rows(find_sources(path)))
    assert raised.value.code == "manifest.columns"
    assert said in str(raised.value)


def test_columns_can_be_left_aside(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("post_id,shard_key\n1,x\n")
    ((_, row),) = read_rows(find_sources(path), Reading(("shard_key",)))
    assert row == {"post_id": "1"}
    parquet.write_table(pa.table({"post_id": ["1"], "shard_key": [3.5]}), tmp_path / "p.parquet")
    ((_, row),) = read_rows(find_sources(tmp_path / "p.parquet"), Reading(("Shard_Key",)))
    assert row == {"post_id": "1"}


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("media", pa.array([1]), "list of text"),
        ("media", pa.array([[1]]), "list of text"),
        ("text", pa.array([b"x"]), "The column text of p.parquet is of type binary"),
        ("posted_at", pa.array([1]), "2026-11-20T09:30:00Z"),
        ("report", pa.array([1.0]), "object"),
        ("facts", pa.array([["x"]]), "list of objects"),
        ("post_id", pa.array([1.5]), "text or whole number"),
    ],
)
def test_a_wrong_type_is_said_before_anything_is_assessed(
    tmp_path: Path, column: str, values: pa.Array, said: str
) -> None:
    path = tmp_path / "p.parquet"
    parquet.write_table(pa.table({"post_id": pa.array(["1"]), column: values}), path)
    with pytest.raises(ManifestError) as raised:
        list(read_rows(find_sources(path)))
    assert raised.value.code == "manifest.types"
    assert said in str(raised.value)


def test_every_type_that_a_table_may_have(tmp_path: Path) -> None:
    table = pa.table(
        {
            "post_id": pa.array([7]),
            "media": pa.array([["a.jpg"]], pa.large_list(pa.large_string())),
            "text": pa.array(["hello"]).dictionary_encode(),
            "posted_at": pa.array([datetime(2026, 11, 20, tzinfo=UTC)]),
            "account": pa.nulls(1),
            "report": pa.array([{"standing": "other", "authority": None, "report_id": 9}]),
            "references": pa.array([[]], pa.list_(pa.null())),
            "facts": pa.array([[{"name": "x", "value": "yes", "source": "reviewer", "detail": None}]]),
        }
    )
    parquet.write_table(table, tmp_path / "p.parquet")
    (case,) = read_manifest(tmp_path / "p.parquet")
    assert isinstance(case, Case)
    assert case.report is not None
    assert (case.post.post_id, case.report.report_id, case.facts[0].detail) == ("7", "9", "")
    assert case.post.posted_at == datetime(2026, 11, 20, tzinfo=UTC)


def test_every_field_of_a_report_has_its_column_and_its_meaning() -> None:
    assert [column.name for column in REPORT_COLUMNS] == [f"report.{name}" for name in Report.model_fields]
    assert all("schema" not in column.means for column in ALL_COLUMNS)
