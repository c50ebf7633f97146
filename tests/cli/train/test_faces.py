"""``consentry train faces`` as somebody gives it who has a folder a person; with a tiny network in place."""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from small_faces import PERSONS, tiny_network, write_people
from typer.testing import CliRunner

from consentry import ConsentryError
from consentry.cli.app import app, main
from consentry.training.facenet.config import FacenetConfig

FAST = ["--set", "tracking.uri=null", "--set", "epochs=1", "--set", "threads=1", "--set", "seed=2"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "100"})


def failed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    monkeypatch.setattr(sys, "argv", ["consentry", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A folder of persons, one of whose pictures is broken, and a table of the same."""
    place = tmp_path_factory.mktemp("a place")
    people = write_people(place / "people", repository / "data" / "demo" / "media", count=6)
    for number in range(3):  # more persons, so that there are two to validate on
        shutil.copytree(people / PERSONS[number], people / f"p{number}")
    (people / "p0" / "broken.jpg").write_bytes(b"this is no picture")
    with (place / "people.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["File", "Who"])
        writer.writerows((path, path.parent.name) for path in sorted(people.rglob("*.jpg")))
    return place


@pytest.fixture(scope="module")
def trained(place: Path) -> Iterator[str]:
    """What the command says; the working directory is that place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setattr("consentry.training.facenet.training.new_network", tiny_network)
        patch.setattr("consentry.training.facenet.network.new_network", tiny_network)
        result = run("train", "faces", "people", *FAST)
        assert result.exit_code == 0, (result.output, result.exception)
        yield result.output


def test_a_folder_of_persons_is_all_that_it_takes(trained: str, place: Path) -> None:
    assert "broken, left out: p0/broken.jpg" in trained
    assert "From random weights, 4 persons make no embedder" in trained
    assert "facenet@1 is in models/facenet" in trained
    with (place / "models" / "facenet_held_out.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len({row["identity"] for row in rows}) == 2
    assert all(Path(row["path"]).parent.name == row["identity"] for row in rows)
    assert "make 30 pairs of one person; calibrating takes 100" in trained.replace("\n", " ")
    assert "--pairs PAIRS" in trained


def test_the_commands_that_it_shows_are_understood(trained: str, place: Path) -> None:
    """Copies of three portraits are too few to calibrate by, and without that nothing is answered: both say so."""
    shown = [line.split()[1:] for line in trained.splitlines() if line.startswith("  consentry ")]
    assert [words[:2] for words in shown] == [["models", "build"], ["evaluate", "faces"], ["promote", "faces"]]
    codes = []
    for words in shown:
        result = run(*["people" if word in {"PAIRS", "OTHERS"} else word for word in words])
        assert isinstance(result.exception, ConsentryError)
        codes.append(result.exception.code)
    assert codes == ["training.labels", "template.not_calibrated", "template.not_calibrated"]


def test_enough_persons_kept_apart_are_named_in_the_next_command(trained: str, place: Path) -> None:
    patched = [*FAST, "--set", "data.validation_share=0.5"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("consentry.training.facenet.build.LEAST_PAIRS", 10)
        result = run("train", "faces", "people", *patched, "--out", "models/other")
    assert result.exit_code == 0, result.exception
    assert "--pairs models/other_held_out.csv" in result.output
    assert "evaluate faces models/other_held_out.csv --embedder other --models models" in result.output


def test_a_table_with_columns_of_other_names(trained: str, place: Path) -> None:
    names = ["--column", "path=File", "--column", "identity=who"]
    result = run("train", "faces", "people.csv", *names, *FAST, "--out", "models/table", "--quiet")
    assert result.exit_code == 0, result.exception
    assert len(result.output.splitlines()) == 1
    assert run("train", "faces", "people.csv", "--column", "context=x").exit_code == 2


def test_what_is_there_is_not_replaced_unasked(
    trained: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "training.output" in failed(monkeypatch, capsys, "train", "faces", "people", *FAST)
    again = run("train", "faces", "people", *FAST, "--force", "--quiet")
    assert again.exit_code == 0, again.exception


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch"], "no file or folder"),
        (["people.csv"], "no column path"),
        (["people", "--broken-share", "0"], "p0/broken.jpg"),
        (["people", "--set", "data.least_pictures=9"], "too few"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str],
    said: str,
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(place)
    assert said in failed(monkeypatch, capsys, "train", "faces", *arguments, "--out", tmp_path / "out")


def test_a_configuration_to_begin_with(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    result = run("train", "faces", "people", "--start", "vggface2", "--download", "--init", path)
    assert result.exit_code == 0, result.exception
    config = FacenetConfig.read(path)
    assert (str(config.data.pictures), config.start, config.download) == ("people", "vggface2", True)
    assert "# " in path.read_text(encoding="utf-8")
    usual = FacenetConfig.read()
    assert usual == FacenetConfig(version="1", data={"pictures": "identities"})  # the example shows the defaults
    assert config == usual.model_copy(
        update={
            "start": "vggface2",
            "download": True,
            "data": usual.data.model_copy(update={"pictures": Path("people")}),
        }
    )
    assert run("train", "faces", "--init", path).exit_code == 1
