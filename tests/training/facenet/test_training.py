"""From identities to a model folder, and from pairs to what its distances mean; with a tiny network in place."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from small_faces import PERSONS, TinyNetwork, tiny_network, write_pairs, write_people

from consentry.media import open_media
from consentry.records import Media
from consentry.runtime import ModelError, ModelFolder, RuntimeSettings
from consentry.signals.faces import Claim, FaceMatcher, FacePicture, TemplateError
from consentry.training.errors import TrainingError
from consentry.training.facenet.build import calibrate_facenet, write_facenet
from consentry.training.facenet.config import DEFAULT_FACES_CONFIG, FacenetConfig
from consentry.training.facenet.training import FacenetTraining, train_faces
from consentry.training.facenet.weights import find_weights

SETTINGS = RuntimeSettings(threads=1)


@pytest.fixture(scope="module")
def media(repository: Path) -> Path:
    return repository / "data" / "demo" / "media"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A folder of models with the shipped detector and an embedder that has no calibration."""
    root = tmp_path_factory.mktemp("models")
    (root / "faces").symlink_to(repository / "models" / "faces")
    torch.manual_seed(0)
    source = {"package": "a test", "version": "1", "licence": "none"}
    write_facenet(root / "tiny", TinyNetwork(), version="7", sources=[source], made_by="a test")
    return root


def photo(media: Path, name: str) -> FacePicture:
    opened = open_media(Media(path=media / name))
    return FacePicture(name, opened.frames[0].pixels, opened.scale)


def test_an_embedder_that_nobody_has_measured_says_nothing(root: Path, media: Path) -> None:
    matcher = FaceMatcher.load(SETTINGS, root, embedder="tiny")
    assert matcher.embedder.id == "tiny@7"
    assert [folder.name for folder in matcher.folders] == ["faces", "tiny"]
    claim = Claim((photo(media, "bedroom.jpg"),), (photo(media, "reference_collins.jpg"),))
    (found,) = matcher.compare([claim])
    assert (found.signals[0].band, found.signals[0].match_probability) == ("inconclusive", None)
    assert [(note.stage, note.code) for note in found.refused] == [("faces", "template.not_calibrated")]
    with pytest.raises(TemplateError) as caught:
        _ = matcher.calibration
    assert "consentry models build facenet --pairs" in caught.value.remedy


def test_templates_of_it_and_of_dlib_do_not_mix(root: Path, media: Path) -> None:
    tiny = FaceMatcher.load(SETTINGS, root, embedder="tiny")
    dlib = FaceMatcher.load(SETTINGS, root)
    enrolled = tiny.reference_templates([photo(media, "reference_collins.jpg")]).templates
    (found,) = dlib.compare([Claim((photo(media, "bedroom.jpg"),), enrolled=enrolled)])
    assert [note.code for note in found.refused] == ["template.other_embedder"]
    assert found.signals[0].band is None


@pytest.fixture(scope="module")
def calibrated(root: Path, media: Path, tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    """Another one, measured on copies of three portraits, of which it takes fewer pairs than it should."""
    folder = tmp_path_factory.mktemp("pairs")
    pairs = write_pairs(folder, write_people(folder / "people", media, count=5))
    shutil.copytree(root / "tiny", root / "told")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("consentry.training.facenet.build.LEAST_PAIRS", 30)
        return calibrate_facenet(root / "told", pairs, split="dev_train", settings=SETTINGS)


class TestCalibration:
    def test_what_is_measured_stands_in_the_model(self, calibrated: ModelFolder) -> None:
        manifest = calibrated.manifest
        assert manifest["calibration"]["slope"] < 0
        assert 0 < manifest["thresholds"]["match_at_most"] <= manifest["thresholds"]["no_match_at_least"]
        assert manifest["data"][0]["pairs"] == 105
        metrics = json.loads((calibrated.path / "metrics.json").read_text())
        assert (metrics["genuine_pairs"], metrics["impostor_pairs"]) == (30, 75)
        assert metrics["auc"] > 0.6
        calibrated.verify()

    def test_then_it_answers(self, calibrated: ModelFolder, root: Path, media: Path) -> None:
        matcher = FaceMatcher.load(SETTINGS, root, embedder="told")
        post, other = photo(media, "reference_collins.jpg"), photo(media, "reference_curie.jpg")
        same, different = matcher.compare([Claim((post,), (post,)), Claim((post,), (other,))])
        assert same.signals[0].band == "match"
        assert same.refused == ()
        assert different.signals[0].match_probability < same.signals[0].match_probability

    def test_too_few_pairs(self, root: Path, media: Path, tmp_path: Path) -> None:
        pairs = write_pairs(tmp_path, write_people(tmp_path / "people", media, count=2))
        with pytest.raises(TrainingError) as caught:
            calibrate_facenet(root / "tiny", pairs, settings=SETTINGS)
        assert caught.value.code == "training.labels"
        assert "100 are needed" in caught.value.message

    def test_pairs_that_say_the_opposite(
        self, root: Path, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("consentry.training.facenet.build.LEAST_PAIRS", 18)
        people = write_people(tmp_path / "people", media, count=4)
        pairs = write_pairs(tmp_path, people)
        rows = list(csv.reader(pairs.read_text().splitlines()))
        turned = [rows[0], *([str(1 - int(row[0])), *row[1:]] for row in rows[1:])]
        pairs.write_text("\n".join(",".join(row) for row in turned))
        with pytest.raises(TrainingError) as caught:
            calibrate_facenet(root / "tiny", pairs, settings=SETTINGS)
        assert caught.value.code == "training.labels"

    def test_only_folders_of_this_embedder(self, root: Path, tmp_path: Path) -> None:
        with pytest.raises(ModelError):
            calibrate_facenet(tmp_path / "nothing", tmp_path / "pairs.csv")
        with pytest.raises(TrainingError) as caught:
            calibrate_facenet(root / "faces", tmp_path / "pairs.csv")
        assert caught.value.code == "training.config"


def test_a_graph_that_computes_something_else_is_not_written(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The graph of another network comes out of the exporter."""
    other = root / "tiny" / "embedding.onnx"
    monkeypatch.setattr("consentry.training.facenet.build.export_graph", lambda *_, **__: other)
    torch.manual_seed(1)
    with pytest.raises(ModelError) as caught:
        write_facenet(tmp_path / "bad", TinyNetwork(), version="1", sources=[], made_by="a test")
    assert caught.value.code == "model.invalid"
    assert not (tmp_path / "bad" / "model.json").exists()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, media: Path) -> Iterator[dict[str, object]]:
    """Changes to the configuration that ships: a few people, and the tiny network."""
    folder = tmp_path_factory.mktemp("training")
    people = write_people(folder / "people", media, count=3)
    for number in range(4):  # more persons, so that there are two for validation
        source = people / PERSONS[number % 3]
        (people / f"p{number}").mkdir()
        for path in source.iterdir():
            (people / f"p{number}" / path.name).write_bytes(path.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("consentry.training.facenet.training.new_network", tiny_network)
        patch.setattr("consentry.training.facenet.network.new_network", tiny_network)
        yield {
            "data.pictures": str(people),
            "data.validation_share": 0.5,
            "output": str(folder / "models" / "mine"),
            "cache": str(folder / "cache"),
            "epochs": 2,
            "persons": 2,
            "pictures": 2,
            "seed": 2,
            "threads": 1,
            "tracking.uri": None,
        }


@pytest.fixture(scope="module")
def first(settings: dict[str, object]) -> FacenetTraining:
    """A training by them."""
    return train_faces(FacenetConfig.read(DEFAULT_FACES_CONFIG, settings))


class TestTraining:
    def test_what_comes_out_can_be_loaded(self, first: FacenetTraining, repository: Path) -> None:
        output = first.folder.path
        assert sorted(path.name for path in output.iterdir()) == [
            "embedding.onnx", "metrics.json", "model.json", "weights.safetensors",
        ]  # fmt: skip
        assert (first.folder.id, first.run, first.tracking_error) == ("mine@1", None, None)
        assert "calibration" not in first.folder.manifest
        metrics = json.loads((output / "metrics.json").read_text())
        assert sum(metrics["persons"].values()) == 7
        assert len(metrics["epochs"]) == 2
        first.folder.verify()
        (output.parent / "faces").symlink_to(repository / "models" / "faces")
        matcher = FaceMatcher.load(SETTINGS, output.parent, embedder="mine")
        assert matcher.embedder.embed(np.zeros((1, 160, 160, 3), np.uint8)).shape == (1, 512)

    def test_again_it_gives_the_same_bytes_and_the_run_is_tracked(
        self, first: FacenetTraining, settings: dict[str, object], mlflow_uri: str
    ) -> None:
        before = (first.folder.path / "model.json").read_bytes()
        again = train_faces(FacenetConfig.read(DEFAULT_FACES_CONFIG, {**settings, "tracking.uri": mlflow_uri}))
        assert (again.folder.path / "model.json").read_bytes() == before
        assert again.fitted.history == first.fitted.history
        assert again.tracking_error is None
        from consentry.training.registry.tracking import mlflow_at

        with mlflow_at(mlflow_uri) as mlflow:
            run = mlflow.get_run(again.run)
        assert run.data.metrics["auc.best"] == again.fitted.best.auc
        assert run.data.params["loss"] == "arcface"

    def test_another_starts_from_its_weights_and_a_tracker_that_is_down_costs_nothing(
        self, first: FacenetTraining, settings: dict[str, object], tmp_path: Path
    ) -> None:
        weights = first.folder.path / "weights.safetensors"
        tuned = {**settings, "start": str(weights), "version": "2", "output": str(tmp_path / "tuned")}
        second = train_faces(FacenetConfig.read(DEFAULT_FACES_CONFIG, {**tuned, "tracking.uri": "nowhere://x"}))
        assert second.fitted.start_auc == first.fitted.best.auc
        assert [source["package"] for source in second.folder.manifest["sources"]] == [weights.name, "own pictures"]
        assert find_weights(str(weights)).locate() == weights
        assert second.run is None
        assert second.tracking_error

    @pytest.mark.parametrize(
        "override", [{"loss": "softmax"}, {"data.validation_share": 1.0}, {"persons": 1}, {"nothing": 1}]
    )
    def test_configurations_that_are_none(self, override: dict[str, object]) -> None:
        with pytest.raises(TrainingError) as caught:
            FacenetConfig.read(DEFAULT_FACES_CONFIG, override)
        assert caught.value.code == "training.config"

    def test_a_configuration_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(TrainingError):
            FacenetConfig.read(tmp_path / "none.yaml")
        (tmp_path / "list.yaml").write_text("[1]")
        with pytest.raises(TrainingError):
            FacenetConfig.read(tmp_path / "list.yaml", {"seed": 1})

    def test_batch_norm_is_frozen_when_it_starts_from_weights(self) -> None:
        assert not FacenetConfig.read().keeps_norm
        assert FacenetConfig.read(overrides={"start": "vggface2"}).keeps_norm
        assert not FacenetConfig.read(overrides={"start": "vggface2", "frozen_norm": False}).keeps_norm
