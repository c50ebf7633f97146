"""Detection and quality rates by group, on real pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from consentry.training.errors import TrainingError
from consentry.training.faces.charts import distance_chart, even_axis, rate_axis
from consentry.training.faces.detection_page import write_detection_page
from consentry.training.faces.detection_rates import DetectionEvaluation, evaluate_detection


@pytest.fixture(scope="module")
def manifest(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two portraits, one of them blurred beyond use and one too small for a reference; a room; no picture at all."""
    folder = tmp_path_factory.mktemp("portraits")
    media = repository / "data" / "demo" / "media"
    with Image.open(media / "reference_collins.jpg") as portrait:
        portrait.thumbnail((400, 400))
        portrait.save(folder / "sharp.jpg", quality=92)
        portrait.filter(ImageFilter.GaussianBlur(12)).save(folder / "blurred.jpg", quality=92)
        portrait.resize((portrait.width // 4, portrait.height // 4)).save(folder / "small.jpg", quality=95)
    with Image.open(media / "living_room.jpg") as room:
        room.thumbnail((300, 300))
        room.save(folder / "room.jpg")
    (folder / "broken.jpg").write_bytes(b"nothing")
    rows = ["sharp.jpg,3-12,a", "blurred.jpg,3-12,a", "small.jpg,13-17,a", "room.jpg,13-17,b", "broken.jpg,,c"]
    (folder / "manifest.csv").write_text("path,age,identity\n" + "\n".join(rows) + "\n")
    return folder / "manifest.csv"


@pytest.fixture(scope="module")
def evaluated(manifest: Path) -> DetectionEvaluation:
    return evaluate_detection(manifest, group_columns=["Age"], broken_share=0.2, bootstrap=50)


def test_rates_by_group(evaluated: DetectionEvaluation) -> None:
    figures = evaluated.as_dict()
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert (figures["pictures"], [item["path"] for item in figures["skipped"]]) == (4, ["broken.jpg"])
    groups = figures["groups"]["age"]["groups"]
    assert list(groups) == ["3-12", "13-17"]
    assert groups["13-17"]["not_found"] == 0.5
    assert groups["3-12"]["unusable_in_a_post"] == 0.5
    assert groups["3-12"]["unusable_as_reference"] == 0.5
    assert groups["13-17"]["unusable_as_reference"] == 1.0
    assert groups["13-17"]["median_width"] < 60 < groups["3-12"]["median_width"]
    assert figures["all"]["not_found_low"] <= figures["all"]["not_found"] <= figures["all"]["not_found_high"]
    compared = figures["groups"]["age"]["compared"]
    assert compared["unusable_as_reference"]["highest"] == "13-17"
    assert compared["unusable_as_reference"]["ratio"] == 2.0
    assert compared["several"]["ratio"] is None


def test_the_page_shows_failures_and_loads_nothing(evaluated: DetectionEvaluation, tmp_path: Path) -> None:
    page = write_detection_page(evaluated, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "http" not in page.replace("http-equiv", "")
    assert "No face found (" in page
    assert "data:image/jpeg" in page
    assert "room.jpg" in page
    plain = write_detection_page(evaluated, tmp_path / "plain.html", pictures=False).read_text(encoding="utf-8")
    assert "data:image" not in plain


def test_what_cannot_be_evaluated_is_refused(manifest: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no column shoe"):
        evaluate_detection(manifest, group_columns=["shoe"])
    with pytest.raises(TrainingError, match="no rows of the split"):
        evaluate_detection(manifest, split="test")
    with pytest.raises(TrainingError, match="1 of 5 pictures"):
        evaluate_detection(manifest)
    (tmp_path / "gone.csv").write_text("path,age\ngone.jpg,\n")
    with pytest.raises(TrainingError, match="No picture of"):
        evaluate_detection(tmp_path / "gone.csv", broken_share=1.0)


def test_without_groups_there_is_one_table(manifest: Path, tmp_path: Path) -> None:
    path = manifest.with_name("one.csv")
    path.write_text("path,age\nsharp.jpg,\n")
    figures = evaluate_detection(path, group_columns=["age"], bootstrap=20).as_dict()
    assert figures["groups"]["age"] == {"groups": {}, "compared": dict.fromkeys(
        ("not_found", "several", "unusable_in_a_post", "unusable_as_reference")), "unknown": 1}  # fmt: skip
    assert figures["all"]["not_found"] == 0.0


def test_charts_say_what_they_need() -> None:
    nothing = np.array([np.inf])
    empty = distance_chart(nothing, nothing, match_at_most=0.4, no_match_at_least=0.6, title="<none>")
    assert "needs pairs of both kinds" in empty
    assert "<title>&lt;none&gt;</title>" in empty
    full = distance_chart(
        np.array([0.2, 0.3]), np.array([0.8, np.inf]), match_at_most=0.4, no_match_at_least=0.6, title="distances"
    )
    assert full.count("<polygon") == 2
    assert "no match" in full


def test_axes_have_round_ticks() -> None:
    assert [text for _, text in rate_axis("rate", 0.00002, 0.5).ticks] == [
        "0.001 %",
        "0.01 %",
        "0.1 %",
        "1 %",
        "10 %",
        "100 %",
    ]
    assert rate_axis("rate", 1.0, 1.0).start < rate_axis("rate", 1.0, 1.0).end
    assert [text for _, text in even_axis("share", 0.0, 0.12, percent=True).ticks] == ["0 %", "5 %", "10 %"]
    assert even_axis("distance", 0.2, 1.2).share(0.7) == pytest.approx(0.5)
    assert rate_axis("rate", 0.001, 1.0).share(0.0) == 0.0
