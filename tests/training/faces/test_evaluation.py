"""The face model on pairs, end to end, with real faces."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from consentry.signals.faces import Detections, FaceMatcher
from consentry.training.errors import TrainingError
from consentry.training.faces import evaluation as face_evaluation
from consentry.training.faces.bands import Bands
from consentry.training.faces.evaluation import FaceEvaluation, evaluate_faces
from consentry.training.faces.mistakes import picture_address, worst_pairs
from consentry.training.faces.page import write_face_page

PICTURES = {
    "Collins_0001": "reference_collins", "Collins_0002": "bedroom", "Hopper_0001": "portrait_hopper",
    "Hopper_0002": "sideboard", "Curie_0001": "reference_curie", "Curie_0002": "living_room",
}  # fmt: skip
"""Real faces under names by LFW's convention; the last is an empty room, so Curie's face is not found in it."""


@pytest.fixture(scope="module")
def pairs(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    for name, source in PICTURES.items():
        with Image.open(repository / "data" / "demo" / "media" / f"{source}.jpg") as picture:
            picture.thumbnail((480, 480))
            picture.save(folder / f"{name}.jpg", quality=92)
    (folder / "Hopper_0003.jpg").write_bytes(b"not a picture")
    rows = [
        (1, "Collins_0001", "Collins_0002", "one"), (1, "Hopper_0001", "Hopper_0002", "two"),
        (1, "Curie_0001", "Curie_0002", "one"), (0, "Collins_0001", "Hopper_0001", "one"),
        (0, "Curie_0001", "Hopper_0002", "two"), (0, "Curie_0002", "Collins_0002", "two"),
        (1, "Hopper_0001", "Hopper_0003", "two"),
    ]  # fmt: skip
    lines = [f"{same},{a}.jpg,{b}.jpg,{fold},test" for same, a, b, fold in rows]
    (folder / "pairs.csv").write_text("same,path_a,path_b,fold,split\n" + "\n".join(lines) + "\n")
    groups = [f"{name}.jpg,{'house' if name.startswith('C') else 'navy'}" for name in (*PICTURES, "Hopper_0003")]
    (folder / "groups.csv").write_text("path,trade\n" + "\n".join(groups) + "\n")
    return folder / "pairs.csv"


@pytest.fixture(scope="module")
def evaluated(pairs: Path) -> FaceEvaluation:
    told: list[tuple[str, int, int]] = []
    found = evaluate_faces(
        pairs,
        split="test",
        groups=pairs.with_name("groups.csv"),
        group_columns=["trade"],
        broken_share=0.2,
        bootstrap=100,
        progress=lambda *report: told.append(report),
    )
    assert told[-1][1:] == (7, 7)
    return found


def test_figures_of_real_pairs(evaluated: FaceEvaluation) -> None:
    figures = evaluated.as_dict()
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert (figures["pairs"], figures["genuine"], figures["impostors"], figures["pictures"]) == (6, 3, 3, 6)
    assert (figures["failures_to_detect"], figures["failed_pairs"]) == (1, {"genuine": 1, "impostors": 1})
    assert (figures["skipped_pairs"], len(figures["skipped"])) == (1, 1)
    assert figures["skipped"][0]["path"].endswith("/Hopper_0003.jpg")
    assert figures["persons_from"] == "file names without their numbers"
    assert figures["folds_from"] == "the file"
    # The pair whose face was not found is a false non-match: two of three genuine pairs, all impostor pairs are right.
    assert figures["accuracy_at_shipped_threshold"] == pytest.approx(5 / 6, abs=1e-4)
    assert figures["bands"]["undetected"]["genuine"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["bands"]["match"]["false_matches"] == 0
    assert figures["bands"]["match"]["true_accept_rate"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["tar_at_fmr"] == {"0.01": None, "0.001": None, "0.0001": None}
    assert set(figures["thresholds"]) == set(figures["tar_at_fmr"])
    for name in ("accuracy", "eer", "accuracy_at_shipped_threshold"):
        assert figures[f"{name}_low"] <= figures[name] <= figures[f"{name}_high"]
    assert figures["calibration"]["pairs"] == 4


def test_groups_are_those_of_the_file(evaluated: FaceEvaluation) -> None:
    found = evaluated.as_dict()["groups"]["trade"]
    assert list(found["groups"]) == ["house", "navy"]
    assert found["groups"]["house"]["failures_to_detect"] == 1
    assert found["groups"]["house"]["false_non_match_rate"] == 0.5
    assert found["groups"]["navy"]["false_non_match_rate"] == 0.0
    assert found["groups"]["navy"]["false_match_rate"] is None
    assert list(found["across"]) == ["house with navy"]
    assert found["compared"]["false_non_match_rate"]["highest"] == "house"
    assert found["compared"]["false_match_rate"] is None


def test_each_picture_is_embedded_once(pairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0
    real = FaceMatcher.load()

    class Counting:
        id = "counting@1"

        def detect(self, pictures: list[np.ndarray]) -> list[Detections]:
            nonlocal looked_at
            looked_at += len(pictures)
            return real.detector.detect(pictures)

    counting = FaceMatcher.load()
    counting.detector = Counting()
    monkeypatch.setattr(face_evaluation.FaceMatcher, "load", lambda *_, **__: counting)
    figures = evaluate_faces(pairs, broken_share=0.2, bootstrap=20, all_pairs=True, thresholds_from="test").as_dict()
    assert looked_at == 12  # six that can be read, once for the pairs and once for the thresholds
    assert figures["rates_over"] == "all pairs of the pictures"
    assert (figures["rates_genuine"], figures["rates_impostors"], figures["pairs"]) == (3, 12, 6)
    assert figures["set_elsewhere"] == {"split": "test", "at": {"0.01": None, "0.001": None, "0.0001": None}}


def test_too_many_broken_pictures_are_refused(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="1 of 7 pictures could not be read") as caught:
        evaluate_faces(pairs)
    assert caught.value.code == "training.pictures"
    with pytest.raises(TrainingError, match="no pairs of the split 'nothing'"):
        evaluate_faces(pairs, split="nothing")
    (tmp_path / "gone.csv").write_text("same,path_a,path_b\n1,a.jpg,b.jpg\n")
    with pytest.raises(TrainingError, match="No pair of"):
        evaluate_faces(tmp_path / "gone.csv", broken_share=1.0)


def test_pairs_of_one_kind_give_nulls_and_no_error(pairs: Path, tmp_path: Path) -> None:
    path = pairs.with_name("genuine.csv")
    path.write_text("same,path_a,path_b\n1,Collins_0001.jpg,Collins_0002.jpg\n")
    found = evaluate_faces(path, bootstrap=20)
    figures = found.as_dict()
    for name in ("accuracy", "accuracy_low", "accuracy_std", "eer", "eer_high"):
        assert figures[name] is None
    assert figures["bands"]["match"]["false_match_rate"] is None
    assert figures["calibration"]["ece"] is None
    page = write_face_page(found, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "needs pairs of both kinds" in page


def test_the_page_shows_the_worst_and_loads_nothing(evaluated: FaceEvaluation, tmp_path: Path) -> None:
    page = write_face_page(evaluated, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("data:image/jpeg") >= 1
    for text in ("By trade", "Curie_0002.jpg", "house with navy", "could not be read", "False non-matches"):
        assert text in page
    plain = write_face_page(evaluated, tmp_path / "plain.html", pictures=False).read_text(encoding="utf-8")
    assert "data:image" not in plain
    assert not list(tmp_path.glob("*.tmp"))


def test_the_worst_pairs_are_of_several_persons(evaluated: FaceEvaluation) -> None:
    worst = worst_pairs(evaluated)
    assert worst.false_matches == ()
    assert [name for _, name in worst.not_found] == ["Curie_0002.jpg"]
    assert picture_address(Path("gone.jpg"), None) == ""


def test_wrong_pairs_are_drawn_the_worst_first(evaluated: FaceEvaluation, tmp_path: Path) -> None:
    """The same pairs, the bands turned round: every genuine pair is missed, every impostor pair is a match."""
    there = np.isfinite(evaluated.pairs.distances)
    wrong = Bands(match=there & ~evaluated.pairs.same, no_match=there & evaluated.pairs.same, undetected=~there)
    turned = replace(evaluated, bands=wrong)
    worst = worst_pairs(turned)
    assert len(worst.false_matches) == len(worst.false_non_matches) == 2
    assert [pair.distance for pair in worst.false_matches] == sorted(pair.distance or 0 for pair in worst.false_matches)
    assert worst.false_non_matches[0].distance >= worst.false_non_matches[1].distance
    assert worst.false_non_matches[0].note == "no match"
    assert all(picture.startswith("data:image/jpeg") for pair in worst.false_matches for picture in pair.pictures)
    assert len(worst_pairs(turned, most=1).false_matches) == 1
    page = write_face_page(turned, tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count('<figure><div class="pair">') == 4


@pytest.mark.slow
@pytest.mark.shared
def test_accuracy_on_the_development_pairs(shared_data: Path) -> None:
    """The figure that the issue of the first release asks for: at least 98.5 %, end to end."""
    data = shared_data / "lfw_dev"
    found = evaluate_faces(
        data / "pairs.csv",
        split="dev_test",
        groups=data / "manifest.csv",
        group_columns=["gender_label"],
        all_pairs=True,
    )
    figures = found.as_dict()
    assert figures["failures_to_detect"] == 0
    assert figures["accuracy"] >= 0.985
    assert figures["accuracy_at_shipped_threshold"] >= 0.985
    assert figures["rates_impostors"] > 1_000_000
    assert figures["bands"]["match"]["false_match_rate"] <= 0.002
    assert figures["calibration"]["ece"] <= 0.03
    assert set(figures["groups"]["gender_label"]["groups"]) == {"female", "male"}
