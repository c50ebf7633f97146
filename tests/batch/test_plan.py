"""Plans: rows cut into shards, read back exactly, and a fingerprint of all that results depend on."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_jobs import without_models, write_rows

from consentry.batch import ManifestError, conditions_of, plan_job


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(ids=st.lists(st.integers(0, 12), min_size=1, max_size=30), size=st.integers(1, 12), data=st.data())
def test_every_row_is_in_one_shard_and_comes_back_from_it(
    tmp_path: Path, ids: list[int], size: int, data: st.DataObject
) -> None:
    path = write_rows(tmp_path / "posts.jsonl", ({"post_id": str(number)} for number in ids))
    plan = plan_job(path, {}, shard_rows=size)
    assert sum(map(plan.size_of, range(plan.shards))) == plan.rows == len(ids)
    wanted = data.draw(st.sets(st.integers(0, plan.shards - 1)))
    found = list(plan.read(wanted))
    assert [row.number for _, row in found] == [n for n in range(1, len(ids) + 1) if (n - 1) // size in wanted]
    assert all(row.content == {"post_id": str(ids[row.number - 1])} for _, row in found)
    assert plan.duplicates == {n for n in range(1, len(ids) + 1) if ids[n - 1] in ids[: n - 1]}
    assert [row.number for row in plan.read_rows({1})] == [1]


def test_rows_without_an_id_are_no_duplicates(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "posts.jsonl", [{"text": "x"}, {"text": "x"}, "{", "{"])
    assert plan_job(path, {}).duplicates == frozenset()


def test_the_fingerprint_is_of_the_content_and_not_of_the_place(tmp_path: Path) -> None:
    rows = [{"post_id": "1", "text": "a"}, {"post_id": "2"}]
    first = plan_job(write_rows(tmp_path / "a.jsonl", rows), {"models": 1}).fingerprint
    assert plan_job(write_rows(tmp_path / "b.jsonl", rows), {"models": 1}).fingerprint == first
    for other in (rows[::-1], rows[:1], [{"post_id": "1", "text": "b"}, rows[1]]):
        assert plan_job(write_rows(tmp_path / "b.jsonl", other), {"models": 1}).fingerprint != first
    assert plan_job(tmp_path / "a.jsonl", {"models": 2}).fingerprint != first
    assert plan_job(tmp_path / "a.jsonl", {"models": 1}, shard_rows=1).fingerprint != first


def test_what_results_depend_on_is_plain_data(tmp_path: Path) -> None:
    conditions = conditions_of(without_models(tmp_path / "none"))
    assert {"consentry", "components", "device", "precision", "limits"} <= conditions.keys()
    assert {note["code"] for note in conditions["unavailable"]} == {"model.missing"}
    assert str(tmp_path) not in str(conditions)


def test_a_manifest_that_shrinks_while_the_job_runs(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "posts.jsonl", ({"post_id": str(number)} for number in range(9)))
    plan = plan_job(path, {}, shard_rows=3)
    write_rows(path, [{"post_id": "0"}])
    with pytest.raises(ManifestError, match="1 of its 9 rows left"):
        list(plan.read({2}))
    write_rows(path, ({"post_id": str(number)} for number in range(12)))
    assert [row.number for _, row in plan.read({2})] == [7, 8, 9], "what was added since belongs to no shard"


def test_an_empty_manifest(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text("\n")
    with pytest.raises(ManifestError) as raised:
        plan_job(tmp_path / "posts.jsonl", {})
    assert raised.value.code == "manifest.empty"


def test_a_plan_takes_a_few_bytes_a_row(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "posts.jsonl", ({"post_id": str(n), "text": "x" * 500} for n in range(20_000)))
    plan_job(path, {})  # what is imported and compiled on the way does not count
    tracemalloc.start()
    plan = plan_job(path, {})
    for _ in plan.read({plan.shards - 1}):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000, "the manifest has ten million bytes"
