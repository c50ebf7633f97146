from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from scene_pictures import draw, read_rows, write_manifest
from sklearn.metrics import average_precision_score, roc_auc_score

from consentry.runtime import RuntimeSettings
from consentry.scene import SceneScorer
from consentry.scene.scorer import HEADS
from consentry.training.errors import TrainingError
from consentry.training.manifest import read_manifest
from consentry.training.scene_evaluation import SceneEvaluation, evaluate_scene, predict
from consentry.training.scene_training import SceneTrainingResult

ONE_THREAD = RuntimeSettings(threads=1)


@pytest.fixture(scope="module")
def root(trained: SceneTrainingResult) -> Path:
    return trained.folder.path.parent


def evaluate(manifest: Path, root: Path, **options: object) -> SceneEvaluation:
    return evaluate_scene(manifest, settings=ONE_THREAD, root=root, bootstrap=30, **options)  # type: ignore[arg-type]


def test_figures_are_those_of_the_predictions(root: Path, pictures: Path) -> None:
    evaluation = evaluate(pictures, root, split="val")
    result = json.loads(json.dumps(evaluation.as_dict(), allow_nan=False))
    assert result["model"] == "scene@0"
    assert result["rows"] == 24
    assert result["skipped"] == []
    assert set(result["slices"]["source"]) == {"one", "two"}
    for head, context in (("private_context", "private"), ("public_event", "public_event")):
        truth = [prediction.row.context == context for prediction in evaluation.predictions]
        logits = [prediction.logits[head] for prediction in evaluation.predictions]  # type: ignore[index]
        figures = result[head]
        assert (figures["n"], figures["positives"]) == (24, 8)
        assert figures["auc"] == pytest.approx(roc_auc_score(truth, logits), abs=1e-4)
        assert figures["average_precision"] == pytest.approx(average_precision_score(truth, logits), abs=1e-4)
        assert figures["auc_low"] <= figures["auc"] <= figures["auc_high"]
        assert figures["balanced_accuracy_low"] <= figures["balanced_accuracy"] <= figures["balanced_accuracy_high"]
        assert 0 <= figures["ece"] <= 1
        bands = figures["bands"]
        assert bands["high"] + bands["uncertain"] + bands["low"] == 24
        assert result["slices"]["source"]["one"][head]["n"] == 12


def test_two_columns_are_enough_and_other_contexts_are_neither(root: Path, pictures: Path) -> None:
    rows = [
        {"path": row["path"], "context": row["context"].replace("neutral", "a place of its own")}
        for row in read_rows(pictures)
        if row["split"] == "test"
    ]
    evaluation = evaluate(write_manifest(pictures.parent / "two_columns.csv", rows), root)
    assert evaluation.figures["private_context"]["n"] == 18
    assert evaluation.figures["public_event"]["positives"] == 6
    assert evaluation.slices == {}


def test_a_video_is_one_row_with_the_mean_of_its_frames(root: Path, tmp_path: Path) -> None:
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=2)
        stream.width, stream.height = 96, 64
        for index in range(8):
            still = Image.fromarray(draw("public_event", index)).resize((96, 64))
            container.mux(stream.encode(av.VideoFrame.from_image(still)))
        container.mux(stream.encode())
    manifest = write_manifest(tmp_path / "m.csv", [{"path": "clip.mp4", "context": "public_event"}])
    scorer = SceneScorer.load(ONE_THREAD, root)
    (prediction,), skipped = predict(read_manifest(manifest).rows, scorer)
    assert skipped == []
    from consentry.training.pictures import read_frames

    frames = read_frames(tmp_path / "clip.mp4")
    assert len(frames) > 2
    readings = scorer.score(frames)
    for head in HEADS:
        assert prediction.logits[head] == pytest.approx(np.mean([reading.logit(head) for reading in readings]))


def test_one_sided_labels_leave_figures_open(root: Path, pictures: Path) -> None:
    rows = [row for row in read_rows(pictures) if row["split"] == "test" and row["context"] != "public_event"]
    evaluation = evaluate(write_manifest(pictures.parent / "no_events.csv", rows), root)
    events = evaluation.as_dict()["public_event"]
    assert events["positives"] == 0
    assert events["auc"] is events["average_precision_high"] is events["balanced_accuracy"] is None
    assert events["bands"]["misses"] is None
    assert events["ece"] is not None
    assert evaluation.figures["private_context"]["auc"] == 1.0
    neutral = [row for row in rows if row["context"] == "neutral"]
    with pytest.raises(TrainingError, match="no head with both") as caught:
        evaluate(write_manifest(pictures.parent / "neutral.csv", neutral), root)
    assert caught.value.code == "training.labels"


def test_missing_pictures_are_listed_then_refused(root: Path, pictures: Path) -> None:
    rows = [row for row in read_rows(pictures) if row["split"] == "test"]
    rows[3]["path"] = "gone.png"
    manifest = write_manifest(pictures.parent / "gone.csv", rows)
    evaluation = evaluate(manifest, root, broken_share=0.1)
    assert [item["path"] for item in evaluation.as_dict()["skipped"]] == ["gone.png"]
    assert evaluation.figures["private_context"]["n"] == 17
    assert evaluation.as_dict()["rows"] == 18
    with pytest.raises(TrainingError, match=r"gone.png") as caught:
        evaluate(manifest, root, broken_share=0.0)
    assert caught.value.code == "training.pictures"


def test_progress_ends_at_the_end_and_an_unknown_split_is_refused(root: Path, pictures: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    evaluate(pictures, root, split="test", progress=lambda task, done, total: calls.append((task, done, total)))
    assert calls[-1] == ("scores", 18, 18)
    with pytest.raises(TrainingError) as caught:
        evaluate(pictures, root, split="holiday")
    assert caught.value.code == "training.split"


@pytest.mark.shared
@pytest.mark.slow
def test_the_shipped_model_reaches_its_figures(shared_data: Path, repository: Path) -> None:
    evaluation = evaluate_scene(
        shared_data / "scenes" / "manifest.csv", split="test", root=repository / "models", bootstrap=100
    )
    assert evaluation.skipped == ()
    assert evaluation.figures["private_context"]["auc"] >= 0.96
    assert evaluation.figures["public_event"]["auc"] >= 0.95
    card = json.loads((repository / "models" / "scene" / "metrics.json").read_text(encoding="utf-8"))
    for head in HEADS:
        assert evaluation.figures[head]["auc"] == pytest.approx(card["test"]["test"][head]["auc"], abs=0.002)
