from __future__ import annotations

import json
from pathlib import Path

import pytest
from coloured_pictures import write_coloured
from scene_models import calibration, write_tiny_model
from scene_pictures import read_rows, write_manifest

from consentry.runtime import ModelError, RuntimeSettings
from consentry.training.errors import TrainingError
from consentry.training.registry.gates import GateSettings
from consentry.training.scene.folders import models_root_of, replace_model, scene_folder, scene_scorer_of
from consentry.training.scene.promotion import Promotion, TestData, compare_models
from consentry.training.scene.promotion_page import write_promotion_page

ONE_THREAD = RuntimeSettings(threads=1)
LIMIT = {"split": "test", "head": "private_context", "metric": "auc", "at_least": 0.8}
NO_WORSE = [
    {"split": "test", "head": "private_context", "metric": metric, "margin": 0.01}
    for metric in ("auc", "average_precision", "balanced_accuracy", "brier")
]
MISCALIBRATED = {"private_context": calibration(0.1, 2.0), "public_event": calibration(0.5, -1.0)}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("good"), version="good").path


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("bad"), version="bad", calibration=MISCALIBRATED).path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TestData:
    return TestData(write_coloured(tmp_path_factory.mktemp("pictures"), count=30, splits=("val", "test")))


def compare(challenger: Path, champion: Path | None, data: TestData, **gates: object) -> Promotion:
    settings = GateSettings.model_validate({"limits": [LIMIT], "no_worse": NO_WORSE, "bootstrap": 60, **gates})
    return compare_models(challenger, champion, data, settings, settings=ONE_THREAD)


def test_a_first_champion_meets_the_limits_alone(good: Path, data: TestData) -> None:
    result = compare(good, None, data)
    assert result.passed
    assert len(result.results) == 1
    assert "there is no champion yet" in result.because()
    assert result.as_dict()["champion"] is None
    high = {**LIMIT, "at_least": 0.9999}
    refused = compare(good, None, data, limits=[high])
    assert not refused.passed
    assert "fails 1 of 1 gates: private context: AUC at least 0.9999 on test (0." in refused.because()


def test_a_worse_model_does_not_win_and_a_better_one_does(good: Path, bad: Path, data: TestData) -> None:
    refused = compare(bad, good, data)
    assert not refused.passed
    passed = {result.metric: result.passed for result in refused.results[1:]}
    # The ranking is the same; the probabilities are not.
    assert passed == {"auc": True, "average_precision": True, "balanced_accuracy": False, "brier": False}
    better = compare(good, bad, data)
    assert better.passed
    brier = better.results[-1]
    assert brier.value is not None
    assert brier.value > 0
    assert brier.low is not None
    assert brier.high is not None
    assert brier.low <= brier.value <= brier.high
    assert "it is no worse than the champion" in better.because()
    assert compare(good, good, data).passed


def test_both_are_measured_now_and_not_by_what_is_written(good: Path, data: TestData, tmp_path: Path) -> None:
    boasting = write_tiny_model(tmp_path, version="boasting", calibration=MISCALIBRATED).path
    (boasting / "metrics.json").write_text(json.dumps({"test": {"test": {"private_context": {"brier": 0.0}}}}))
    result = compare(boasting, good, data)
    assert not result.passed
    figures = result.as_dict()["figures"]
    assert (
        figures["challenger"]["test"]["private_context"]["brier"]
        > figures["champion"]["test"]["private_context"]["brier"]
    )
    assert figures["challenger"]["test"]["manifest_sha256"] == figures["champion"]["test"]["manifest_sha256"]


def test_gates_that_cannot_be_measured_do_not_open(good: Path, data: TestData, tmp_path: Path) -> None:
    crowd = {"split": "test", "head": "crowd", "metric": "within_one_level", "at_least": 0.97}
    assert not compare(good, None, data, limits=[crowd]).passed
    rows = [
        {**row, "path": str(data.manifest.parent / row["path"])}
        for row in read_rows(data.manifest)
        if row["context"] == "street"
    ]
    streets = TestData(write_manifest(tmp_path / "streets.csv", rows))
    one_sided = compare(good, good, streets, limits=[])
    assert not any(result.passed for result in one_sided.results[:3])
    with pytest.raises(TrainingError, match="No gate"):
        compare(good, None, data, limits=[])
    with pytest.raises(TrainingError) as caught:
        compare(good, None, data, limits=[{**LIMIT, "split": "holiday"}])
    assert caught.value.code == "training.split"


def test_the_page_says_why(good: Path, bad: Path, data: TestData, tmp_path: Path) -> None:
    for challenger, champion, word in ((bad, good, "refused"), (good, None, "promoted")):
        result = compare(challenger, champion, data)
        page = write_promotion_page(result, tmp_path / "page.html").read_text(encoding="utf-8")
        assert f">{word}</span>" in page
        assert page.count(">fails<") == sum(not gate.passed for gate in result.results)
        assert page.count(">passes<") == sum(gate.passed for gate in result.results)
        assert "champion&#39;s on test" in page or champion is None
        assert json.loads(json.dumps(result.as_dict(), allow_nan=False))["promoted"] is result.passed
    crowd = {"split": "test", "head": "crowd", "metric": "within_one_level", "at_least": 0.97}
    page = write_promotion_page(compare(good, None, data, limits=[crowd]), tmp_path / "p.html").read_text("utf-8")
    assert "not measured" in page


def test_a_model_is_found_wherever_it_lies(good: Path, tmp_path: Path) -> None:
    assert scene_folder(good) == scene_folder(good.parent) == good
    other = tmp_path / "v7"
    replace_model(good, other)
    assert scene_scorer_of(other, ONE_THREAD).model_id == "scene@good"
    with models_root_of(other) as root:
        assert (root / "scene" / "model.json").is_file()
    with pytest.raises(ModelError) as caught:
        scene_folder(tmp_path)
    assert caught.value.code == "model.missing"


def test_a_model_replaces_another_whole_or_not_at_all(good: Path, bad: Path, tmp_path: Path) -> None:
    place = tmp_path / "models" / "scene"
    assert replace_model(bad.parent, place) == place
    assert scene_scorer_of(place, ONE_THREAD).model_id == "scene@bad"
    replace_model(good, place.parent)  # a folder of models will do, too
    assert scene_scorer_of(place, ONE_THREAD).model_id == "scene@good"
    assert scene_scorer_of(place.with_name("scene.before"), ONE_THREAD).model_id == "scene@bad"
    broken = tmp_path / "broken"
    replace_model(bad, broken)
    (broken / "graph.onnx").write_bytes(b"cut off")
    with pytest.raises(ModelError, match="not the one"):
        replace_model(broken, place)
    assert scene_scorer_of(place, ONE_THREAD).model_id == "scene@good"
