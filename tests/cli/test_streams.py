"""What is printed, and nobody takes: `/dev/full`, a closed descriptor, a reader that had enough."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

COMMANDS = (["policy", "list"], ["schema"], ["--version"], ["assess", "--help"],
            ["policy", "draw", "twitter-private-media-2021-11-30", "--out", "-"])  # fmt: skip


def said(arguments: Sequence[str], redirected: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the program, as a shell redirects it."""
    line = f'"{sys.executable}" -m consentry "$@" {redirected}'
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line, "bash", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(("redirected", "code"), [("> /dev/full", "output.full"), (">&-", "output.closed")])
def test_output_that_does_not_arrive_is_an_error(arguments: list[str], redirected: str, code: str) -> None:
    status, _, error = said(arguments, redirected)
    assert status == 1
    assert code in error
    assert len(error.splitlines()) == 3, error


def test_an_assessment_that_does_not_arrive(repository: Path, tmp_path: Path) -> None:
    assess = ["assess", "--media", str(repository / "data/demo/media/bedroom.jpg"), "--json", "--models", str(tmp_path)]
    status, _, error = said(assess, "> /dev/full")
    assert (status, len(error.splitlines())) == (1, 3), error
    status, printed, error = said(assess, "2> /dev/full")
    assert status == 0
    assert printed.startswith("{")


def test_a_reader_that_has_enough_is_no_error() -> None:
    status, _, error = said(["schema"], "| head -c 1")
    assert error == ""
    assert status in {0, 1}, "the program may have been done before"


@pytest.mark.parametrize("redirected", ["2> /dev/full", "2>&-"])
def test_errors_that_nobody_hears_have_their_exit_code(redirected: str) -> None:
    assert (
        said(["policy", "lint", "no-such-policy"], redirected)[0] == said(["policy", "lint", "no-such-policy"], "")[0]
    )


def test_nothing_to_print_is_no_error(tmp_path: Path, repository: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "p.jsonl").write_text('{"post_id": "1"}\n')
    score = ["score", str(tmp_path / "p.jsonl"), "--models", str(tmp_path / "none"), "--quiet"]
    assert said([*score, "--out", str(tmp_path / "a")], ">&-") == (0, "", "")
    assert said([*score, "--out", str(tmp_path / "b")], "> /dev/full") == (0, "", "")
    kept = [(tmp_path / name / "shards/000000.parquet").read_bytes() for name in "ab"]
    assert kept[0] == kept[1]


def test_a_job_outlives_its_log(tmp_path: Path) -> None:
    """A note that cannot be written (the log's disk is full) ends nothing."""
    (tmp_path / "none").mkdir()
    (tmp_path / "p.jsonl").write_text('{"post_id": "1", "media": "gone.jpg"}\n')
    score = ["score", str(tmp_path / "p.jsonl"), "--models", str(tmp_path / "none"), "--out", str(tmp_path / "out")]
    status, printed, _ = said(score, "2> /dev/full")
    assert status == 3, "there were media, and none could be read"
    assert "Results:" in printed
