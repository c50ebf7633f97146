"""``consentry claim``: enrol, list and purge on real photos."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.cli.app import app, main
from consentry.signals.faces.keys import KEY_FILE_VARIABLE, KEY_VARIABLE


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def done(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "claims.key"
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(path))
    said = done("claim", "new-key", path)
    assert f"export {KEY_FILE_VARIABLE}={path}" in said.replace("\n", "")
    assert path.read_text().strip() not in said
    return path


@pytest.fixture
def media(repository: Path) -> Path:
    return repository / "data" / "demo" / "media"


@pytest.mark.parametrize("command", ["", "new-key", "enrol", "list", "purge"])
def test_every_command_explains_itself(command: str) -> None:
    said = done("claim", *filter(None, [command]), "--help")
    assert "Usage" in said
    assert "consentry claim" in said or not command


def test_enrol_assess_purge(tmp_path: Path, media: Path) -> None:
    store, report = tmp_path / "claims", tmp_path / "report-17.yaml"
    report.write_text("{standing: depicted_person, identity: verified, consent: refused}")
    said = done("claim", "enrol", store, "report-17", media / "reference_collins.jpg", media / "living_room.jpg",
                "--expires", "2090-01-01")  # fmt: skip
    assert "templates of 1 of 2 photos are kept until 2090-01-01" in said
    assert "No face was found in the reference photo living_room.jpg" in said.replace("\n", " ")
    (listed,) = json.loads(done("claim", "list", store, "--json"))
    assert (listed["claim"], listed["templates"], listed["state"]) == ("report-17", 1, "in force")
    assert "report-17" in done("claim", "list", store)

    assess = ("assess", "--media", media / "bedroom.jpg", "--report", report, "--claims", store, "--json")
    assert json.loads(done(*assess))["signals"]["faces"][0]["band"] == "match"
    assert done("claim", "purge", store, "report-17").strip() == "purged: report-17"
    after = json.loads(done(*assess))["signals"]
    assert after["faces"][0]["band"] is None
    assert [note["code"] for note in after["errors"]] == ["enrolment.purged"]


def test_photos_of_which_none_can_be_used(tmp_path: Path, media: Path, monkeypatch, capsys) -> None:
    arguments = ["claim", "enrol", str(tmp_path / "claims"), "one", str(media / "living_room.jpg")]
    monkeypatch.setattr(sys, "argv", ["consentry", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "enrolment.empty" in capsys.readouterr().err
    assert not (tmp_path / "claims").exists()


def test_purging_what_has_expired(tmp_path: Path) -> None:
    assert done("claim", "purge", tmp_path, "--expired").strip() == "nothing to purge"


@pytest.mark.parametrize("arguments", [(), ("one", "--expired")])
def test_purging_needs_to_know_what(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert run("claim", "purge", tmp_path, *arguments).exit_code == 2


def test_photos_or_templates(tmp_path: Path, media: Path) -> None:
    report = tmp_path / "r.yaml"
    report.write_text("standing: other")
    photo = media / "bedroom.jpg"
    assess = ("assess", "--media", photo, "--claims", tmp_path)
    assert run(*assess).exit_code == 2
    assert run(*assess, "--report", report, "--reference", photo).exit_code == 2
