"""`kill -9` at random instants: nothing lost, nothing twice, the same bytes. Promise 9."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyarrow import parquet
from small_jobs import folder_bytes, write_picture, write_rows

ROWS = 320
SHARD_ROWS = 8
SEED = 20261123
SOUND = ("-m", "consentry")
DEFECTIVE = (str(Path(__file__).with_name("defective_program.py")),)
"""The same with a defect that every tenth post meets."""


@pytest.mark.slow
@pytest.mark.parametrize(("program", "wanted", "exit_code"), [(SOUND, 100, 0), (DEFECTIVE, 30, 1)])
def test_killed_at_random_instants(tmp_path: Path, program: tuple[str, ...], wanted: int, exit_code: int) -> None:
    """Runs that are killed from their first moment on, and go on each time, until enough kills have hit a run."""
    for index in range(8):
        write_picture(tmp_path / f"p{index}.jpg", shade=25 * index)
    manifest = write_rows(
        tmp_path / "posts.jsonl",
        (
            {"post_id": str(row), "media": [f"p{row % 8}.jpg", f"p{row // 8 % 8}.jpg"], "text": f"words {row}"}
            for row in range(ROWS)
        ),
    )
    (tmp_path / "none").mkdir()
    started = time.monotonic()
    assert _start(program, manifest, tmp_path / "whole").wait(timeout=120) == exit_code
    whole = time.monotonic() - started
    expected = folder_bytes(tmp_path / "whole")

    chance = random.Random(SEED)
    kills = between = folder = 0
    while kills < wanted:
        out = tmp_path / f"out-{folder}"
        folder += 1
        ended = False
        while not ended and kills < wanted:
            process = _start(program, manifest, out)
            # A run that goes on has less to do, and some kills must fall into its end: those that come too late end a
            # folder, which is then compared.
            try:
                process.wait(timeout=chance.uniform(0.2, 0.95) * whole)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            code = process.wait(timeout=30)
            ended = code == exit_code  # perhaps in the very moment before the kill
            if not ended:
                assert code == -signal.SIGKILL, "a run that was killed before goes on without an error"
                kills += 1
                between += 0 < len(_shards(out)) < ROWS // SHARD_ROWS
                assert all(parquet.read_metadata(path).num_rows == SHARD_ROWS for path in _shards(out))
        if not ended:
            assert _start(program, manifest, out).wait(timeout=120) == exit_code
        _check(out, expected)
    assert (b"32 rows met" in expected.get("internal-errors.log", b"")) == (program == DEFECTIVE)
    assert between >= wanted // 20, "some kills must fall between the first shard and the last"


def _check(out: Path, expected: dict[str, bytes]) -> None:
    ids = [name for path in _shards(out) for name in parquet.read_table(path, columns=["post_id"])[0].to_pylist()]
    assert ids == [str(row) for row in range(ROWS)], "no row lost, none twice, all in order"
    found = folder_bytes(out)
    left = {name for name in found if name not in expected}
    assert {name: found[name] for name in expected} == expected
    assert all(name.endswith(".tmp") for name in left), left


def _shards(out: Path) -> list[Path]:
    return sorted((out / "shards").glob("*.parquet"))


def _start(program: tuple[str, ...], manifest: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *program, "score", str(manifest), "--out", str(out), "--shard-rows", str(SHARD_ROWS),
         "--models", str(manifest.parent / "none"), "--threads", "1", "--quiet"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
