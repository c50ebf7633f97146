"""``consentry promote``, between folders and in a registry."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from coloured_pictures import write_coloured
from scene_models import calibration, write_tiny_model
from scene_pictures import read_rows, write_manifest
from typer.testing import CliRunner

from consentry.cli.app import app
from consentry.runtime import ModelFolder
from consentry.training.errors import TrainingError
from consentry.training.scene.folders import scene_scorer_of

BAD = {"private_context": calibration(0.1, 2.0), "public_event": calibration(0.5, -1.0)}
GATES = {
    "limits": [{"split": "test", "head": "private_context", "metric": "auc", "at_least": 0.8}],
    "no_worse": [{"split": "test", "head": "private_context", "metric": "brier", "margin": 0.01}],
    "bootstrap": 30,
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    manifest = write_coloured(tmp_path / "pictures", count=20)
    path = tmp_path / "scene.yaml"
    tracking = {"uri": f"sqlite:///{tmp_path / 'mlflow.db'}"}
    path.write_text(
        yaml.safe_dump({"version": "1", "data": {"manifest": str(manifest)}, "gates": GATES, "tracking": tracking})
    )
    return path


def promote(config: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["promote", "scene", "--config", str(config), *map(str, arguments)])


def test_folders_are_replaced_only_by_what_passes(config: Path, tmp_path: Path) -> None:
    good = write_tiny_model(tmp_path / "good", version="good").path
    bad = write_tiny_model(tmp_path / "bad", version="bad", calibration=BAD).path
    champion = tmp_path / "models" / "scene"
    first = promote(config, "--challenger", bad, "--champion", champion)
    assert first.exit_code == 0, first.output
    assert "there is no champion yet" in first.output.replace("\n", " ")
    tried = promote(config, "--challenger", good, "--champion", champion, "--dry-run", "--html", tmp_path / "p.html")
    assert tried.exit_code == 0
    assert "nothing was changed" in tried.output
    assert ">promoted</span>" in (tmp_path / "p.html").read_text(encoding="utf-8")
    assert scene_scorer_of(champion).model_id == "scene@bad"
    assert promote(config, "--challenger", good, "--champion", champion, "--quiet").output == ""
    assert scene_scorer_of(champion).model_id == "scene@good"
    refused = promote(config, "--challenger", bad, "--champion", champion, "--json", tmp_path / "p.json")
    assert refused.exit_code == 1
    assert "fails" in refused.output
    decision = json.loads((tmp_path / "p.json").read_text())
    assert decision["promoted"] is False
    assert decision["champion"]["model"] == "scene@good"
    assert [gate["passed"] for gate in decision["gates"]] == [True, False]
    assert scene_scorer_of(champion).model_id == "scene@good"


def refused(*arguments: object) -> TrainingError:
    result = CliRunner().invoke(app, ["promote", "scene", *map(str, arguments)])
    assert isinstance(result.exception, TrainingError)
    return result.exception


def test_without_test_pictures_nothing_is_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    good = write_tiny_model(tmp_path / "good").path
    error = refused("--challenger", good, "--champion", tmp_path / "champion" / "scene")
    assert "--manifest" in error.remedy
    assert refused().code == "training.manifest"


def test_the_configuration_beside_the_challenger_is_taken(config: Path, tmp_path: Path) -> None:
    good = write_tiny_model(tmp_path, version="good").path
    assert config == good.with_name("scene.yaml")
    champion = tmp_path / "champion" / "scene"
    result = CliRunner().invoke(app, ["promote", "scene", "--challenger", str(good), "--champion", str(champion)])
    assert result.exit_code == 0, result.exception
    assert "AUC at least 0.8" in result.output
    assert f"--models {champion.parent}" in result.output.replace("\n", "")
    assert ModelFolder.open("faces", root=champion.parent).version  # the others are those that ship


def test_pictures_of_ones_own_are_named_on_the_command_line(tmp_path: Path) -> None:
    manifest = write_coloured(tmp_path / "pictures", count=12)
    names = {"private": "bedroom", "public_event": "parade", "street": "street"}
    rows = [{"file": row["path"], "kind": names[row["context"]], "split": "test"} for row in read_rows(manifest)]
    as_good_as_it_is = [{"split": "test", "head": "private_context", "metric": "auc", "at_least": 0.8}]
    settings = {"version": "1", "data": {"manifest": "nowhere"}, "gates": {"limits": as_good_as_it_is}}
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "scene.yaml").write_text(yaml.safe_dump(settings))
    good = write_tiny_model(tmp_path / "good").path
    own = ["--manifest", write_manifest(manifest, rows), "--column", "path=file", "--column", "context=kind"]
    folders = ["--challenger", good, "--champion", tmp_path / "champion" / "scene"]
    assert "'bedroom' (12)" in refused(*own, *folders).message
    labels = ["--label", "bedroom=private", "--label", "parade=public_event"]
    result = CliRunner().invoke(app, ["promote", "scene", *map(str, [*own, *folders, *labels])])
    assert result.exit_code == 0, (result.output, result.exception)


def test_what_fails_for_want_of_pictures_is_told_apart(config: Path, tmp_path: Path) -> None:
    content = yaml.safe_load(config.read_text())
    manifest = Path(content["data"]["manifest"])
    rows = [row for row in read_rows(manifest) if row["context"] != "public_event"][::3]
    content["data"]["manifest"] = str(write_manifest(manifest.with_name("few.csv"), rows))
    content["gates"] = {
        "limits": [{"split": "test", "head": "public_event", "metric": "auc", "at_least": 0.5}],
        "no_worse": [{"split": "test", "head": "private_context", "metric": "brier", "margin": 0.05}],
        "bootstrap": 30,
    }
    config.write_text(yaml.safe_dump(content))
    flat = {"private_context": calibration(0.9, 0.1), "public_event": calibration(0.5, -1.0)}
    good = write_tiny_model(tmp_path / "good").path
    other = write_tiny_model(tmp_path / "other", calibration=flat).path
    result = promote(config, "--challenger", other, "--champion", good)
    assert result.exit_code == 1
    assert "too few test pictures, or none of one kind" in result.output.replace("\n", " ")
    assert "makes the interval narrower" not in result.output


def test_one_folder_is_not_enough_and_without_a_registry_there_is_no_challenger(config: Path, tmp_path: Path) -> None:
    assert promote(config, "--champion", tmp_path / "models").exit_code == 2
    assert promote(config, "--challenger", tmp_path / "models").exit_code == 2
    content = yaml.safe_load(config.read_text())
    config.write_text(yaml.safe_dump({**content, "tracking": {"uri": None}}))
    assert promote(config).exit_code == 2


@pytest.mark.filterwarnings("ignore")  # MLflow's own
def test_a_registry_passes_the_alias_on(config: Path, tmp_path: Path, mlflow_uri: str) -> None:
    from consentry.training.registry.tracking import log_run, mlflow_at
    from consentry.training.scene.registered_model import log_scene_model

    def train(version: str, **changes: object) -> None:
        folder = write_tiny_model(tmp_path / version, version=version, **changes).path
        keep = partial(log_scene_model, folder=folder, register_as="scene")
        log_run(
            mlflow_uri, "scene", name=version, parameters={}, metrics={}, tags={}, log_model=keep, register_as="scene"
        )

    def champion() -> str:
        with mlflow_at(mlflow_uri) as mlflow:
            found = mlflow.MlflowClient().get_model_version_by_alias("scene", "champion")
            assert "passes all" in found.tags["promotion"]
            return str(found.version)

    nobody = promote(config)
    assert isinstance(nobody.exception, TrainingError)
    assert "no challenger" in nobody.exception.message
    train("first")
    assert promote(config).exit_code == 0
    assert champion() == "1"
    again = promote(config)
    assert again.exit_code == 0
    assert "already" in again.output
    train("second", calibration=BAD)
    refused = promote(config)
    assert refused.exit_code == 1
    assert "Brier" in refused.output or "brier" in refused.output
    assert champion() == "1"
    train("third")
    assert promote(config).exit_code == 0
    assert champion() == "3"
