"""Defects of ours during a job: rows with an error, counted, with a traceback beside the results. Promises 9 and 13."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_jobs import folder_bytes, stop_after, without_models, write_picture, write_rows
from typer.testing import CliRunner

from consentry import Assessor
from consentry.batch import JobError, Options, Store, Tolerance, run_job
from consentry.batch.results.files import INTERNAL_LOG
from consentry.batch.results.table import table_of
from consentry.batch.scoring import Outcome
from consentry.defects import CODE
from consentry.records import Assessment
from consentry.signals.text import TextReader

WORDS = "her secret words"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    write_picture(tmp_path / "p.jpg")
    return write_rows(
        tmp_path / "posts.jsonl",
        (
            {"post_id": f"{index}", "media": ["p.jpg"], "text": f"{WORDS} {index}" if index % 4 == 1 else "hello"}
            for index in range(13)
        ),
    )


@pytest.fixture
def quick(tmp_path: Path) -> Assessor:
    return without_models(tmp_path / "none")


def break_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect that two rows in five meet, in words that a traceback must not hold."""
    sound = TextReader.analyse

    def analyse(reader: TextReader, text: str) -> Any:
        if WORDS in text:
            raise KeyError(text)
        return sound(reader, text)

    monkeypatch.setattr(TextReader, "analyse", analyse)


def rows_of(out: Path) -> list[dict[str, Any]]:
    return [row for _, row in Store(out).rows(["row", "post_id", "status", "error_code", "traceback", "assessment"])]


def test_a_row_with_a_defect_is_assessed_as_far_as_it_goes_and_counted(
    manifest: Path, tmp_path: Path, quick: Assessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_words(monkeypatch)
    out = tmp_path / "out"
    summary = run_job(manifest, out, quick, Options(shard_rows=4, page=True))
    assert (summary.rows, summary.assessed, summary.failed, summary.internal) == (13, 13, 0, 3)
    written = json.loads((out / "summary.json").read_text())
    assert (written["internal"], written["internal_log"]) == (3, INTERNAL_LOG)
    assert written["errors"][CODE]["rows"] == 3
    for row in rows_of(out):
        broken = int(row["post_id"]) % 4 == 1
        assert (row["status"], row["error_code"]) == ("assessed", CODE if broken else "model.missing")
        assert bool(row["traceback"]) == broken
        signals = Assessment.model_validate_json(row["assessment"]).signals
        assert (signals.text is None) == broken
    log = (out / INTERNAL_LOG).read_text()
    assert "3 rows: 2 (post '1'), 6 (post '5'), 10 (post '9')\n" in log
    assert "KeyError" in log
    assert "in analyse\n" in log
    assert "consentry/pipeline/measuring.py" in log
    for name, content in folder_bytes(out).items():
        assert name.startswith(("shards", "index")) or b"secret" not in content, name
    assert all("secret" not in row["traceback"] + row["assessment"] for row in rows_of(out) if row["traceback"])
    assert (out / "index.html").read_text().count("<article") == 13


@pytest.mark.parametrize("calls", [0, 1, 3])
def test_a_run_that_goes_on_counts_and_logs_the_same(
    manifest: Path, tmp_path: Path, quick: Assessor, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    break_words(monkeypatch)
    run_job(manifest, tmp_path / "whole", quick, Options(shard_rows=4))
    out = tmp_path / "out"
    with pytest.raises(JobError, match="Stopped"):
        run_job(manifest, out, quick, Options(shard_rows=4), stop=stop_after(calls))
    assert (out / INTERNAL_LOG).exists() == (calls > 0), "what there is to mend is there at once"
    assert run_job(manifest, out, quick, Options(shard_rows=4, batch_size=1)).internal == 3
    assert folder_bytes(out) == folder_bytes(tmp_path / "whole")


def test_rows_are_assessed_again_when_the_defect_is_mended(
    manifest: Path, tmp_path: Path, quick: Assessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        break_words(patched)
        assert run_job(manifest, out, quick, Options(shard_rows=4)).internal == 3
    summary = run_job(manifest, out, quick, Options(shard_rows=4, retry_errors=True))
    assert (summary.internal, summary.with_errors) == (0, 13), "models are still missing"
    assert "that 0 rows met" in (out / INTERNAL_LOG).read_text()
    run_job(manifest, tmp_path / "whole", quick, Options(shard_rows=4))
    found = folder_bytes(out)
    del found[INTERNAL_LOG]
    assert found == folder_bytes(tmp_path / "whole")


def test_a_job_that_fails_says_why_as_far_as_it_got(
    manifest: Path, tmp_path: Path, quick: Assessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_words(monkeypatch)
    out = tmp_path / "out"
    with pytest.raises(JobError, match="Stopped"):
        run_job(manifest, out, quick, Options(shard_rows=4), stop=stop_after(2))
    (out / INTERNAL_LOG).unlink()
    with pytest.raises(JobError, match="rows have errors"):
        run_job(manifest, out, quick, Options(shard_rows=4, tolerance=Tolerance(most=5)))
    assert "2 rows: 2 (post '1'), 6 (post '5')\n" in (out / INTERNAL_LOG).read_text()


def test_a_sound_run_has_no_log(manifest: Path, tmp_path: Path, quick: Assessor) -> None:
    summary = run_job(manifest, tmp_path / "out", quick)
    assert (summary.internal, summary.as_json()["internal_log"]) == (0, None)
    assert not (tmp_path / "out" / INTERNAL_LOG).exists()


def test_many_different_tracebacks_do_not_make_the_log_endless(manifest: Path, tmp_path: Path, quick: Assessor) -> None:
    out = tmp_path / "out"
    run_job(manifest, out, quick)
    store = Store(out)
    rows = store.read(0).to_pylist()
    many = [dict(rows[0], row=number, traceback=f"trace {number % 150}\n") for number in range(1, 6_001)]
    import pyarrow as pa

    from consentry.batch.results.internal_log import write_internal_log
    from consentry.batch.results.table import schema

    store.replace(0, pa.Table.from_pylist(many, schema=schema()))
    write_internal_log(store)
    log = (out / INTERNAL_LOG).read_text()
    assert "that 6,000 rows met" in log
    assert log.count("40 rows: ") == 100
    assert log.count("and 20 more") == 100
    assert "Other tracebacks: 2,000 rows" in log


def test_a_row_that_cannot_be_read_for_a_defect_is_a_failed_one(
    manifest: Path, tmp_path: Path, quick: Assessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    import consentry.batch.scoring as module

    sound = module.case_of

    def case_of(content: dict[str, Any], base: str) -> Any:
        if content["post_id"] == "7":
            raise RecursionError(WORDS)
        return sound(content, base)

    monkeypatch.setattr(module, "case_of", case_of)
    out = tmp_path / "out"
    summary = run_job(manifest, out, quick)
    assert (summary.assessed, summary.rejected, summary.failed, summary.internal) == (12, 0, 1, 1)
    row = rows_of(out)[7]
    assert (row["status"], row["error_code"], row["post_id"]) == ("failed", CODE, "7")
    assert "RecursionError" in row["traceback"]


def test_a_result_that_no_table_can_hold_is_an_error_in_its_place() -> None:
    sound = Outcome(1, "a", None, None)
    broken = Outcome(2, "b\udce9", None, None)
    too_large = Outcome(2**70, "c", None, None)
    rows = table_of([sound, broken, sound]).to_pylist()
    assert [row["error_code"] for row in rows] == [None, CODE, None]
    assert rows[1]["post_id"] == "b\\udce9"
    assert "UnicodeEncodeError" in rows[1]["traceback"]
    with pytest.raises(OverflowError):  # a row without a number is no row
        table_of([too_large])


def test_the_command_says_so(manifest: Path, tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from consentry.cli.app import app

    break_words(monkeypatch)
    (tmp_path / "none").mkdir()
    command = ["score", str(manifest), "--out", str(tmp_path / "out"), "--models", str(tmp_path / "none")]
    done = CliRunner().invoke(app, [*command, "--trusted-media"])
    assert done.exit_code == 1
    assert "3 of the rows met a defect of Consentry" in done.output
    assert str(tmp_path / "out" / INTERNAL_LOG) in done.output
    assert "secret" not in done.output
    again = CliRunner().invoke(app, [*command, "--trusted-media", "--quiet"])
    assert again.exit_code == 1, "a run that was there already says it again"
    monkeypatch.undo()
    assert CliRunner().invoke(app, [*command, "--trusted-media", "--retry-errors"]).exit_code == 0
