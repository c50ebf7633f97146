"""A run: complete, resumable, never mixed with another. Promise 9."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import parquet
from small_jobs import folder_bytes, stop_after, without_models, write_picture, write_rows

from consentry import Assessor, RuntimeSettings
from consentry.batch import JobError, Options, Store, Tolerance, run_job
from consentry.batch.results.stored import read_assessments
from consentry.records import Assessment
from consentry.writing import OutputError


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Assessor:
    return without_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    for index in range(3):
        write_picture(tmp_path / f"p{index}.jpg", shade=60 * index)
    rows: list[object] = [
        {"post_id": f"{index}", "media": [f"p{index % 3}.jpg"], "text": "call +1 202-555-0143" if index % 2 else ""}
        for index in range(9)
    ]
    rows[2] = {"post_id": "gone", "media": ["gone.jpg"]}
    rows[4] = {"post_idd": "x"}
    rows[5] = "{broken"
    rows[7] = {"post_id": "0"}
    return write_rows(tmp_path / "posts.jsonl", rows)


def rows_of(out: Path) -> list[dict[str, object]]:
    return [row for _, row in Store(out).rows(["row", "post_id", "status", "error_code", "action", "assessment"])]


def test_every_row_ends_up_in_its_place(manifest: Path, tmp_path: Path, quick: Assessor) -> None:
    seen: list[tuple[str, int, int, int]] = []
    out = tmp_path / "out"
    summary = run_job(manifest, out, quick, Options(shard_rows=4, lines=True), watch=lambda *step: seen.append(step))
    rows = rows_of(out)
    assert [row["row"] for row in rows] == list(range(1, 10))
    assert [row["status"] for row in rows] == [
        "assessed", "assessed", "assessed", "assessed", "rejected", "rejected", "assessed", "rejected", "assessed",
    ]  # fmt: skip
    assert [row["error_code"] for row in rows][4:8] == [
        "manifest.row", "manifest.row", "model.missing", "manifest.duplicate",
    ]  # fmt: skip
    assert (summary.rows, summary.assessed, summary.rejected, summary.unreadable, summary.resumed) == (9, 6, 3, 1, 0)
    assert summary.with_errors == 9, "the models are missing, and every row says so"
    assert sorted(path.name for path in (out / "shards").iterdir()) == [f"00000{n}.parquet" for n in range(3)]
    lines = (out / "assessments.jsonl").read_text().splitlines()
    assert [Assessment.model_validate_json(line) for line in lines] == list(read_assessments(out))
    assert [found.post_id for found in read_assessments(out)] == ["0", "1", "gone", "3", "6", "8"]
    written = json.loads((out / "summary.json").read_text())
    assert written == summary.as_json()
    assert written["errors"]["manifest.duplicate"]["posts"] == ["0"]
    assert seen[-1] == ("Assessing posts", 9, 9, 9)
    assert [step[1] for step in seen] == sorted(step[1] for step in seen)


def test_a_run_that_is_stopped_goes_on_and_ends_the_same(manifest: Path, tmp_path: Path, quick: Assessor) -> None:
    run_job(manifest, tmp_path / "whole", quick, Options(shard_rows=2))
    expected = folder_bytes(tmp_path / "whole")
    for calls in (0, 1, 3):
        out = tmp_path / f"stopped-{calls}"
        with pytest.raises(JobError) as stopped:
            run_job(manifest, out, quick, Options(shard_rows=2), stop=stop_after(calls))
        assert stopped.value.code == "job.stopped"
        assert Store(out).done() == set(range(calls)), "what was begun is complete"
        summary = run_job(manifest, out, quick, Options(shard_rows=2))
        assert summary.resumed == 2 * calls
        assert folder_bytes(out) == expected


def test_any_shards_may_be_there_and_half_a_shard_counts_for_nothing(
    manifest: Path, tmp_path: Path, quick: Assessor
) -> None:
    run_job(manifest, tmp_path / "whole", quick, Options(shard_rows=2))
    expected = folder_bytes(tmp_path / "whole")
    for kept in ({0, 1, 2, 3, 4}, {1, 3}, {4}):
        out = tmp_path / f"kept-{len(kept)}"
        (out / "shards").mkdir(parents=True)
        (out / "run.json").write_bytes(expected["run.json"])
        for number in kept:
            name = f"shards/{number:06d}.parquet"
            (out / name).write_bytes(expected[name])
        (out / "shards/.000000.parquet.tmp").write_bytes(expected["shards/000000.parquet"][:100])
        summary = run_job(manifest, out, quick, Options(shard_rows=2))
        assert summary.resumed == sum(1 if number == 4 else 2 for number in kept)
        found = folder_bytes(out)
        if 0 not in kept:
            assert found == expected
        else:
            assert {name: found[name] for name in expected} == expected


def test_a_finished_run_is_only_counted_again(manifest: Path, tmp_path: Path, quick: Assessor) -> None:
    out = tmp_path / "out"
    run_job(manifest, out, quick)
    before = (out / "shards/000000.parquet").stat().st_mtime_ns
    assert run_job(manifest, out, quick).resumed == 9
    assert (out / "shards/000000.parquet").stat().st_mtime_ns == before


class TestAnotherRun:
    @pytest.fixture
    def out(self, manifest: Path, tmp_path: Path, quick: Assessor) -> Path:
        run_job(manifest, tmp_path / "out", quick)
        return tmp_path / "out"

    def refused(self, manifest: Path, out: Path, assessor: Assessor, options: Options = Options()) -> str:  # noqa: B008
        before = folder_bytes(out)
        with pytest.raises(JobError) as refused:
            run_job(manifest, out, assessor, options)
        assert refused.value.code == "job.other_run"
        assert folder_bytes(out) == before
        return refused.value.message

    def test_another_manifest(self, out: Path, manifest: Path, quick: Assessor) -> None:
        manifest.write_text('{"post_id": "other"}\n')
        assert "manifest, rows differ" in self.refused(manifest, out, quick)

    def test_other_shards(self, out: Path, manifest: Path, quick: Assessor) -> None:
        assert "shard rows differ" in self.refused(manifest, out, quick, Options(shard_rows=3))

    def test_another_policy(self, out: Path, manifest: Path, tmp_path: Path) -> None:
        other = Assessor.load(policy="twitter-private-media-2022-04-05", models=tmp_path / "none", contained=False)
        assert "components differ" in self.refused(manifest, out, other)

    def test_another_precision(self, out: Path, manifest: Path, tmp_path: Path) -> None:
        settings = RuntimeSettings(precision="bf16")
        other = Assessor.load(models=tmp_path / "none", settings=settings, contained=False)
        assert "precision differ" in self.refused(manifest, out, other)

    def test_the_number_of_threads_is_no_other_run(self, out: Path, manifest: Path, tmp_path: Path) -> None:
        other = Assessor.load(models=tmp_path / "none", settings=RuntimeSettings(threads=2), contained=False)
        assert run_job(manifest, out, other).resumed == 9


class TestRetrying:
    def test_what_has_been_mended_is_put_right_and_the_rest_stays(
        self, manifest: Path, tmp_path: Path, repository: Path
    ) -> None:
        assessor = Assessor.load(settings=RuntimeSettings(threads=1))
        rows = [{"post_id": name, "media": [f"{name}.jpg"]} for name in ("a", "b", "c", "d")]
        path = write_rows(tmp_path / "few.jsonl", rows)
        for name in ("a", "c"):
            write_picture(tmp_path / f"{name}.jpg")
        out, options = tmp_path / "out", Options(shard_rows=3)
        first = run_job(path, out, assessor, options)
        assert (first.unreadable, first.with_errors) == (2, 2)
        write_picture(tmp_path / "b.jpg")
        again = run_job(path, out, assessor, Options(shard_rows=3, retry_errors=True))
        assert (again.unreadable, again.with_errors, again.rows) == (1, 1, 4)
        undisturbed = tmp_path / "undisturbed"
        run_job(path, undisturbed, assessor, options)
        assert folder_bytes(out) == folder_bytes(undisturbed)

    def test_stopped_while_retrying(self, manifest: Path, tmp_path: Path, quick: Assessor) -> None:
        out = tmp_path / "out"
        run_job(manifest, out, quick, Options(shard_rows=2))
        with pytest.raises(JobError, match="Stopped"):
            run_job(manifest, out, quick, Options(shard_rows=2, retry_errors=True), stop=stop_after(2))
        assert len(rows_of(out)) == 9


class TestTolerance:
    def test_more_errors_than_allowed_fail_the_job(self, manifest: Path, tmp_path: Path, quick: Assessor) -> None:
        with pytest.raises(JobError) as failed:
            run_job(manifest, tmp_path / "out", quick, Options(tolerance=Tolerance(most=3), shard_rows=2))
        assert failed.value.code == "job.too_many_errors"
        with pytest.raises(JobError, match="of 9 rows have errors"):
            run_job(manifest, tmp_path / "out", quick, Options(tolerance=Tolerance(most=1), shard_rows=2))
        assert run_job(manifest, tmp_path / "out", quick, Options(tolerance=Tolerance(most=9), shard_rows=2)).rows == 9

    @pytest.mark.parametrize(
        ("text", "errors", "rows", "fails"),
        [("0", 0, 10, False), ("0", 1, 10, True), ("3", 3, 10, False), ("10%", 1, 10, False), ("10%", 2, 10, True),
         ("2.5 %", 25, 1000, False), ("2.5%", 26, 1000, True), ("100%", 10, 10, False), (None, 10, 10, False)],
    )  # fmt: skip
    def test_numbers_and_shares(self, text: str | None, errors: int, rows: int, fails: bool) -> None:
        tolerance = Tolerance.parse(text)
        if fails:
            with pytest.raises(JobError):
                tolerance.check(errors, rows)
        else:
            tolerance.check(errors, rows)

    @pytest.mark.parametrize("text", ["", "-1", "a few", "101%", "1.5", "%"])
    def test_neither(self, text: str) -> None:
        with pytest.raises(ValueError, match="rows"):
            Tolerance.parse(text)


def test_a_folder_that_cannot_be_written(manifest: Path, tmp_path: Path, quick: Assessor) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as failed:
        run_job(manifest, tmp_path / "file", quick)
    assert failed.value.code == "output.in_the_way"


@pytest.fixture
def interrupted(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The program over many rows that each take a moment."""
    write_picture(tmp_path / "p.jpg", size=(320, 200))
    manifest = write_rows(
        tmp_path / "many.jsonl", ({"post_id": str(index), "media": ["p.jpg"]} for index in range(4_000))
    )
    (tmp_path / "none").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "consentry", "score", str(manifest), "--out", str(tmp_path / "out"), "--shard-rows",
         "16", "--models", str(tmp_path / "none"), "--threads", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


def test_ctrl_c_finishes_what_was_begun(interrupted: subprocess.Popen[str], tmp_path: Path) -> None:
    shards = tmp_path / "out" / "shards"
    while not (shards.is_dir() and any(path.suffix == ".parquet" for path in shards.iterdir())):
        assert interrupted.poll() is None
        time.sleep(0.05)
    interrupted.send_signal(signal.SIGINT)
    _, said = interrupted.communicate(timeout=60)
    assert interrupted.returncode == 130
    assert "job.stopped" in said
    assert "Traceback" not in said
    assert not [path for path in shards.iterdir() if path.suffix == ".tmp"]
    numbers = sorted(int(path.stem) for path in shards.iterdir())
    assert numbers == list(range(len(numbers))), "no shard that was begun is missing"
    assert all(parquet.read_metadata(path).num_rows == 16 for path in shards.iterdir())
