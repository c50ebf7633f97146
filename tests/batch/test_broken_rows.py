"""Every second row is broken in another way; the job ends with all others assessed and every error said. Promise 13."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from broken_rows import Broken, broken_rows
from small_jobs import folder_bytes, stop_after, write_picture

from consentry import Assessor, RuntimeSettings
from consentry.batch import JobError, Options, RowError, Store, read_manifest, run_job
from consentry.batch.results.files import INTERNAL_LOG
from consentry.records import Assessment, Case

AT_LEAST = 100


@pytest.fixture(scope="module")
def assessor() -> Iterator[Assessor]:
    found = Assessor.load(settings=RuntimeSettings(threads=2))
    yield found
    found.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("posts")


@pytest.fixture(scope="module")
def kinds(folder: Path) -> list[Broken]:
    return broken_rows(folder)


@pytest.fixture(scope="module")
def manifest(folder: Path, kinds: list[Broken]) -> Path:
    """A good row before every broken one."""
    write_picture(folder / "good.jpg", shade=120)

    def line(number: int, kind: Broken) -> bytes:
        if isinstance(kind.row, dict):
            return json.dumps({"post_id": f"broken-{number}", **kind.row}).encode()
        return kind.row.encode() if isinstance(kind.row, str) else kind.row

    good = (json.dumps({"post_id": f"good-{n}", "media": ["good.jpg"], "text": "hello"}).encode() for n in range(1_000))
    broken = (line(number, kind) for number, kind in enumerate(kinds))
    path = folder / "posts.jsonl"
    path.write_bytes(b"\n".join(chain.from_iterable(zip(good, broken, strict=False))) + b"\n")
    return path


@pytest.fixture(scope="module")
def out(manifest: Path, assessor: Assessor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    run_job(manifest, folder, assessor, Options(shard_rows=16, page=True, lines=True))
    return folder


def rows_of(out: Path) -> list[dict[str, Any]]:
    return [
        row for _, row in Store(out).rows(["row", "post_id", "status", "error_code", "error_message", "assessment"])
    ]


def test_there_are_as_many_kinds_as_promised_and_no_two_alike(kinds: list[Broken], manifest: Path) -> None:
    assert len(kinds) >= AT_LEAST
    assert len({kind.what for kind in kinds}) == len(kinds)
    assert len({repr(kind.row) for kind in kinds}) == len(kinds)


def test_every_row_ends_up_in_its_place_and_says_why(kinds: list[Broken], out: Path) -> None:
    rows = rows_of(out)
    assert len(rows) == 2 * len(kinds)
    for number, row in enumerate(rows[::2]):
        assert (row["post_id"], row["status"], row["error_code"]) == (f"good-{number}", "assessed", None)
    found = {kind.what: row["error_code"] for kind, row in zip(kinds, rows[1::2], strict=True)}
    assert found == {kind.what: kind.code for kind in kinds}
    for row in rows[1::2]:
        assert len(row["error_message"].split()) > 5
        assert "Traceback" not in row["error_message"]


def test_what_is_wrong_with_media_leaves_an_assessment_and_what_is_wrong_with_a_row_does_not(
    kinds: list[Broken], out: Path
) -> None:
    for kind, row in zip(kinds, rows_of(out)[1::2], strict=True):
        if kind.code.startswith("media."):
            assert row["status"] == "assessed"
            assert Assessment.model_validate_json(row["assessment"]).signals.errors
        else:
            assert (row["status"], row["assessment"]) == ("rejected", None)


def test_none_of_it_is_a_defect_and_the_summary_counts_it(kinds: list[Broken], out: Path) -> None:
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["rows"], summary["with_errors"]) == (2 * len(kinds), len(kinds))
    assert (summary["internal"], summary["failed"]) == (0, 0)
    assert not (out / INTERNAL_LOG).exists()
    assert (out / "index.html").stat().st_size > 10_000


def test_a_job_that_is_cut_off_and_goes_on_ends_the_same(
    manifest: Path, out: Path, assessor: Assessor, tmp_path: Path
) -> None:
    with pytest.raises(JobError, match="Stopped"):
        run_job(manifest, tmp_path, assessor, Options(shard_rows=16), stop=stop_after(3))
    run_job(manifest, tmp_path, assessor, Options(shard_rows=16, batch_size=3, page=False, lines=True))
    whole = folder_bytes(out)
    del whole["index.html"]
    assert folder_bytes(tmp_path) == whole


def test_the_library_reads_the_same_rows(kinds: list[Broken], manifest: Path, assessor: Assessor) -> None:
    found = list(read_manifest(manifest))
    assert [isinstance(row, Case) for row in found[::2]] == [True] * len(kinds)
    rejected = [row.error.code if isinstance(row, RowError) else None for row in found[1::2]]
    assert rejected == [kind.code if kind.code.startswith("manifest.") else None for kind in kinds]
    cases = [row for row in found if isinstance(row, Case)]
    failed: list[str] = []
    assessed = list(assessor.assess_many(cases, failed=lambda case, error: failed.append(error.code)))
    assert sorted(failed) == sorted(kind.code for kind in kinds if kind.code.startswith("policy."))
    assert len(assessed) + len(failed) == len(cases)
