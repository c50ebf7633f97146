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
from typer.testing import CliRunner

from consentry.cli.app import app
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
    assert "no challenger" in str(nobody.exception)
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
