"""A small scene model, really trained, on generated pictures: frozen and fine-tuned."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scene_pictures import draw, read_rows, write_manifest, write_pictures
from thin_backbone import thin_backbone

from consentry.runtime import ModelFolder, RuntimeSettings, load_network
from consentry.signals.scene import SceneScorer, scene_signal
from consentry.signals.scene.preprocessing import network_batch
from consentry.signals.scene.scorer import HEADS
from consentry.training.errors import TrainingError
from consentry.training.scene.backbone import BACKBONES
from consentry.training.scene.config import SceneConfig
from consentry.training.scene.data import prepare_scene_data
from consentry.training.scene.export import load_scene_network
from consentry.training.scene.folders import models_root_of
from consentry.training.scene.tracking import track
from consentry.training.scene.training import SceneTrainingResult, train_scene

ONE_THREAD = RuntimeSettings(threads=1)
SIDE = 96
MakeConfig = Callable[..., SceneConfig]


@pytest.fixture(scope="module", autouse=True)
def thin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All trainings here are of the backbone with fewer blocks."""
    with thin_backbone(tmp_path_factory.mktemp("backbone")):
        yield


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The manifest of generated pictures."""
    return write_pictures(tmp_path_factory.mktemp("pictures"), counts={"train": 8, "val": 8, "test": 6})


@pytest.fixture(scope="module")
def make_config(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> MakeConfig:
    """Makes a configuration for the generated pictures, with its own output and a shared cache."""
    cache = tmp_path_factory.mktemp("cache")

    def make(**changes: Any) -> SceneConfig:
        content = {
            "version": "0",
            "output": tmp_path_factory.mktemp("models") / "scene",
            "cache": cache,
            "data": {"manifest": pictures, "least_examples": 4, "least_of_label": 4},
            "side": 96,
            "heads": {"strengths": (0.001, 0.01), "augmentations": ("cropped",), "transfer_sources": ("one",)},
            "tracking": {"uri": None},
            "threads": 1,
            "bootstrap": 50,
        }
        return SceneConfig.model_validate({**content, **changes})

    return make


@pytest.fixture(scope="module")
def trained(make_config: MakeConfig) -> SceneTrainingResult:
    """A model trained on them."""
    return train_scene(make_config(), today=date(2026, 11, 22))


@pytest.fixture(scope="module")
def fine_tuned(make_config: MakeConfig) -> SceneTrainingResult:
    """The same, with its last stages fine-tuned."""
    settings = {"augmented_views": 1, "epochs": 2, "batch": 8}
    return train_scene(make_config(fine_tuning=settings), today=date(2026, 11, 22))


@pytest.fixture(scope="module", params=["frozen", "fine-tuned"])
def model(
    request: pytest.FixtureRequest, trained: SceneTrainingResult, fine_tuned: SceneTrainingResult
) -> SceneTrainingResult:
    """A model of either stage."""
    return trained if request.param == "frozen" else fine_tuned


def test_it_learns_to_tell_scenes_apart(model: SceneTrainingResult) -> None:
    for head in HEADS:
        assert model.evaluations["test"].figures[head]["auc"] == 1.0
        assert model.fitted.heads[head].validation["auc"] > 0.95
    with models_root_of(model.folder.path) as root:
        scorer = SceneScorer.load(ONE_THREAD, root)
    home, event, meadow = scorer.score([draw(context, 9000) for context in ("private", "public_event", "neutral")])
    for head, most, others in (("private_context", home, (event, meadow)), ("public_event", event, (home, meadow))):
        assert most.score(head).probability > max(other.score(head).probability for other in others)
    crowd, nobody = event.crowd(), meadow.crowd()
    assert crowd is not None
    assert nobody is not None
    assert crowd.people > 10 * nobody.people
    signal = scene_signal("home.png", [None], [home], scorer.model_id, scorer.kinds)
    assert signal.private_context.saliency is not None
    assert (signal.private_context.saliency.rows, signal.private_context.saliency.columns) == (3, 3)
    assert signal.looks_like[0].kind == "room"
    assert signal.crowd is not None


def test_the_graph_is_the_network_and_its_maps_average_to_its_logits(model: SceneTrainingResult) -> None:
    import torch

    generator = np.random.default_rng(5)
    pictures = [draw(context, 77) for context in ("private", "public_event", "neutral")]
    pictures.append(generator.integers(0, 256, (50, 70, 3), dtype=np.uint8))
    batch = network_batch(pictures, SIDE)
    network = load_scene_network(model.folder)
    with torch.inference_mode():
        expected = network(torch.from_numpy(batch))
    served = load_network(model.folder.file("graph"), ONE_THREAD)(batch)
    for one, other in zip(served, expected, strict=True):
        assert np.abs(one - other.numpy()).max() < 2e-3
    logits, maps, crowd, labels = served
    assert np.abs(logits - expected[0].numpy()).max() < 2e-4
    assert np.abs(maps[:, :2].mean((2, 3)) - logits).max() < 1e-4
    assert np.abs(maps[:, 2].mean((1, 2)) - crowd[:, 0]).max() < 1e-4
    assert labels.sum(1) == pytest.approx(1)
    again = load_network(model.folder.file("graph"), RuntimeSettings(device="torch-cpu"))(batch)
    assert np.abs(again[0] - logits).max() < 2e-4  # what CUDA would run: the graph turned back into torch
    assert np.abs(again[1] - maps).max() < 2e-3


def test_fine_tuning_changes_the_last_stages_and_no_others(
    trained: SceneTrainingResult, fine_tuned: SceneTrainingResult
) -> None:
    before, after = (load_scene_network(result.folder).state_dict() for result in (trained, fine_tuned))
    changed = {name for name, value in before.items() if not bool((value == after[name]).all())}
    assert any("blocks.6" in name for name in changed)
    assert not any(f"blocks.{stage}." in name for name in changed for stage in range(5))
    assert [epoch.number for epoch in fine_tuned.history] == [1, 2]
    metrics = json.loads((fine_tuned.folder.path / "metrics.json").read_text(encoding="utf-8"))
    assert len(metrics["epochs"]) == 2
    assert fine_tuned.folder.manifest["training"]["fine_tuning"]["epochs_run"] == 2


def test_weights_of_an_unknown_backbone_are_refused(trained: SceneTrainingResult, tmp_path: Path) -> None:
    folder = tmp_path / "scene"
    shutil.copytree(trained.folder.path, folder)
    description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    description["training"]["backbone"] = "something_else"
    (folder / "model.json").write_text(json.dumps(description), encoding="utf-8")
    with pytest.raises(TrainingError, match="something_else"):
        load_scene_network(ModelFolder.open("scene", root=tmp_path))


def test_any_cut_of_a_batch_gives_identical_bytes(trained: SceneTrainingResult) -> None:
    network = load_network(trained.folder.file("graph"), RuntimeSettings(threads=2))
    batch = network_batch([draw("private", seed) for seed in range(5)], SIDE)
    together = network(batch)
    for cut in (1, 2, 4):
        parts = [network(batch[:cut]), network(batch[cut:])]
        for index, whole in enumerate(together):
            assert np.concatenate([part[index] for part in parts]).tobytes() == whole.tobytes()


@pytest.mark.slow
def test_training_again_gives_the_same_bytes(trained: SceneTrainingResult, make_config: MakeConfig) -> None:
    calls: list[tuple[str, int, int]] = []
    again = train_scene(
        make_config(), progress=lambda task, done, total: calls.append((task, done, total)), today=date(2026, 11, 22)
    )
    for name in ("graph.onnx", "weights.safetensors", "model.json", "metrics.json", "card.md"):
        assert (again.folder.path / name).read_bytes() == (trained.folder.path / name).read_bytes()
    tasks = {task for task, _, _ in calls}
    assert tasks == {"outputs", "scores"}  # features came from the cache
    assert all(0 < done <= total for _, done, total in calls)


def test_what_is_written_describes_the_model(trained: SceneTrainingResult) -> None:
    text = (trained.folder.path / "model.json").read_text(encoding="utf-8")
    model = json.loads(text)
    assert model["sources"][0]["sha256"] == BACKBONES["efficientnet_lite2"].weights.sha256
    assert model["data"][0]["rows"] == {"train": 24, "val": 24}
    assert str(trained.folder.path.parent) not in text
    metrics = json.loads((trained.folder.path / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["model_sha256"] == trained.folder.digest
    assert metrics["date"] == "2026-11-22"
    assert metrics["test"]["test"]["private_context"]["n"] == 18
    assert len(metrics["choice"]) == 2
    assert set(metrics["choice"][0]["transfer_auc"]) == {"one"}
    assert [label["name"] for label in model["labels"]] == ["meadow", "room", "crowd"]
    assert set(model["operating_points"]) == set(HEADS)
    assert set(model["files"]) == {"graph", "weights"}
    card = (trained.folder.path / "card.md").read_text(encoding="utf-8")
    assert "{" not in card
    assert "| test | private_context | 18 | 6 | 1.000 (1.000-1.000)" in card
    assert "| one, train | 12 |" in card


def test_a_run_is_logged_and_a_broken_tracker_costs_nothing(
    fine_tuned: SceneTrainingResult, make_config: MakeConfig, mlflow_uri: str
) -> None:
    folder, output = fine_tuned.folder, fine_tuned.folder.path
    metrics = json.loads((output / "metrics.json").read_text(encoding="utf-8"))
    run_id, error = track(make_config(tracking={"uri": mlflow_uri}, output=output), folder, metrics, fine_tuned.history)
    assert (error, run_id is None) == (None, False)
    import mlflow

    client = mlflow.MlflowClient(tracking_uri=mlflow_uri)
    run = client.get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["test.public_event.auc"] == 1.0
    assert run.data.params["backbone"] == "efficientnet_lite2"
    assert run.data.tags["model_sha256"] == folder.digest
    assert [point.value for point in client.get_metric_history(run_id, "loss")] == pytest.approx(
        [epoch.loss for epoch in fine_tuned.history]
    )
    assert client.get_model_version_by_alias("scene", "challenger").version in (1, "1")

    nowhere = make_config(tracking={"uri": "no-such-scheme://nowhere"}, output=output)
    run_id, error = track(nowhere, folder, metrics, ())
    assert run_id is None
    assert error
    assert track(make_config(output=output), folder, metrics, ()) == (None, None)


def test_groups_across_splits_are_refused(make_config: MakeConfig, pictures: Path) -> None:
    rows = read_rows(pictures)
    rows[-1]["group"] = rows[0]["group"]
    rows[-1]["dataset"] = rows[0]["dataset"]
    manifest = write_manifest(pictures.parent / "leaky.csv", rows)
    with pytest.raises(TrainingError, match="same group") as caught:
        train_scene(make_config(data={"manifest": manifest, "least_examples": 4}))
    assert caught.value.code == "training.leakage"


def test_copies_of_a_picture_across_splits_are_refused(make_config: MakeConfig, tmp_path: Path) -> None:
    manifest = write_pictures(tmp_path, counts={"train": 6, "val": 6, "test": 2}, first_seed=500)
    rows = read_rows(manifest)
    train = next(row for row in rows if row["split"] == "train")
    val = next(row for row in rows if row["split"] == "val")
    (tmp_path / val["path"]).write_bytes((tmp_path / train["path"]).read_bytes())
    with pytest.raises(TrainingError, match="same content") as caught:
        train_scene(make_config(data={"manifest": manifest, "least_examples": 4}))
    assert caught.value.code == "training.leakage"


def test_broken_pictures_are_skipped_up_to_the_share(make_config: MakeConfig, pictures: Path) -> None:
    rows = read_rows(pictures)
    (pictures.parent / "broken.png").write_bytes(b"this is no picture")
    rows.append({"path": "broken.png", "context": "private", "split": "train", "group": "", "dataset": "one"})
    rows.append({"path": "gone.png", "context": "private", "split": "val", "group": "", "dataset": "one"})
    manifest = write_manifest(pictures.parent / "broken.csv", rows)
    data = {"manifest": manifest, "least_examples": 4, "test_splits": ()}
    with pytest.raises(TrainingError, match=r"2 of 50 pictures.*broken.png.*gone.png") as caught:
        train_scene(make_config(data={**data, "broken_share": 0.01}))
    assert caught.value.code == "training.pictures"
    prepared = prepare_scene_data(make_config(data={**data, "broken_share": 0.05}))
    assert [item.name for item in prepared.features.skipped] == ["broken.png", "gone.png"]
    assert len(prepared.features.rows) == len(prepared.features.values["original"]) == 48


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda row: {**row, "split": "train"} if row["split"] == "val" else row, "training.split"),
        (lambda row: {**row, "split": "other"} if row["split"] == "test" else row, "training.split"),
        (lambda row: {**row, "context": "neutral"} if row["context"] == "private" else row, "training.labels"),
        (lambda row: {**row, "context": "garage"}, "training.labels"),
    ],
)
def test_data_that_cannot_be_trained_on(
    make_config: MakeConfig, pictures: Path, change: Callable[[dict[str, str]], dict[str, str]], code: str
) -> None:
    manifest = write_manifest(pictures.parent / "changed.csv", [change(row) for row in read_rows(pictures)])
    with pytest.raises(TrainingError) as caught:
        train_scene(make_config(data={"manifest": manifest, "least_examples": 4}))
    assert caught.value.code == code


def test_a_share_of_training_stands_in_for_a_missing_validation_split(make_config: MakeConfig, pictures: Path) -> None:
    rows = [{**row, "split": "train"} if row["split"] == "val" else row for row in read_rows(pictures)]
    manifest = write_manifest(pictures.parent / "no_val.csv", rows)
    data = {"manifest": manifest, "least_examples": 2, "hold_out": {"one": 0.5, "two": 0.5}, "test_splits": ()}
    prepared = prepare_scene_data(make_config(data=data))
    splits = Counter(row.split for row in prepared.features.rows)
    assert splits.total() == 48
    assert splits["val"] > 5
    assert len(prepared.augmented.rows) == splits["train"]


def test_rows_to_leave_out_are_left_out(make_config: MakeConfig, pictures: Path, tmp_path: Path) -> None:
    name = read_rows(pictures)[0]["path"]
    (tmp_path / "exclusions.txt").write_text(f"# seen elsewhere\n{name}\n", encoding="utf-8")
    data = {"manifest": pictures, "least_examples": 4, "exclusions": tmp_path / "exclusions.txt", "test_splits": ()}
    prepared = prepare_scene_data(make_config(data=data))
    assert name not in {row.name for row in prepared.features.rows}
    assert len(prepared.features.rows) == 47
