from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from coloured_pictures import write_coloured
from scene_models import write_tiny_model
from scene_pictures import read_rows, write_manifest

from consentry.runtime import RuntimeSettings
from consentry.training.measures.operating_points import OperatingPoint
from consentry.training.measures.pages import figure
from consentry.training.scene.evaluation import SceneEvaluation, evaluate_scene
from consentry.training.scene.mistakes import hardest_mistakes, overlay, worst
from consentry.training.scene.outputs import CrowdOutput
from consentry.training.scene.page import write_scene_page

POINTS = [
    OperatingPoint("misses", 0.05, 0.95, 0.1, 100, 30, 0.01),
    OperatingPoint("false_alarms", 0.01, 0.95, 0.2, 100, 70, 0.005),
    OperatingPoint("precision", 0.95, 0.95, None, 100, 0, None),
]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = write_coloured(tmp_path_factory.mktemp("pictures"), count=20)
    rows = read_rows(path)
    rows[1]["path"] = "<script>alert(1)</script>.png"
    return write_manifest(path, rows)


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory, manifest: Path) -> SceneEvaluation:
    root = tmp_path_factory.mktemp("models")
    write_tiny_model(root, operating_points={"private_context": [point.as_dict() for point in POINTS]})
    return evaluate_scene(manifest, settings=RuntimeSettings(threads=1), root=root, bootstrap=30, broken_share=0.1)


def test_the_page_holds_the_figures_and_needs_nothing_else(evaluation: SceneEvaluation, tmp_path: Path) -> None:
    page = write_scene_page(evaluation, tmp_path / "page.html").read_text(encoding="utf-8")
    for head in ("private_context", "public_event"):
        for name in ("auc", "balanced_accuracy", "ece"):
            assert str(figure(evaluation.figures[head], name)) in page  # type: ignore[index]
    assert page.count("<svg") > 8
    assert page.count("data:image/jpeg;base64,") >= 4
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)
    assert "http" not in page.replace("http-equiv", "")
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page  # the missing file is named, as text
    assert "&lt;b&gt;street &amp; co" in page
    assert list(tmp_path.iterdir()) == [tmp_path / "page.html"]
    again = write_scene_page(evaluation, tmp_path / "again.html").read_text(encoding="utf-8")
    assert again == page


def test_the_page_says_what_became_of_the_guarantees(evaluation: SceneEvaluation, tmp_path: Path) -> None:
    page = write_scene_page(evaluation, tmp_path / "page.html", pictures=False).read_text(encoding="utf-8")
    assert "at most 5\u00a0% of private context pictures are missed" in page
    assert "More pictures are needed to guarantee: at least 95" in page
    assert page.count(">holds<") == 1
    assert page.count(">does not hold<") == 1
    assert "data:image" not in page.replace("img-src data:", "")
    assert "may go wherever" not in page


def test_counted_pictures_are_drawn(evaluation: SceneEvaluation, tmp_path: Path) -> None:
    without = write_scene_page(evaluation, tmp_path / "without.html", pictures=False).read_text(encoding="utf-8")
    assert "Counted against estimated" not in without
    predictions = tuple(
        replace(
            prediction,
            row=replace(prediction.row, columns={**prediction.row.columns, "people": str(2 * number)}),
            output=replace(prediction.output, crowd=CrowdOutput(2.0 * number, 1)),
        )
        for number, prediction in enumerate(evaluation.predictions)
    )
    figures = {"n": len(predictions), "log_count_error": 0.0, "within_one_level": 1.0}
    counted = replace(evaluation, predictions=predictions, crowd=figures)
    page = write_scene_page(counted, tmp_path / "page.html", pictures=False).read_text(encoding="utf-8")
    assert "Counted against estimated" in page
    assert page.count('r="2"') == len(predictions)


def test_one_sided_labels_draw_a_page_all_the_same(manifest: Path, tmp_path: Path) -> None:
    write_tiny_model(tmp_path)
    rows = [row for row in read_rows(manifest) if row["context"] == "street"]
    streets = [{"path": str(manifest.parent / row["path"]), "context": "street"} for row in rows]
    evaluation = evaluate_scene(
        write_manifest(tmp_path / "m.csv", streets), settings=RuntimeSettings(threads=1), root=tmp_path, bootstrap=20
    )
    page = write_scene_page(evaluation, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "needs pictures of both kinds" in page
    assert "--guarantees-from" in page
    assert "Everything could be read." in page


def test_the_worst_mistakes_come_first() -> None:
    truth = np.array([True, True, False, False, True])
    probabilities = np.array([0.1, 0.3, 0.9, 0.6, 0.8])
    logits = np.array([-3.0, -1.0, 3.0, 1.0, 2.0])
    assert worst(truth, probabilities, logits, threshold=0.5, most=6) == ([2, 3], [0, 1])
    assert worst(truth, probabilities, logits, threshold=0.5, most=1) == ([2], [0])


def test_mistakes_show_what_the_model_looked_at(evaluation: SceneEvaluation) -> None:
    alarms, misses = hardest_mistakes(evaluation, "private_context", most=3)
    found = [*alarms, *misses]
    assert found
    threshold = evaluation.scorer.calibrations["private_context"].decision
    assert all(mistake.probability >= threshold and mistake.context != "private" for mistake in alarms)
    assert all(mistake.probability < threshold and mistake.context == "private" for mistake in misses)
    assert all(mistake.picture.startswith("data:image/jpeg") and mistake.saliency for mistake in found)
    assert [mistake.probability for mistake in alarms] == sorted((m.probability for m in alarms), reverse=True)


def test_a_picture_that_is_gone_leaves_its_mistake(
    evaluation: SceneEvaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from consentry.media import MediaError

    def gone(*_: object, **__: object) -> None:
        raise MediaError("It is gone.", "Bring it back.", code="media.not_found")

    monkeypatch.setattr("consentry.training.scene.mistakes.open_media", gone)
    alarms, misses = hardest_mistakes(evaluation, "private_context", most=1)
    assert all(mistake.picture == mistake.saliency == "" for mistake in (*alarms, *misses))


def test_the_overlay_is_red_where_the_map_is_and_grey_elsewhere() -> None:
    pixels = np.full((40, 40, 3), (10, 200, 90), dtype=np.uint8)
    drawn = overlay(pixels, [0, 100, 0, 0], (2, 2)).astype(int)
    assert np.ptp(drawn[35, 5]) == 0
    assert drawn[5, 35, 0] - drawn[5, 35, 1] > 50
