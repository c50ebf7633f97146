"""Commands that open media by themselves: a file that breaks its decoder costs that file, and nothing else here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from consentry.cli.app import app
from consentry.cli.opening import opened_each
from consentry.media import Limits, open_media
from consentry.media import decoder_process as decoder_process_module
from consentry.records import Media
from consentry.signals.copies.bank_file import read_entries
from consentry.signals.faces.keys import KEY_FILE_VARIABLE, KEY_VARIABLE, MasterKey

CODES = {"segfault": "media.decoder_crashed", "kill": "media.decoder_killed", "hang": "media.timeout"}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def said(result: Result) -> list[str]:
    """The codes of the errors on standard error, in order."""
    return [line.removeprefix("Error ") for line in result.stderr.splitlines() if line.startswith("Error ")]


@pytest.fixture
def demo(repository: Path) -> Path:
    return repository / "data" / "demo" / "media"


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Files that make `faulty_worker` crash, die and hang; whoever decodes here gets ``media.unknown_format``."""
    monkeypatch.setattr(decoder_process_module, "WORKER_MODULE", "faulty_worker")
    monkeypatch.setattr(decoder_process_module, "KILL_AFTER", 3.0 - Limits().max_seconds)
    files = [tmp_path / f"{order}.jpg" for order in CODES]
    for path in files:
        path.write_bytes(f"{path.stem}!".encode())
    return files


def test_hostile_files_cost_themselves_in_a_bank(tmp_path: Path, demo: Path, hostile: list[Path]) -> None:
    bank = tmp_path / "bank.csv"
    added = run("bank", "add", bank, *hostile, demo / "bedroom.jpg", "--bank", "removed", "--keep-picture")
    assert added.exit_code == 0, added.output
    assert said(added) == list(CODES.values())
    (entry,) = read_entries(bank)[0]
    assert (entry.entry_id, (tmp_path / entry.picture).is_file()) == ("bedroom.jpg", True)
    looked_up = run("bank", "lookup", bank, demo / "bedroom.jpg", hostile[0], demo / "living_room.jpg", "--json")
    assert looked_up.exit_code == 0, looked_up.output
    assert said(looked_up) == ["media.decoder_crashed"]
    assert [len(signal["matches"]) for signal in json.loads(looked_up.stdout)] == [1, 0]


def test_a_bank_of_nothing_that_could_be_read_is_not_made(tmp_path: Path, hostile: list[Path]) -> None:
    result = run("bank", "add", tmp_path / "bank.csv", hostile[0], "--bank", "removed")
    assert result.exit_code == 3
    assert said(result) == ["media.decoder_crashed"]
    assert not (tmp_path / "bank.csv").exists()


def test_hostile_files_cost_themselves_among_reference_photos(
    tmp_path: Path, demo: Path, hostile: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    MasterKey.write_new(tmp_path / "key")
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "key"))
    photo = demo / "reference_collins.jpg"
    result = run("claim", "enrol", tmp_path / "claims", "one", hostile[0], photo, "--expires", "2090-01-01")
    assert result.exit_code == 0, result.output
    assert said(result) == ["media.decoder_crashed"]
    assert "templates of 1 of 2 photos are kept until 2090-01-01" in result.stdout


@pytest.mark.parametrize("path", ["/proc/self/mem", "caf\udce9.jpg"])
def test_what_is_no_file_costs_itself(tmp_path: Path, demo: Path, path: str) -> None:
    result = run("bank", "add", tmp_path / "bank.csv", path, demo / "bedroom.jpg", "--bank", "removed")
    assert result.exit_code == 0, result.output
    assert len(said(result)) == 1
    assert said(result)[0] in ("media.unreadable", "media.not_found")


def test_a_defect_costs_the_file_and_is_logged(
    demo: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    from consentry.media import containment

    sound = containment.open_source

    def open_source(item: Media, limits: Limits) -> Any:
        if item.media_id == "bedroom.jpg":
            raise ZeroDivisionError
        return sound(item, limits)

    monkeypatch.setattr(containment, "open_source", open_source)
    paths = [demo / "bedroom.jpg", demo / "living_room.jpg"]
    assert [path for path, _ in opened_each(paths, Limits())] == paths[1:]
    assert "internal.defect" in capsys.readouterr().err
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("reader", ["images", "videos"])
def test_the_commands_load_no_decoder(tmp_path: Path, demo: Path, reader: str) -> None:
    """Where the decoding happens: the module that would do it here is not even imported."""
    medium = demo / ("bedroom.jpg" if reader == "images" else "street.mp4")
    script = (
        "import sys; from typer.testing import CliRunner; from consentry.cli.app import app; "
        "done = CliRunner().invoke(app, sys.argv[1:]); "
        f"sys.exit(done.exit_code or 9 * ('consentry.media.{reader}' in sys.modules))"
    )
    bank = tmp_path / "bank.csv"
    for command in (["add", bank, medium, "--bank", "public"], ["lookup", bank, medium]):
        arguments = [sys.executable, "-c", script, "bank", *map(str, command)]
        assert subprocess.run(arguments, capture_output=True, check=False).returncode == 0


def test_files_come_as_the_decoder_gives_them(demo: Path) -> None:
    limits = Limits(frames_per_second=4.0)
    paths = [demo / "street.mp4", demo / "damaged.jpg", demo / "bedroom.jpg"]
    found = list(opened_each(paths, limits))
    assert [path for path, _ in found] == [paths[0], paths[2]]
    for path, opened in found:
        wanted = open_media(Media(path=path), limits=limits)
        assert [frame.pixels.tobytes() for frame in opened.frames] == [
            frame.pixels.tobytes() for frame in wanted.frames
        ]
