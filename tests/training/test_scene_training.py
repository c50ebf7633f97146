from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scene_pictures import draw, read_rows, write_manifest, write_pictures

from consentry.runtime import RuntimeSettings, load_network
from consentry.scene import SceneScorer, scene_signal
from consentry.scene.preprocessing import network_batch
from consentry.scene.scorer import HEADS
from consentry.training.errors import TrainingError
from consentry.training.scene_backbone import BACKBONES, SceneNetwork, load_backbone
from consentry.training.scene_config import SceneConfig
from consentry.training.scene_training import SceneTrainingResult, prepare_scene_data, track, train_scene

ONE_THREAD = RuntimeSettings(threads=1)
MakeConfig = Callable[..., SceneConfig]


def test_it_learns_to_tell_scenes_apart(trained: SceneTrainingResult) -> None:
    for head in HEADS:
        assert trained.evaluations["test"].figures[head]["auc"] == 1.0
        assert trained.heads[head].validation["auc"] > 0.95
    scorer = SceneScorer.load(ONE_THREAD, trained.folder.path.parent)
    home, event, meadow = scorer.score([draw(context, 9000) for context in ("private", "public_event", "neutral")])
    for head, most, others in (("private_context", home, (event, meadow)), ("public_event", event, (home, meadow))):
        assert most.score(head).probability > max(other.score(head).probability for other in others)
    signal = scene_signal("home.png", [None], [home], scorer.model_id)
    assert signal.private_context.saliency is not None
    assert (signal.private_context.saliency.rows, signal.private_context.saliency.columns) == (9, 9)


def test_the_graph_is_the_network_and_its_maps_average_to_its_logits(trained: SceneTrainingResult) -> None:
    import torch

    backbone = BACKBONES["efficientnet_lite2"]
    generator = np.random.default_rng(5)
    pictures = [draw(context, 77) for context in ("private", "public_event", "neutral")]
    pictures.append(generator.integers(0, 256, (50, 70, 3), dtype=np.uint8))
    batch = network_batch(pictures, backbone.side)
    network = SceneNetwork(
        load_backbone(backbone),
        np.stack([trained.heads[head].head.weights for head in HEADS]),
        np.array([trained.heads[head].head.bias for head in HEADS]),
    )
    with torch.inference_mode():
        expected = network.eval()(torch.from_numpy(batch))
        features = network.feature_map(torch.from_numpy(batch)).mean((2, 3)).numpy()
    logits, maps = load_network(trained.folder.file("graph"), ONE_THREAD)(batch)
    assert np.abs(logits - expected[0].numpy()).max() < 1e-4
    assert np.abs(maps - expected[1].numpy()).max() < 1e-3
    assert np.abs(maps.mean((2, 3)) - logits).max() < 1e-5
    again = load_network(trained.folder.file("graph"), RuntimeSettings(device="torch-cpu"))(batch)
    assert np.abs(again[0] - logits).max() < 1e-4  # what CUDA would run: the graph turned back into torch
    assert np.abs(again[1] - maps).max() < 1e-3
    by_hand = np.stack([trained.heads[head].head.logits(features) for head in HEADS], axis=1)
    assert np.abs(by_hand - logits).max() < 1e-4  # standardisation was folded in rightly


def test_any_cut_of_a_batch_gives_identical_bytes(trained: SceneTrainingResult) -> None:
    network = load_network(trained.folder.file("graph"), RuntimeSettings(threads=2))
    batch = network_batch([draw("private", seed) for seed in range(5)], 260)
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
    for name in ("graph.onnx", "model.json", "metrics.json", "card.md"):
        assert (again.folder.path / name).read_bytes() == (trained.folder.path / name).read_bytes()
    tasks = {task for task, _, _ in calls}
    assert tasks == {*HEADS, "scores"}  # features came from the cache
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
    assert len(metrics["choice"]["private_context"]) == 2
    assert set(metrics["choice"]["private_context"][0]["transfer_auc"]) == {"one"}
    card = (trained.folder.path / "card.md").read_text(encoding="utf-8")
    assert "{" not in card
    assert "| test | private_context | 18 | 6 | 1.000 (1.000-1.000)" in card
    assert "| one, train | 12 |" in card


def test_a_run_is_logged_and_a_broken_tracker_costs_nothing(
    trained: SceneTrainingResult, make_config: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # MLflow puts artifacts of a local store below the working directory
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    output = trained.folder.path
    metrics = json.loads((output / "metrics.json").read_text(encoding="utf-8"))
    result = track(make_config(tracking={"uri": uri}, output=output), trained, metrics)
    assert result.tracking_error is None
    again = track(make_config(tracking={"uri": uri}, output=output), trained, metrics)
    assert again.run not in (None, result.run)
    import mlflow

    run = mlflow.MlflowClient(tracking_uri=uri).get_run(result.run)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["test.public_event.auc"] == 1.0
    assert run.data.params["backbone"] == "efficientnet_lite2"
    assert run.data.tags["model_sha256"] == result.folder.digest

    broken = track(make_config(tracking={"uri": "no-such-scheme://nowhere"}, output=output), trained, metrics)
    assert broken.run is None
    assert broken.tracking_error
    assert broken.folder.digest == trained.folder.digest


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


def test_the_output_has_to_be_called_what_the_scorer_looks_for(make_config: MakeConfig, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="output folder"):
        train_scene(make_config(output=tmp_path / "mine"))
