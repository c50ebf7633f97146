"""What no row may hold, and cells of tables and words of YAML that are not what they look like."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from consentry.batch import ManifestError, RowError, load_report, plan_job, read_manifest
from consentry.batch.manifest.reading import read_rows
from consentry.batch.manifest.row_bounds import DEEPEST, MOST_VALUES, check_count, trouble_with
from consentry.batch.manifest.sources import find_sources
from consentry.records import Case
from consentry.tables.yaml_rows import load_yaml

PLAIN = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(2**200), 2**200) | st.text(max_size=5) | st.datetimes(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=3), inside, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=3), PLAIN, max_size=5))
def test_plain_data_is_no_trouble(row: dict[str, Any]) -> None:
    assert trouble_with(row) is None


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


def circle() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


def doubled(times: int) -> Any:
    """Small in memory, endless to whoever walks through it."""
    value: Any = "x"
    for _ in range(times):
        value = [value] * 4
    return value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": nested(DEEPEST)}, "inside each other"),
        ({"a": circle()}, "inside each other"),
        ({"a": doubled(30)}, "more than 20,000 values"),
        ({"a": ["x"] * MOST_VALUES}, "more than 20,000 values"),
        ({"a": {"b": {1, 2}}}, "a set"),
        ({"a": [{1: "x"}]}, "not text"),
        ({None: "x"}, "not text"),
        ({"a": [10**100]}, "77 digits"),
        ({"a": -(10**100)}, "77 digits"),
    ],
)
def test_trouble_is_said(value: Any, said: str) -> None:
    assert said in str(trouble_with(value))


def test_as_much_as_may_be_is_no_trouble() -> None:
    assert trouble_with({"a": nested(DEEPEST - 2), "b": ["x"] * (MOST_VALUES - 100), "c": 2**255}) is None
    check_count(MOST_VALUES, "media")
    with pytest.raises(ManifestError, match="names 20,001 media"):
        check_count(MOST_VALUES + 1, "media")


class TestYaml:
    def test_what_looks_like_something_and_is_not_stays_text(self) -> None:
        words = ["2026-02-30", "2026-02-28", "0b", "1:99:99.5", "2026-01-01T99:00:00Z", "7"]
        assert load_yaml("".join(f"- {word}\n" for word in words)) == words

    @pytest.mark.parametrize("content", ["a: [", "[" * 5_000, "a: \x01", "a: !!python/object:os.system x"])
    def test_what_is_none_is_one_error(self, content: str) -> None:
        with pytest.raises(yaml.YAMLError):
            load_yaml(content)

    def test_a_bad_row_costs_itself(self, tmp_path: Path) -> None:
        path = tmp_path / "posts.yaml"
        path.write_text(
            "- post_id: a\n  posted_at: 2026-02-30\n- post_id: b\n  1: x\n- {post_id: c, text: &t hello}\n- &d [*d]\n"
            "- post_id: 0x" + "f" * 6_000 + "\n- post_id: !!set {x, y}\n- {post_id: d, text: *t}\n- 7\n"
        )
        found = list(read_manifest(path))
        assert [isinstance(row, Case) for row in found] == [False, False, True, False, False, False, True, False]
        assert {row.error.code for row in found if isinstance(row, RowError)} == {"manifest.row"}
        assert plan_job(path, {}).rows == 8

    def test_a_report_file(self, tmp_path: Path) -> None:
        path = tmp_path / "report.yaml"
        path.write_text("standing: other\nreported_at: 2026-02-30\n")
        with pytest.raises(ManifestError, match="reported_at"):
            load_report(path)
        path.write_text("[" * 5_000)
        with pytest.raises(ManifestError, match="not YAML"):
            load_report(path)


class TestParquet:
    def test_a_text_that_is_no_utf8_costs_its_row(self, tmp_path: Path) -> None:
        broken = pa.array([b"good", b"bad \xff", b"fine"]).view(pa.string())
        table = pa.table({"post_id": ["1", "2", "3"], "text": broken})
        parquet.write_table(table, tmp_path / "posts.parquet")
        one, two, three = read_manifest(tmp_path / "posts.parquet")
        assert isinstance(one, Case)
        assert isinstance(two, RowError)
        assert "The column text of the row cannot be read (UnicodeDecodeError)" in two.error.message
        assert isinstance(three, Case)
        assert plan_job(tmp_path / "posts.parquet", {}).rows == 3

    def test_a_time_that_no_calendar_has_costs_its_row(self, tmp_path: Path) -> None:
        moments = pa.array([0, 2**62, 10**15], pa.timestamp("us", "UTC"))
        parquet.write_table(pa.table({"post_id": ["1", "2", "3"], "posted_at": moments}), tmp_path / "posts.parquet")
        one, two, three = read_manifest(tmp_path / "posts.parquet")
        assert isinstance(one, Case)
        assert one.post.posted_at == datetime(1970, 1, 1, tzinfo=UTC)
        assert isinstance(two, RowError)
        assert "posted_at" in two.error.message
        assert isinstance(three, Case)


def test_a_folder_that_cannot_be_listed_is_a_bad_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "inner/b.jpg").write_bytes(b"x")
    from fsspec.implementations.local import LocalFileSystem

    sound = LocalFileSystem.ls

    def ls(self: Any, path: str, *arguments: Any, **named: Any) -> Any:
        if path.endswith("inner"):
            raise PermissionError(13, "Permission denied")
        return sound(self, path, *arguments, **named)

    monkeypatch.setattr(LocalFileSystem, "ls", ls)
    with pytest.raises(ManifestError, match="cannot be listed: Permission denied") as caught:
        list(read_rows(find_sources(tmp_path)))
    assert caught.value.code == "manifest.missing"


def test_files_whose_names_are_no_text_are_posts_too(tmp_path: Path) -> None:
    from small_jobs import without_models, write_picture

    from consentry.batch import Store, run_job

    write_picture(tmp_path / "media" / "plain.jpg")
    (tmp_path / "media" / "plain.jpg").rename(str(tmp_path / "media") + "/caf\udce9.jpg")
    summary = run_job(tmp_path / "media", tmp_path / "out", without_models(tmp_path / "none"))
    assert (summary.rows, summary.assessed, summary.unreadable) == (1, 1, 0)
    ((_, row),) = Store(tmp_path / "out").rows(["post_id"])
    assert row["post_id"] == "caf\\udce9.jpg"
