"""``consentry train scene`` as somebody gives it who has a folder of pictures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from own_pictures import a_scene, write_classes
from thin_backbone import thin_backbone
from typer.testing import CliRunner

from consentry import Assessor, Post, RuntimeSettings
from consentry.cli.app import app, main
from consentry.training.scene.config import SHIPPED_CONFIG, SceneConfig

FAST = ["--set", "tracking.uri=null", "--set", "bootstrap=20", "--set", "heads.strengths=[0.01]",
        "--set", "side=96", "--set", "threads=1", "--set", "heads.augmentations=[]"]  # fmt: skip


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "100"})


def failed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Exit code and what is said of the error."""
    monkeypatch.setattr(sys, "argv", ["consentry", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code, capsys.readouterr().err


@pytest.fixture(scope="module")
def thin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with thin_backbone(tmp_path_factory.mktemp("backbone")):
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with a space in its name, and in it a folder of classes of any name."""
    place = tmp_path_factory.mktemp("a place")
    write_classes(place / "pictures", {"my attic": 20, "parade": 20, "lawn": 20}, picture=a_scene)
    (place / "pictures" / "lawn" / "broken.jpg").write_bytes(b"this is no picture")
    return place


@pytest.fixture(scope="module")
def trained(thin: None, place: Path) -> Iterator[str]:
    """What the command says; the working directory is that place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        labels = ["--label", "my attic=private", "--label", "parade=public_event", "--label", "lawn=neutral"]
        result = run("train", "scene", "pictures", *labels, *FAST)
        assert result.exit_code == 0, (result.output, result.exception)
        yield result.output


def test_a_folder_of_pictures_is_all_that_it_takes(trained: str, place: Path) -> None:
    assert "There are no splits, so they were made" in trained
    assert "broken, left out: lawn/broken.jpg" in trained
    assert "AUC" in trained
    assert "of 12" in trained  # positives of the test split
    assert "scene@own-1 is in runs/scene" in trained
    model = json.loads((place / "runs" / "scene" / "model.json").read_text(encoding="utf-8"))
    assert model["data"][0]["name"] == "pictures"
    assert [label["name"] for label in model["labels"]] == ["lawn", "my attic", "parade"]
    metrics = json.loads((place / "runs" / "scene" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["test"]["test"]["private_context"]["auc"] > 0.9
    assert [item["name"] for item in metrics["skipped_in_training"]] == ["lawn/broken.jpg"]


def test_the_commands_that_it_shows_work(trained: str, place: Path) -> None:
    shown = [line.split()[1:] for line in trained.splitlines() if line.startswith("  consentry ")]
    assert [words[0] for words in shown] == ["evaluate", "assess", "promote"]
    picture = next((place / "pictures" / "parade").iterdir())
    for words in shown:
        result = run(*[str(picture) if word == "PHOTO.jpg" else word for word in words])
        assert result.exit_code == 0, (words, result.output)
    assert (place / "report.html").is_file()
    assert (place / "champion" / "scene" / "model.json").is_file()
    assert "consentry assess --media PHOTO.jpg --models champion" in result.output


def test_the_model_is_loaded_beside_those_that_ship(trained: str, place: Path) -> None:
    assessor = Assessor.load(models=place / "runs", settings=RuntimeSettings(threads=1))
    assert assessor.unavailable == ()
    assert {"scene", "faces", "text"} <= {component.name for component in assessor.components}
    assert "own-1" in {component.version for component in assessor.components if component.name == "scene"}
    pictures = [next((place / "pictures" / name).glob("IMG*")) for name in ("my attic", "lawn")]
    home, meadow = (
        assessor.assess(Post(post_id=path.stem, media=(path,))).signals.scene[0].private_context.probability
        for path in pictures
    )
    assert home > meadow


def test_what_is_there_is_not_replaced_unasked(
    trained: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (place / "runs" / "scene" / "model.json").read_bytes()
    code, said = failed(monkeypatch, capsys, "train", "scene", "runs/scene.yaml")
    assert (code, "training.output" in said, "--force" in said) == (2, True, True)
    again = run("train", "scene", "runs/scene.yaml", "--force", "--quiet")
    assert again.exit_code == 0, again.exception
    assert again.output.splitlines() == ["scene@own-1 is in runs/scene; runs/scene/card.md has the figures."]
    assert (place / "runs" / "scene" / "model.json").read_bytes() == before
    code, said = failed(monkeypatch, capsys, "train", "scene", "pictures", "--set", "output=pictures")
    assert (code, "no folder of a model" in said) == (2, True)


def test_classes_of_which_nothing_is_known(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    code, said = failed(monkeypatch, capsys, "train", "scene", "pictures", "--out", "elsewhere")
    assert code == 2
    assert "training.labels" in said
    assert "    parade: public_event\n" in said
    assert not (place / "elsewhere").exists()
    assert run("train", "scene", "pictures", "--label", "parade").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nosuch"], "training.manifest", "no file or folder"),
        ([], "training.manifest", "'pictures'"),
        (["nosuch.yaml"], "training.config", "nosuch.yaml"),
        (["pictures", "--start-from", "nosuch"], "training.start", "'shipped'"),
        (["pictures", "--share", "val=0.9", "--others", "neutral"], "training.split", "leave nothing"),
    ],
)
def test_what_cannot_be_done_is_said_in_two_sentences(
    arguments: list[str],
    code: str,
    said: str,
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(place if arguments[1:] else tmp_path)
    exit_code, shown = failed(monkeypatch, capsys, "train", "scene", *arguments, "--out", tmp_path / "out")
    assert (exit_code, code in shown, said in shown) == (2, True, True)


def test_usage(place: Path) -> None:
    assert run("train", "scene", place / "pictures", "--recipe", "nosuch").exit_code == 2
    assert run("train", "scene", "--set", "version").exit_code == 2
    assert run("train", "scene", "--set", "version=[").exit_code == 2


def test_a_configuration_to_begin_with(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    path = tmp_path / "my own.yaml"
    options = ["--start-from", "shipped", "--out", "else where", "--column", "fine=kind", "--set", "bands.misses=0.1"]
    result = run("train", "scene", "pictures", "--init", path, "--label", "LAWN=semi_private", *options)
    assert result.exit_code == 0, result.exception
    assert "'" in result.output.splitlines()[-1]  # quoted, because of the space
    config = SceneConfig.read(path)
    assert config.data.label_map == {"my attic": "private", "parade": "public_event", "lawn": "semi_private"}
    assert (config.data.manifest, config.output) == (Path("pictures"), Path("else where/scene"))
    assert (config.start_from, config.data.columns.fine, config.bands.misses) == ("shipped", ("kind",), 0.1)
    rest = {"data", "output", "start_from", "bands"}
    assert config.model_dump(exclude=rest) == SceneConfig.read().model_dump(exclude=rest)
    assert "#" in path.read_text(encoding="utf-8")
    before = path.read_bytes()
    assert run("train", "scene", "--init", path).exit_code == 1  # an error that the program itself shows
    assert path.read_bytes() == before
    assert run("train", "scene", "--init", path, "--force").exit_code == 0
    assert SceneConfig.read(path) == SceneConfig.read()


def test_options_that_a_file_has_no_place_for_are_said(tmp_path: Path) -> None:
    result = run("train", "scene", "--init", tmp_path / "my.yaml", "--set", "fine_tuning.epochs=3")
    assert "Not all of your options" in result.output


def test_the_recipe_of_the_shipped_model_can_be_had(tmp_path: Path) -> None:
    path = tmp_path / "shipped.yaml"
    assert run("train", "scene", "--recipe", "shipped", "--init", path).exit_code == 0
    assert SceneConfig.read(path) == SceneConfig.read(SHIPPED_CONFIG)
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["version"] == "3"
