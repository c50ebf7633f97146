"""``consentry train faces`` and ``consentry models build facenet``: what they say and ask for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.cli.app import app, main


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.parametrize("command", [("train", "faces"), ("models", "build", "facenet")])
def test_they_explain_themselves(command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "consentry " + " ".join(command) in result.output


def test_building_needs_weights_or_pairs() -> None:
    result = run("models", "build", "facenet")
    assert result.exit_code == 2


def failed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    monkeypatch.setattr(sys, "argv", ["consentry", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, capsys.readouterr().err


def test_weights_that_are_not_here(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("TORCH_HOME", raising=False)
    code, said = failed(monkeypatch, capsys, "models", "build", "facenet", "--weights", "vggface2")
    assert code == 1
    assert "third_party.missing" in said
    assert "--download" in said


def test_a_configuration_without_pictures(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = failed(monkeypatch, capsys, "train", "faces", "--quiet")
    assert code == 2
    assert "training.manifest" in said
    assert run("train", "faces", "--set", "nonsense").exit_code == 2
