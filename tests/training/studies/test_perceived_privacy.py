from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from consentry.training.errors import TrainingError
from consentry.training.studies.perceived_privacy import (
    JudgedPicture,
    compare,
    rank_correlation,
    read_dipa2,
    study_perceived_privacy,
)

WHO = ("age", "gender", "frequency", "platform", "extraversion", "agreeableness", "conscientiousness", "neuroticism",
       "openness")  # fmt: skip


Mark = tuple[str, int, str, list[int]]


def write_dipa2(folder: Path, pictures: list[tuple[str, float, str]], annotations: list[Mark]) -> None:
    """DIPA2's two files: (path, frac_private, scene) and (file, age, nationality, sharing)."""
    with (folder / "manifest.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("path", "frac_private", "scene_context"), *pictures])
    with (folder / "annotations.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*WHO, "nationality", "imagePath", "sharingOwner"])
        for name, age, nationality, sharing in annotations:
            writer.writerow([age, *"x" * (len(WHO) - 1), nationality, name, json.dumps(sharing)])


def test_who_keeps_a_picture_is_told_by_nationality(tmp_path: Path) -> None:
    write_dipa2(
        tmp_path,
        [("images/a.jpg", 0.5, "private"), ("images/b.jpg", 0.0, "")],
        [
            ("a.jpg", 30, "UK", [0, 1, 1, 1, 0, 0, 0]),  # acquaintances
            ("a.jpg", 30, "UK", [1, 0, 0, 0, 0, 0, 0]),  # the same person, another object: nobody
            ("a.jpg", 41, "UK", [0, 0, 0, 0, 1, 0, 0]),  # everybody
            ("a.jpg", 30, "Japan", [0, 1, 0, 0, 0, 0, 0]),  # close relations
            ("b.jpg", 30, "Japan", [0, 0, 0, 0, 0, 0, 1]),  # "other" says nothing
        ],
    )
    first, second = read_dipa2(tmp_path)
    assert (first.kept, first.scene, first.path) == (0.5, "private", tmp_path / "images/a.jpg")
    assert first.kept_by == {"UK": 0.5, "Japan": 1.0}
    assert second.kept_by == {}


def test_what_is_no_dipa2(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="does not hold DIPA2"):
        read_dipa2(tmp_path)
    write_dipa2(tmp_path, [], [])
    with pytest.raises(TrainingError, match="has no rows"):
        read_dipa2(tmp_path)
    write_dipa2(tmp_path, [("a.jpg", 0.5, "")], [("a.jpg", 3, "UK", [1])])
    with pytest.raises(TrainingError, match="does not hold DIPA2") as caught:
        read_dipa2(tmp_path)
    assert caught.value.code == "training.manifest"


def judged(kept: np.ndarray, scenes: list[str] | None = None) -> list[JudgedPicture]:
    return [
        JudgedPicture(
            f"{number}",
            Path(f"{number}"),
            float(share),
            {"UK": float(share)} if number % 2 else {"UK": float(share), "Japan": 1 - float(share)},
            scenes[number] if scenes else "",
        )
        for number, share in enumerate(kept)
    ]


def test_agreement_is_measured_and_put_in_words() -> None:
    generator = np.random.default_rng(0)
    kept = generator.choice([0.0, 0.25, 0.5, 0.75, 1.0], 200)
    scores = 0.2 + 0.5 * kept + generator.normal(0, 0.05, 200)
    found = compare(judged(kept, ["private" if share > 0.5 else "neutral" for share in kept]), scores, bootstrap=100)
    whole = found["rank_correlation"]
    assert whole["low"] < whole["estimate"] < whole["high"]
    assert whole["estimate"] == pytest.approx(spearmanr(scores, kept).statistic, abs=1e-4)
    assert found["auc"]["positives"] == int((kept > 0.5).sum())
    assert found["auc"]["estimate"] > 0.95
    assert found["by_nationality"]["Japan"]["estimate"] < -0.9
    assert found["by_nationality"]["Japan"]["n"] == 100
    assert found["between_nationalities"]["Japan and UK"]["estimate"] == -1.0
    assert found["scenes"]["score_for_scene_auc"]["estimate"] == found["auc"]["estimate"]
    assert found["scenes"]["kept_in_private_scenes"] > 0.75 > 0.5 >= found["scenes"]["kept_in_other_scenes"]
    assert "says much of what people keep" in found["answer"]
    assert "says the other way round, much" in compare(judged(kept), -scores, bootstrap=20)["answer"]


@pytest.mark.parametrize(("noise", "words"), [(0.35, "something"), (0.75, "a little"), (1000.0, "next to nothing")])
def test_weak_agreement_is_called_weak(noise: float, words: str) -> None:
    generator = np.random.default_rng(1)
    kept = generator.uniform(0, 1, 2000)
    found = compare(judged(kept), 0.5 * kept + generator.normal(0, noise, 2000), bootstrap=20)
    assert f"says {words} of what people keep" in found["answer"]
    assert found["scenes"] is None


def test_pictures_that_everybody_keeps_tell_nothing() -> None:
    found = compare(judged(np.ones(10)), np.linspace(0, 1, 10), bootstrap=20)
    assert found["rank_correlation"]["estimate"] is None
    assert found["auc"]["estimate"] is None
    assert "cannot tell" in found["answer"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=30))
def test_rank_correlation_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    one, other = (np.array(values, dtype=np.float64) for values in zip(*pairs, strict=True))
    found = rank_correlation(one, other)
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(spearmanr(one, other).statistic)


def test_the_shipped_model_on_a_few_pictures(tmp_path: Path, repository: Path) -> None:
    (tmp_path / "images").mkdir()
    names = ("bedroom.jpg", "living_room.jpg", "football_match.jpg", "group_1927.jpg")
    for name in names:
        shutil.copy(repository / "data" / "demo" / "media" / name, tmp_path / "images" / name)
    kept, scenes = (1.0, 0.75, 0.0, 0.25), ("private", "private", "public_event", "neutral")
    pictures = [(f"images/{name}", share, scene) for name, share, scene in zip(names, kept, scenes, strict=True)]
    write_dipa2(tmp_path, pictures, [(name, 30, "UK", [1, 0, 0, 0, 0, 0, 0]) for name in names])
    found = study_perceived_privacy(tmp_path, bootstrap=20)
    assert found["model"].startswith("scene@")
    assert found["auc"]["estimate"] == 1.0
    assert found["scenes"]["score_for_scene_auc"]["estimate"] == 1.0
    (tmp_path / "images" / "bedroom.jpg").write_bytes(b"broken")
    with pytest.raises(TrainingError, match="1 of 4 pictures could not be read"):
        study_perceived_privacy(tmp_path, bootstrap=20)


@pytest.mark.shared
def test_dipa2_reads_as_published(shared_data: Path) -> None:
    pictures = read_dipa2(shared_data / "dipa2")
    assert len(pictures) == 1304
    assert sum(bool(picture.scene) for picture in pictures) == 202
    assert {name for picture in pictures for name in picture.kept_by} == {"UK", "Japan"}
    assert sum(picture.kept > 0.5 for picture in pictures) == 241
