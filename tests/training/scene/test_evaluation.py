from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from coloured_pictures import write_coloured
from scene_models import write_tiny_model
from scene_pictures import read_rows, write_manifest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from consentry.runtime import RuntimeSettings
from consentry.runtime.model_folder import served_version
from consentry.signals.scene.scorer import HEADS
from consentry.training.errors import TrainingError
from consentry.training.measures.operating_points import OperatingPoint
from consentry.training.scene.evaluation import SceneEvaluation, evaluate_scene, set_guarantees

ONE_THREAD = RuntimeSettings(threads=1)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    write_tiny_model(root)
    return root


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_coloured(tmp_path_factory.mktemp("pictures"), splits=("val", "test"))


def evaluate(manifest: Path, root: Path, **options: object) -> SceneEvaluation:
    return evaluate_scene(manifest, settings=ONE_THREAD, root=root, bootstrap=30, **options)  # type: ignore[arg-type]


def test_figures_are_those_of_the_predictions(root: Path, pictures: Path) -> None:
    evaluation = evaluate(pictures, root, split="val")
    result = json.loads(json.dumps(evaluation.as_dict(), allow_nan=False))
    assert (result["model"], result["rows"], result["skipped"], result["crowd"]) == ("scene@tiny", 36, [], None)
    for head in HEADS:
        truth, logits, figures = evaluation.truth(head), evaluation.logits(head), result[head]
        assert (figures["n"], figures["positives"]) == (36, 12)
        assert 0.8 < figures["auc"] < 1
        assert figures["auc"] == pytest.approx(roc_auc_score(truth, logits), abs=1e-4)
        assert figures["average_precision"] == pytest.approx(average_precision_score(truth, logits), abs=1e-4)
        assert figures["brier"] == pytest.approx(brier_score_loss(truth, evaluation.probabilities(head)), abs=1e-4)
        assert figures["auc_low"] < figures["auc"] < figures["auc_high"]
        assert figures["balanced_accuracy_low"] <= figures["balanced_accuracy"] <= figures["balanced_accuracy_high"]
        bands = figures["bands"]
        assert bands["high"] + bands["uncertain"] + bands["low"] == 36
        assert result["slices"]["source"]["one"][head]["n"] == 18
        assert result["slices"]["size"]["small"][head]["n"] == 12
        assert result["slices"]["people"]["no people"][head]["n"] == 3  # index 0 of each context has nobody
        assert result["slices"]["place"]["indoors"]["private_context"]["auc"] is None
    assert set(result["slices_made_from"]) == set(result["slices"]) == {"source", "people", "place", "light", "size"}
    assert len(set(evaluation.groups())) == 18
    assert result["operating_points"] == {head: [] for head in HEADS}


def test_classes_show_which_labels_go_wrong(root: Path, pictures: Path) -> None:
    evaluation = evaluate(pictures, root)
    classes = {found["class"]: found for found in evaluation.as_dict()["classes"]}
    assert set(classes) == {"home_people", "parade", "<b>street & co"}
    for head, positive in (("private_context", "home_people"), ("public_event", "parade")):
        threshold = evaluation.scorer.calibrations[head].decision  # type: ignore[index]
        called = evaluation.probabilities(head) >= threshold  # type: ignore[arg-type]
        inside = np.array([prediction.row.columns["fine"] == positive for prediction in evaluation.predictions])
        assert classes[positive][head]["called"] == pytest.approx(called[inside].mean(), abs=1e-4)
        assert classes[positive][head]["wrong"] == pytest.approx(1 - called[inside].mean(), abs=1e-4)
        assert classes[positive][head]["positives"] == classes[positive]["n"] == 24
    wrong = [found.wrong() for found in evaluation.classes]
    assert wrong == sorted(wrong, reverse=True)


def test_two_columns_are_enough_from_another_folder_and_other_contexts_are_neither(
    root: Path, pictures: Path, tmp_path: Path
) -> None:
    rows = [
        {"context": row["context"].upper(), "path": str(pictures.parent / row["path"])}
        for row in read_rows(pictures)
        if row["split"] == "test"
    ]
    evaluation = evaluate(write_manifest(tmp_path / "two_columns.csv", rows), root)
    assert evaluation.figures["private_context"]["n"] == 36
    assert evaluation.figures["public_event"]["positives"] == 12
    assert set(evaluation.slices) == {"light", "size"}
    assert evaluation.classes == ()


def test_one_sided_labels_leave_figures_open(root: Path, pictures: Path, tmp_path: Path) -> None:
    rows = [{**row, "path": str(pictures.parent / row["path"])} for row in read_rows(pictures)]
    streets = [row for row in rows if row["context"] == "street"]
    result = evaluate(write_manifest(tmp_path / "streets.csv", streets), root).as_dict()
    for head in HEADS:
        assert result[head]["positives"] == 0
        assert (
            result[head]["auc"] is result[head]["average_precision_high"] is result[head]["balanced_accuracy"] is None
        )
        assert result[head]["bands"]["misses"] is None
        assert result[head]["ece"] is not None
    one = evaluate(write_manifest(tmp_path / "one.csv", rows[:1]), root).as_dict()
    assert one["private_context"]["n"] == one["private_context"]["positives"] == 1
    assert one["private_context"]["auc"] is None


def test_missing_pictures_are_listed_then_refused(root: Path, pictures: Path) -> None:
    rows = [row for row in read_rows(pictures) if row["split"] == "test"]
    (pictures.parent / "damaged.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    rows[3]["path"], rows[4]["path"], rows[5]["path"] = "gone.png", "", "damaged.jpg"
    manifest = write_manifest(pictures.parent / "gone.csv", rows)
    evaluation = evaluate(manifest, root, broken_share=0.1)
    assert [item["path"] for item in evaluation.as_dict()["skipped"]] == ["gone.png", "", "damaged.jpg"]
    assert evaluation.skipped[0].code == "media.not_found"
    assert evaluation.figures["private_context"]["n"] == 33
    assert evaluation.as_dict()["rows"] == 36
    with pytest.raises(TrainingError, match=r"gone.png") as caught:
        evaluate(manifest, root, broken_share=0.0)
    assert caught.value.code == "training.pictures"
    nothing = write_manifest(pictures.parent / "nothing.csv", [{"path": "gone.png", "context": "private"}])
    with pytest.raises(TrainingError, match="No picture"):
        evaluate(nothing, root, broken_share=1.0)


def test_progress_ends_at_the_end_and_an_unknown_split_is_refused(root: Path, pictures: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    evaluate(pictures, root, split="test", progress=lambda task, done, total: calls.append((task, done, total)))
    assert calls[-1] == ("scores", 36, 36)
    with pytest.raises(TrainingError) as caught:
        evaluate(pictures, root, split="holiday")
    assert caught.value.code == "training.split"


def test_guarantees_are_set_on_one_split_and_checked_on_another(root: Path, tmp_path: Path) -> None:
    manifest = write_coloured(tmp_path, count=60, seed=5, splits=("val", "test"))
    assert set_guarantees(manifest, split=None) is None
    guarantees = set_guarantees(manifest, split="val", settings=ONE_THREAD, root=root)
    assert guarantees is not None
    alarms = next(point for point in guarantees["private_context"] if point.quantity == "false_alarms")
    assert alarms.rows == 90  # one of each group of two
    assert alarms.threshold is not None
    evaluation = evaluate(manifest, root, split="test", guarantees=guarantees)
    found = evaluation.as_dict()["operating_points"]["private_context"]
    point = next(point for point in found if point["quantity"] == "false_alarms")
    called = evaluation.probabilities("private_context") >= alarms.threshold
    assert point["observed"]["value"] == pytest.approx(called[~evaluation.truth("private_context")].mean(), abs=1e-4)
    assert point["observed"]["n"] == 120


def test_points_that_a_model_carries_are_checked(tmp_path: Path, pictures: Path) -> None:
    point = OperatingPoint("misses", 0.5, 0.95, 0.3, 100, 50, 0.4)
    write_tiny_model(tmp_path, operating_points={"public_event": [point.as_dict()]})
    (found,) = evaluate(pictures, tmp_path).as_dict()["operating_points"]["public_event"]
    assert found["threshold"] == 0.3
    assert found["observed"]["n"] == 24


@pytest.mark.shared
@pytest.mark.slow
def test_the_shipped_model_reaches_its_figures(shared_data: Path, repository: Path) -> None:
    evaluation = evaluate_scene(
        shared_data / "scenes" / "manifest.csv", split="test", root=repository / "models", bootstrap=100
    )
    assert evaluation.skipped == ()
    assert evaluation.figures["private_context"]["auc"] >= 0.96
    assert evaluation.figures["public_event"]["auc"] >= 0.95
    folder = served_version(repository / "models" / "scene")
    card = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    for head in HEADS:
        assert evaluation.figures[head]["auc"] == pytest.approx(card["test"]["test"][head]["auc"], abs=0.002)
