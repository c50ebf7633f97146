"""The job on a disk that is full, read-only or gone: said as what it is, and gone on with as if nothing had been."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from small_jobs import folder_bytes, without_models, write_picture, write_rows

from consentry import Assessor
from consentry.batch import Options, run_job
from consentry.writing import OutputError
from small_disks import BLOCK, Kind, small_disk

ROWS = 24
OPTIONS = Options(shard_rows=4, page=True, lines=True)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    write_picture(tmp_path / "a.jpg")
    rows = [{"post_id": str(number), "text": f"post {number}", "media": "a.jpg"} for number in range(ROWS)]
    return write_rows(tmp_path / "p.jsonl", rows)


@pytest.fixture
def assessor(tmp_path: Path) -> Assessor:
    return without_models(tmp_path / "none", contained=True)


@pytest.fixture
def undisturbed(manifest: Path, tmp_path: Path, assessor: Assessor) -> dict[str, bytes]:
    run_job(manifest, tmp_path / "whole", assessor, OPTIONS)
    return results(tmp_path / "whole")


def results(out: Path) -> dict[str, bytes]:
    """All but what tells of times; the page draws them, so it counts as there or not."""
    return {name: b"" if name == "index.html" else content for name, content in folder_bytes(out).items()}


def failure(run: Callable[[], object]) -> str:
    with pytest.raises(OutputError) as failed:
        run()
    assert failed.value.remedy.endswith("run the same command again.")
    return failed.value.code


def check_that_what_is_there_is_whole(out: Path, undisturbed: dict[str, bytes]) -> None:
    for name, content in results(out).items():
        assert content == undisturbed[name], name


@pytest.mark.parametrize("kind", ["tmpfs", "ext4"])
def test_room_for_a_little_more_each_time(
    kind: Kind, manifest: Path, tmp_path: Path, assessor: Assessor, undisturbed: dict[str, bytes]
) -> None:
    """The disk fills up at every file in turn; after the last time the folder is that of a run without trouble."""
    said = []
    with small_disk(tmp_path, kind, size=4 << 20) as disk:
        out = disk.path / "out"
        for blocks in (*range(20), *range(20, 900, 20)):
            disk.fill(leaving=blocks * BLOCK)
            try:
                run_job(manifest, out, assessor, OPTIONS)
            except OutputError as error:
                said.append(f"{error.code} {error.message}")
                if (out / "shards").is_dir():
                    check_that_what_is_there_is_whole(out, undisturbed)
            else:
                break
        assert results(out) == undisturbed
        assert not list(out.rglob("*.tmp"))
    assert all(message.startswith("output.full ") for message in said)
    for name in ("run.json", "shards/", "assessments.jsonl", "index.html"):
        assert any(name in message for message in said), name


def test_a_disk_that_turns_read_only(
    manifest: Path, tmp_path: Path, assessor: Assessor, undisturbed: dict[str, bytes]
) -> None:
    with small_disk(tmp_path) as disk:
        out = disk.path / "out"
        turn = once(lambda _: any(out.glob("shards/*.parquet")), disk.read_only)
        assert failure(lambda: run_job(manifest, out, assessor, OPTIONS, watch=turn)) == "output.read_only"
        check_that_what_is_there_is_whole(out, undisturbed)
        assert failure(lambda: run_job(manifest, out, assessor, OPTIONS)) == "output.read_only"
        disk.writable()
        assert run_job(manifest, out, assessor, OPTIONS).resumed > 0
        assert results(out) == undisturbed


@pytest.mark.parametrize("after", [1, 10, ROWS])
def test_a_folder_that_vanishes(
    after: int, manifest: Path, tmp_path: Path, assessor: Assessor, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    vanish = once(lambda rows: rows >= after, lambda: shutil.rmtree(out))
    assert failure(lambda: run_job(manifest, out, assessor, OPTIONS, watch=vanish)) == "output.missing"
    assert not out.exists(), "it is not made again half"
    run_job(manifest, out, assessor, OPTIONS)
    assert results(out) == undisturbed


def test_a_folder_that_was_always_read_only(manifest: Path, tmp_path: Path, assessor: Assessor) -> None:
    with small_disk(tmp_path) as disk:
        disk.read_only()
        assert failure(lambda: run_job(manifest, disk.path / "out", assessor, OPTIONS)) == "output.read_only"
        assert failure(lambda: run_job(manifest, disk.path / "a/b/out", assessor, OPTIONS)) == "output.read_only"


def test_no_room_for_errors_that_are_tried_again(tmp_path: Path, assessor: Assessor) -> None:
    """Rows that are put in the place of others take the place of a whole shard, or of nothing."""
    manifest = write_rows(tmp_path / "p.jsonl", [{"post_id": str(number), "media": "a.jpg"} for number in range(4)])
    with small_disk(tmp_path) as disk:
        out = disk.path / "out"
        run_job(manifest, out, assessor)
        before = (out / "shards/000000.parquet").read_bytes()
        write_picture(tmp_path / "a.jpg")
        disk.fill()
        again = Options(retry_errors=True)
        assert failure(lambda: run_job(manifest, out, assessor, again)) == "output.full"
        assert (out / "shards/000000.parquet").read_bytes() == before
        disk.free()
        run_job(manifest, out, assessor, again)
        run_job(manifest, tmp_path / "whole", assessor)
        assert folder_bytes(out) == folder_bytes(tmp_path / "whole")


def test_the_command_says_it_in_three_lines(
    manifest: Path, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:  # fmt: skip
    with small_disk(tmp_path) as disk:
        temporary = tmp_path / "temporary"
        out = disk.path / "out"
        disk.fill(leaving=6 * BLOCK)
        refused = score(manifest, out, tmp_path / "none", temporary)
        assert refused.returncode == 1
        assert refused.stdout == ""
        assert "output.full" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert len(refused.stderr.splitlines()) == 3
        disk.free()
        assert score(manifest, out, tmp_path / "none", temporary).returncode == 0
        assert results(out) == undisturbed


def test_temporary_files_have_no_room(manifest: Path, tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    with small_disk(tmp_path) as disk:
        disk.fill()
        done = score(manifest, tmp_path / "out", tmp_path / "none", disk.path)
    assert done.returncode == 0, done.stderr
    assert results(tmp_path / "out") == undisturbed


def test_an_address_is_no_place_for_results(manifest: Path, tmp_path: Path) -> None:
    refused = score(manifest, Path("s3://bucket/out"), tmp_path / "none", tmp_path, folder=tmp_path)
    assert refused.returncode == 2
    assert "output.address" in refused.stderr
    assert not (tmp_path / "s3:").exists()


def once(when: Callable[[int], bool], act: Callable[[], object]) -> Callable[..., None]:
    """A `watch` that does something once, when so many rows are done that it is time."""
    left = [act]

    def watch(_task: str, rows: int, _total: int, _errors: int) -> None:
        if left and when(rows):
            left.pop()()

    return watch


def score(
    manifest: Path, out: Path, models: Path, temporary: Path, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The command as people run it."""
    models.mkdir(exist_ok=True)
    temporary.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "consentry", "score", str(manifest), "--out", str(out), "--models", str(models),
         "--shard-rows", "4", "--page", "--lines", "--quiet", "--threads", "1"],
        cwd=folder, capture_output=True, text=True, env={**os.environ, "TMPDIR": str(temporary)}, check=False,
    )  # fmt: skip
