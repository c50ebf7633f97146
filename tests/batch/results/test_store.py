"""The folder of results: whole files, one writer, one run."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_jobs import empty_row, table_from

from consentry.batch import JobError, Store


def test_only_one_may_write_at_a_time(tmp_path: Path) -> None:
    with Store.open(tmp_path / "out", {"a": 1}):
        with pytest.raises(JobError) as refused:
            Store.open(tmp_path / "out", {"a": 1})
        assert refused.value.code == "job.in_use"
        Store.open(tmp_path / "out", {"a": 1}, exclusive=False).close()
    Store.open(tmp_path / "out", {"a": 1}).close()


def test_another_run_is_refused_and_lets_the_folder_go(tmp_path: Path) -> None:
    Store.open(tmp_path, {"shard_rows": 1, "same": [1, 2]}).close()
    with pytest.raises(JobError, match="another run: shard rows differ") as refused:
        Store.open(tmp_path, {"shard_rows": 2, "same": [1, 2]})
    assert refused.value.code == "job.other_run"
    Store.open(tmp_path, {"shard_rows": 1, "same": [1, 2]}).close()


def test_shards_without_their_fingerprint_are_refused(tmp_path: Path) -> None:
    (tmp_path / "shards").mkdir()
    (tmp_path / "shards/000000.parquet").write_bytes(b"")
    with pytest.raises(JobError, match=r"not its run\.json"):
        Store.open(tmp_path, {})
    assert not (tmp_path / "run.json").exists()


def test_a_fingerprint_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(JobError) as refused:
        Store.open(tmp_path, {})
    assert refused.value.code == "job.damaged"


def test_half_a_file_is_no_shard_and_a_damaged_one_says_so(tmp_path: Path) -> None:
    with Store.open(tmp_path, {}) as store:
        store.replace(1, table_from([empty_row(row=2, post_id="b", status="rejected")]))
        store.replace(0, table_from([empty_row(row=1, post_id="a", status="rejected")]))
        (tmp_path / "shards/.000002.parquet.tmp").write_bytes(b"PAR1")
        assert store.done() == {0, 1}
        assert [(shard, row["post_id"]) for shard, row in store.rows(["post_id"])] == [(0, "a"), (1, "b")]
        assert list(store.times()) == [], "no times were written"
        (tmp_path / "shards/000001.parquet").write_bytes(b"PAR1")
        with pytest.raises(JobError, match=r"000001\.parquet") as failed:
            store.read(1)
        assert failed.value.code == "job.damaged"
