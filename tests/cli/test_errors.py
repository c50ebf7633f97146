"""``consentry errors``, and that commands exit with what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.cli.app import app
from consentry.cli.errors import exit_codes, told
from consentry.error_codes import error_codes


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["errors", *arguments])


def test_one_code_is_told_whole() -> None:
    shown = run("media.damaged")
    found = error_codes()["media.damaged"]
    assert shown.exit_code == 0
    assert shown.stdout.startswith("media.damaged  consentry.media.MediaError\n")
    assert found.when in shown.stdout
    assert f"→ {found.do}" in shown.stdout
    assert "More: docs/media.md" in shown.stdout


def test_a_room_lists_its_codes_with_their_exit_codes() -> None:
    lines = run("job").stdout.splitlines()
    listed = {line.split()[0]: line.split()[1] for line in lines if line.startswith("job.")}
    assert listed["job.stopped"] == "130"
    assert listed["job.too_many_errors"] == "4"
    assert set(listed) == {code for code in error_codes() if code.startswith("job.")}


def test_brackets_are_words_and_no_markup() -> None:
    assert 'pip install "consentry[ray]"' in " ".join(run("cluster").stdout.split())


def test_all_are_listed_for_programs() -> None:
    listed = json.loads(run("--json").stdout)
    assert {each["code"] for each in listed} == set(error_codes())


@pytest.mark.parametrize(
    ("given", "hint"), [("meda.damagd", "did you mean media.damaged?"), ("zzzzzzzz", "lists all codes")]
)
def test_what_is_no_code_is_wrong_usage(given: str, hint: str) -> None:
    shown = run(given)
    assert shown.exit_code == 2
    assert hint in " ".join(shown.output.replace("│", " ").split())


def test_it_is_told_where_a_code_is_met() -> None:
    codes = error_codes()
    assert told(codes["signal.failed"]) == "It stands among the notes of the assessment, and stops nothing."
    assert told(codes["policy.dead"]) == "It ends the command with exit code 2, in `consentry policy` with 1."
    assert told(codes["model.missing"]).endswith("Elsewhere it ends the command with exit code 1.")
    assert told(codes["media.empty"]).endswith("A command that could read no medium at all exits with 3.")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["assess", "--text", "a", "--policy", "nothing"], "policy.not_found"),
        (["claim", "enrol", "claims", "1", "nothing.jpg", "--models", "nothing"], "model.missing"),
        (["assess", "--text", "a", "--bank", "nothing.csv"], "copies.bank_not_found"),
        (["assess", "--text", "a", "--without-signal", "nothing"], "signal.unknown"),
        (["score", "nothing.csv", "--out", "results"], "manifest.missing"),
        (["claim", "enrol", "claims", "1", "nothing.jpg"], "claim_key.missing"),
        (["policy", "check", "nothing.yaml"], "policy.not_found"),
        (["train", "scene", "nothing.yaml"], "training.config"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_commands_exit_with_what_is_said(
    arguments: list[str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if code == "model.missing":
        monkeypatch.setenv("CONSENTRY_CLAIM_KEY", "00" * 32)
    done = subprocess.run(
        [sys.executable, "-m", "consentry", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert f"Error {code}" in done.stderr
    assert done.returncode in exit_codes(error_codes()[code])
