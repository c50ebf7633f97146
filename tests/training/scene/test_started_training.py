"""Trainings that begin with a trained model, frozen and fine-tuned; with the thin backbone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scene_pictures import draw, read_rows, write_manifest, write_pictures
from thin_backbone import thin_backbone

from consentry.runtime import RuntimeSettings
from consentry.signals.scene import SceneScorer
from consentry.signals.scene.scorer import HEADS
from consentry.training.scene.config import SceneConfig
from consentry.training.scene.export import load_scene_network
from consentry.training.scene.folders import models_root_of
from consentry.training.scene.training import SceneTrainingResult, train_scene

TODAY = date(2026, 12, 1)
MakeConfig = Callable[..., SceneConfig]


@pytest.fixture(scope="module", autouse=True)
def thin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with thin_backbone(tmp_path_factory.mktemp("backbone")):
        yield


@pytest.fixture(scope="module")
def make_config(tmp_path_factory: pytest.TempPathFactory) -> MakeConfig:
    cache = tmp_path_factory.mktemp("cache")

    def make(manifest: Path, **changes: Any) -> SceneConfig:
        data = {"manifest": manifest, "least_examples": 3, "least_of_label": 3, **changes.pop("data", {})}
        content = {
            "version": "0",
            "output": tmp_path_factory.mktemp("models") / "scene",
            "cache": cache,
            "side": 96,
            "heads": {"strengths": (0.01,), "augmentations": ()},
            "tracking": {"uri": None},
            "threads": 1,
            "bootstrap": 20,
        }
        return SceneConfig.model_validate({**content, **changes, "data": data})

    return make


@pytest.fixture(scope="module")
def start(make_config: MakeConfig, tmp_path_factory: pytest.TempPathFactory) -> SceneTrainingResult:
    """The model to begin with: its backbone is tuned, and it has learned to count."""
    manifest = write_pictures(tmp_path_factory.mktemp("first"), counts={"train": 8, "val": 12, "test": 0})
    tuning = {"augmented_views": 0, "epochs": 1, "batch": 12, "distance": 1.0}
    return train_scene(make_config(manifest, fine_tuning=tuning, data={"test_splits": ()}), today=TODAY)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Other pictures: no counts, a known word, a new one, and rows without any."""
    manifest = write_pictures(
        tmp_path_factory.mktemp("others"), counts={"train": 6, "val": 4, "test": 4}, first_seed=900
    )
    words = {"room": "Room", "crowd": "parade", "meadow": ""}
    rows = [{**row, "label": words[row["label"]], "people": ""} for row in read_rows(manifest)]
    return write_manifest(manifest, rows)


@pytest.fixture(scope="module", params=["frozen", pytest.param("tuned", marks=pytest.mark.slow)])
def begun(
    request: pytest.FixtureRequest, make_config: MakeConfig, start: SceneTrainingResult, others: Path
) -> SceneTrainingResult:
    tuning = {"augmented_views": 0, "epochs": 1, "batch": 9} if request.param == "tuned" else None
    about = {"about": "Drawn by a test."}
    config = make_config(others, fine_tuning=tuning, start_from=str(start.folder.path), side=None, data=about)
    return train_scene(config, today=TODAY)


def test_it_tells_the_scenes_apart_and_says_what_it_began_with(
    begun: SceneTrainingResult, start: SceneTrainingResult
) -> None:
    for head in HEADS:
        assert begun.evaluations["test"].figures[head]["auc"] == 1.0
    model = begun.folder.manifest
    assert [label["name"] for label in model["labels"]] == ["meadow", "room", "crowd", "parade"]
    assert model["preprocessing"]["side"] == 96  # its own, whatever the configuration says
    said = model["started_from"]
    assert (said["model"], said["model_sha256"]) == ("scene@0", start.folder.digest)
    assert (said["labels_kept"], said["labels_new"]) == (3, ["parade"])
    card = (begun.folder.path / "card.md").read_text(encoding="utf-8")
    assert f"It began with scene@0 (SHA-256 of its `model.json` `{start.folder.digest}`)" in card
    assert "1 labels are new: parade" in card
    assert "Drawn by a test." in card
    assert "receipts" not in card  # that is about the shipped model's pictures
    assert "{" not in card


def test_only_a_tuned_backbone_differs_from_that_of_the_start(
    begun: SceneTrainingResult, start: SceneTrainingResult
) -> None:
    before, after = (load_scene_network(result.folder).state_dict() for result in (start, begun))
    changed = {
        name for name, value in before.items() if name.startswith("features.") and not (value == after[name]).all()
    }
    if not begun.history:
        assert not changed
    else:
        assert any("blocks.6" in name for name in changed)
        assert not any(f"blocks.{stage}." in name for name in changed for stage in range(5))


def test_what_it_knew_of_crowds_stays(begun: SceneTrainingResult, start: SceneTrainingResult) -> None:
    """Nobody counted in the new pictures."""
    assert begun.folder.manifest["calibration"]["crowd"] == start.folder.manifest["calibration"]["crowd"]
    pictures = [draw(context, 4000 + seed) for context in ("public_event", "neutral") for seed in range(6)]
    estimates = []
    for result in (start, begun):
        with models_root_of(result.folder.path) as root:
            scorer = SceneScorer.load(RuntimeSettings(threads=1), root)
        estimates.append([reading.log_people for reading in scorer.score(pictures)])
    before, after = np.array(estimates, dtype=np.float64)
    if begun.history:
        assert np.corrcoef(before, after)[0, 1] > 0.9
    else:
        assert after == pytest.approx(before, abs=1e-3)


def test_a_context_without_pictures_keeps_its_calibration(
    make_config: MakeConfig, start: SceneTrainingResult, others: Path
) -> None:
    rows = [row for row in read_rows(others) if row["context"] != "public_event"]
    manifest = write_manifest(others.parent / "homes.csv", rows)
    result = train_scene(make_config(manifest, start_from=str(start.folder.path)), today=TODAY)
    for part in ("calibration", "thresholds", "operating_points"):
        assert result.folder.manifest[part]["public_event"] == start.folder.manifest[part]["public_event"]
        assert result.folder.manifest[part]["private_context"] != start.folder.manifest[part]["private_context"]
    assert result.evaluations["test"].figures["private_context"]["auc"] == 1.0
    assert result.evaluations["test"].figures["public_event"]["auc"] is None
    assert [candidate.strength for candidate in result.choice] == [0.0, 0.01]  # nothing is new to it


@pytest.mark.slow
def test_it_is_the_same_again_byte_for_byte(make_config: MakeConfig, start: SceneTrainingResult, others: Path) -> None:
    one, other = (train_scene(make_config(others, start_from=str(start.folder.path)), today=TODAY) for _ in range(2))
    for name in ("graph.onnx", "weights.safetensors", "model.json"):
        assert (one.folder.path / name).read_bytes() == (other.folder.path / name).read_bytes()


def test_a_model_that_nobody_taught_to_count_does_not(make_config: MakeConfig, others: Path) -> None:
    result = train_scene(make_config(others), today=TODAY)
    assert result.folder.manifest["calibration"]["crowd"] is None
    assert "started_from" not in json.loads((result.folder.path / "model.json").read_text(encoding="utf-8"))
    with models_root_of(result.folder.path) as root:
        (reading,) = SceneScorer.load(RuntimeSettings(threads=1), root).score([draw("neutral", 1)])
    assert reading.crowd() is None
    card = (result.folder.path / "card.md").read_text(encoding="utf-8")
    assert "Nobody has written down where these pictures are from" in card
    assert "measuring how many people there are" in card  # out of scope
