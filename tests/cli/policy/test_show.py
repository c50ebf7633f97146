"""``consentry policy show``: what it prints, into a pipe, a file and a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.cli.app import app
from consentry.policy import list_policies, load_policy
from consentry.policy.language.loading import SHIPPED
from consentry.policy.language.versions import policy_text
from consentry.policy.prose import as_page, as_text, told

NEWEST = "twitter-private-media-2024-03-21"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["policy", "show", *(str(argument) for argument in arguments)])


@pytest.mark.parametrize("name", list_policies())
def test_the_file_as_its_author_wrote_it(name: str, tmp_path: Path) -> None:
    result = run(name)
    assert result.stdout == (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
    based = load_policy(name).based_on
    assert ("--whole" in result.stderr) == bool(based)
    assert based in result.stderr
    (tmp_path / "mine.yaml").write_text(result.stdout, encoding="utf-8")
    assert load_policy(tmp_path / "mine.yaml").decisions == load_policy(name).decisions


def test_the_whole_stands_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "whole.yaml"
    result = run("twitter-private-media@2023-01-01", "--whole", "--out", path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Written:" in result.stderr
    policy = load_policy(path)
    assert (policy.version, policy.based_on) == ("2022-12-14", "")
    assert "# --- what only a person can judge ---" in path.read_text(encoding="utf-8")


def test_bytes_are_kept_as_they_are(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    text = (SHIPPED / f"{NEWEST}.yaml").read_text(encoding="utf-8").replace("\n", "\r\n") + "# é"
    own.write_bytes(text.encode())
    assert run(own, "--out", tmp_path / "copy.yaml").exit_code == 0
    assert (tmp_path / "copy.yaml").read_bytes() == own.read_bytes()


def test_in_sentences(tmp_path: Path) -> None:
    document = told(policy_text(NEWEST))
    assert run(NEWEST, "--as", "text").stdout == as_text(document)
    assert run(NEWEST, "--as", "html").stdout == as_page(document)
    assert run(NEWEST, "--as", "html", "--whole", "-o", tmp_path / "policy.html").exit_code == 0
    assert (tmp_path / "policy.html").read_text(encoding="utf-8") == as_page(document)


def test_wrong_usage() -> None:
    assert run("nothing").exit_code == 2
    assert run(NEWEST, "--as", "pdf").exit_code == 2


def test_what_is_invalid_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text((SHIPPED / f"{NEWEST}.yaml").read_text(encoding="utf-8").replace("after: urgent_information", ""))
    result = run(path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "has to say where" in result.stderr


def on_a_terminal(*arguments: str) -> str:
    """What a program prints to a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200"}
    command = [sys.executable, "-m", "consentry", "policy", "show", *arguments]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=environment) as process:
        os.close(theirs)
        shown = b""
        try:
            while block := os.read(ours, 65536):
                shown += block
        except OSError:  # how a terminal says that nobody writes to it any more
            pass
        os.close(ours)
        assert process.wait() == 0
    return shown.decode()


def test_a_terminal_gets_colours_and_nothing_that_moves_its_cursor(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    head = "# \u202eturned round\u202c\n"
    path.write_text(head + (SHIPPED / f"{NEWEST}.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    shown = on_a_terminal(str(path))
    assert "\x1b[" in shown  # colours
    without = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "\x1b" not in without
    assert "\u202e" not in shown
    assert [line.rstrip() for line in without.splitlines()][1:] == (SHIPPED / f"{NEWEST}.yaml").read_text(
        encoding="utf-8"
    ).splitlines()
    told_of = on_a_terminal(str(path), "--as", "text")
    assert "D1. route intimate [route_intimate]" in told_of
    assert "\u202e" not in told_of
