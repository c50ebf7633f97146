"""The same job on a cluster: the same folder, whatever dies meanwhile. Promises 8 and 9.

Two machines are two `ray start` processes here, each with a CPU, a store and workers of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consentry import Assessor, RuntimeSettings
from consentry.batch import Options, run_job
from consentry.batch.ray.cluster import Cluster
from consentry.batch.results.files import FINGERPRINT, SHARDS

pytestmark = [
    pytest.mark.slow,
    # Ray's own, all of them about its insides.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]
_STORE = 100 * 1024 * 1024


@pytest.fixture(autouse=True)
def quiet_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAY_USAGE_STATS_ENABLED", "RAY_ENABLE_UV_RUN_RUNTIME_ENV"):
        monkeypatch.setenv(name, "0")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A head without workers, and two machines with one CPU each."""
    from ray.cluster_utils import Cluster as LocalCluster

    local = LocalCluster(
        initialize_head=True,
        head_node_args={"num_cpus": 0, "object_store_memory": _STORE, "include_dashboard": False},
    )
    local.nodes = [local.add_node(num_cpus=1, object_store_memory=_STORE) for _ in range(2)]
    yield local
    local.shutdown()


@pytest.fixture
def manifest(tmp_path: Path, repository: Path) -> Path:
    media = sorted((repository / "data/demo/media").glob("*.jpg"))
    rows: list[dict[str, Any]] = [
        {"post_id": str(index), "media": [str(media[index % len(media)])], "text": "$500 for her name"}
        for index in range(44)
    ]
    rows[5] = {"post_id": "gone", "media": [str(tmp_path / "gone.jpg")]}
    rows[9] = {"post_id": "5", "no such column": 1}
    rows[17] = rows[16]
    path = tmp_path / "posts.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def expected(manifest: Path, tmp_path: Path) -> dict[str, bytes]:
    """What one machine writes."""
    assessor = Assessor.load(settings=RuntimeSettings(threads=1))
    run_job(manifest, tmp_path / "local", assessor, Options(shard_rows=4))
    return content_of(tmp_path / "local")


def content_of(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in [*sorted((out / SHARDS).iterdir()), out / FINGERPRINT]}


def command(manifest: Path, out: Path, address: str) -> list[str]:
    return [sys.executable, "-m", "consentry", "score", str(manifest), "--out", str(out), "--engine", "ray",
            "--address", address, "--shard-rows", "4", "--quiet"]  # fmt: skip


def wait_for_shards(out: Path, number: int, process: subprocess.Popen[bytes] | None = None) -> None:
    until = time.monotonic() + 400
    while len(list((out / SHARDS).glob("*.parquet"))) < number:
        assert process is None or process.poll() is None, "the job ended too early"
        assert time.monotonic() < until, "no shards came"
        time.sleep(0.2)


def test_a_machine_dies_in_the_middle_and_so_does_the_driver(
    cluster: Any, manifest: Path, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    """One run: the driver is killed, the job resumed, a machine is killed, the job ends as if nothing had been."""
    out = tmp_path / "ray"
    process = subprocess.Popen(command(manifest, out, cluster.address), start_new_session=True)
    wait_for_shards(out, 2, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    there = {path.name: path.stat().st_mtime_ns for path in (out / SHARDS).glob("*.parquet")}
    assert 2 <= len(there) < 11
    process = subprocess.Popen(command(manifest, out, cluster.address), start_new_session=True)
    wait_for_shards(out, len(there) + 2, process)
    cluster.remove_node(cluster.nodes[0], allow_graceful=False)
    assert len(list((out / SHARDS).glob("*.parquet"))) < 11, "the machine was killed too late to matter"
    assert process.wait(timeout=500) == 0
    assert content_of(out) == expected
    for name, written in there.items():
        assert (out / SHARDS / name).stat().st_mtime_ns == written, "a shard that was there was made again"
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["rows"], summary["assessed"], summary["resumed"]) == (44, 42, 4 * len(there))


def test_errors_are_tried_again_and_a_mend_shows(
    cluster: Any, manifest: Path, tmp_path: Path, expected: dict[str, bytes], repository: Path
) -> None:
    """Begun on one machine, mended on the cluster: engines may take turns."""
    from consentry.batch.ray.engine import run_job_on_ray

    (tmp_path / "gone.jpg").write_bytes((repository / "data/demo/media/living_room.jpg").read_bytes())
    options = Options(shard_rows=4, retry_errors=True)
    summary = run_job_on_ray(
        manifest, tmp_path / "local", options, Cluster(address=cluster.address), settings=RuntimeSettings(threads=1)
    )
    assert summary.errors.keys() == {"manifest.row", "manifest.duplicate", "media.damaged"}
    assessor = Assessor.load(settings=RuntimeSettings(threads=1))
    run_job(manifest, tmp_path / "whole", assessor, Options(shard_rows=4))
    mended = content_of(tmp_path / "whole")
    assert content_of(tmp_path / "local") == mended
    assert mended != expected
