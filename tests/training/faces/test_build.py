"""The face model is made again from its packages, and is what ships."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from consentry.runtime import ModelFolder
from consentry.training.errors import TrainingError
from consentry.training.faces.build import build_faces, fit_thresholds
from consentry.training.faces.card import write_card
from consentry.training.faces.figures import identity_of, split_figures
from consentry.training.faces.mtcnn_networks import WINDOWS, load_mtcnn_stage
from consentry.training.faces.pairs import EmbeddedFaces, FacePair, read_pairs
from consentry.training.faces.quality import blur, cover, cut, expose, shrink, turn
from consentry.training.faces.thresholds import all_pairs, best_threshold
from consentry.training.onnx_export import largest_difference


@pytest.mark.slow
def test_building_again_gives_the_model_that_ships(repository: Path, tmp_path: Path) -> None:
    shipped = ModelFolder.open("faces", root=repository / "models")
    folder = Path(shutil.copytree(shipped.path, tmp_path / "faces"))
    for graph in folder.glob("*.onnx"):
        graph.unlink()
    built = build_faces(folder)
    assert max(built.differences.values()) < 1e-5
    for key in ("calibration", "thresholds", "sources", "version"):
        assert built.folder.manifest[key] == shipped.manifest[key]
    # Another version of torch may order a graph otherwise; on the pinned one it is the same byte for byte.
    pinned = (repository / "requirements-dev.lock").read_text()
    import torch

    if f"torch=={torch.__version__.split('+')[0]} " in pinned:
        assert built.folder.manifest["files"] == shipped.manifest["files"]


@pytest.mark.parametrize("stage", WINDOWS)
def test_the_shipped_graphs_compute_what_the_original_networks_do(repository: Path, stage: str) -> None:
    graph = ModelFolder.open("faces", root=repository / "models").file(stage)
    side = 61 if stage == "proposal" else WINDOWS[stage]
    pixels = np.random.default_rng(1).random((3, side, side, 3), dtype=np.float32) * np.float32(255)
    assert largest_difference(load_mtcnn_stage(stage), graph, pixels) < 1e-5


def test_thresholds_cannot_be_kept_where_there_are_none(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="--pairs"):
        build_faces(tmp_path / "faces")


def test_the_card_says_what_the_figures_say(repository: Path, tmp_path: Path) -> None:
    folder = ModelFolder.open("faces", root=repository / "models").path
    metrics = json.loads((folder / "metrics.json").read_text())
    write_card(tmp_path, json.loads((folder / "model.json").read_text()), metrics)
    assert (tmp_path / "card.md").read_text() == (folder / "card.md").read_text()


def people(count: int = 40, pictures: int = 3, spread: float = 0.1) -> EmbeddedFaces:
    """Well-separated clusters: everything about them is known."""
    generator = np.random.default_rng(0)
    centres = generator.normal(size=(count, 8))
    vectors = np.repeat(centres, pictures, axis=0) + generator.normal(scale=spread, size=(count * pictures, 8))
    paths = tuple(Path(f"P{person}_{number:04d}.jpg") for person in range(count) for number in range(pictures))
    ones = np.full(len(paths), 90.0)
    return EmbeddedFaces(paths, vectors.astype(np.float32), ones, ones)


def some_pairs(faces: EmbeddedFaces) -> list[FacePair]:
    paths = faces.paths
    same = [FacePair(True, paths[index], paths[index + 1]) for index in range(0, len(paths) - 1, 3)]
    other = [FacePair(False, paths[index], paths[index + 3]) for index in range(0, len(paths) - 3, 3)]
    return same + other


def test_thresholds_separate_what_can_be_separated() -> None:
    faces = people()
    fitted = fit_thresholds(faces, some_pairs(faces))
    thresholds = fitted["thresholds"]
    assert fitted["calibration"]["slope"] < 0
    figures = split_figures(
        faces, some_pairs(faces), threshold=thresholds["same_at_most"], match=thresholds["match_at_most"],
        no_match=thresholds["no_match_at_least"],
    )  # fmt: skip
    assert figures["accuracy"]["estimate"] == 1.0
    assert figures["match_band"]["false_match_rate"]["estimate"] <= 0.001
    assert figures["no_match_band"]["false_non_match_rate"]["estimate"] <= 0.01
    assert figures["persons"] == 40


def test_all_pairs_are_counted_once() -> None:
    faces = people(count=5, pictures=3)
    crossed = all_pairs(faces, np.array([identity_of(path) for path in faces.paths]))
    assert (len(crossed.genuine), len(crossed.impostor)) == (15, 90)
    assert crossed.false_match_rate(crossed.threshold_at_fmr(0.1)) <= 0.1
    assert 1 - crossed.true_accept_rate(np.nextafter(crossed.threshold_at_fnmr(0.2), 0)) <= 0.2
    assert crossed.false_match_rate(np.inf) == crossed.true_accept_rate(np.inf) == 1.0


def test_a_face_that_was_not_found_is_a_wrong_answer_for_genuine_pairs() -> None:
    faces = people(count=2)
    faces.embeddings[0] = np.nan
    faces.widths[0] = np.nan
    distances = faces.distances([faces.paths[0], faces.paths[1]], [faces.paths[1], faces.paths[2]])
    assert np.isinf(distances[0])
    assert np.isfinite(distances[1])


def test_the_best_threshold_lies_between() -> None:
    distances = np.array([0.1, 0.2, 0.5, 0.6, np.inf])
    assert best_threshold(distances, np.array([True, True, False, False, True])) == pytest.approx(0.35)
    assert best_threshold(np.array([0.4, 0.5]), np.array([False, False])) < 0.4
    assert best_threshold(np.array([np.inf]), np.array([True])) == 0.0


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "no file or folder"), ("a,b\n1,2\n", "no column same"), ("same,path_a,path_b\n2,a,b\n", "row 1")],
)
def test_bad_pairs_are_refused(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "pairs.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(TrainingError, match=said):
        read_pairs(path)


@pytest.fixture(scope="module")
def demo_pairs(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real faces under names by LFW's convention, one picture without any."""
    media = repository / "data" / "demo" / "media"
    folder = tmp_path_factory.mktemp("pairs")
    for name, source in {
        "Collins_0001": "reference_collins", "Collins_0002": "bedroom", "Hopper_0001": "portrait_hopper",
        "Hopper_0002": "sideboard", "Curie_0001": "reference_curie", "Nobody_0001": "living_room",
    }.items():  # fmt: skip
        shutil.copy(media / f"{source}.jpg", folder / f"{name}.jpg")
    rows = [(1, "Collins_0001", "Collins_0002"), (1, "Hopper_0001", "Hopper_0002"), (0, "Collins_0001", "Hopper_0001"),
            (0, "Curie_0001", "Hopper_0002"), (0, "Nobody_0001", "Curie_0001")]  # fmt: skip
    lines = [f"{same},{a}.jpg,{b}.jpg,{split}" for split in ("dev_train", "dev_test") for same, a, b in rows]
    (folder / "pairs.csv").write_text("same,path_a,path_b,split\n" + "\n".join(lines) + "\n")
    return folder / "pairs.csv"


@pytest.mark.slow
def test_building_with_pairs_sets_thresholds_and_writes_the_card(
    demo_pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentry.training.faces.quality.WIDTHS", (40,))
    monkeypatch.setattr("consentry.training.faces.quality.BLURS", (2.0,))
    for name in ("EXPOSURES", "CUTS"):
        monkeypatch.setattr(f"consentry.training.faces.quality.{name}", ())
    monkeypatch.setattr("consentry.training.faces.quality.ANGLES", (15,))
    monkeypatch.setattr("consentry.training.faces.quality.COVERS", {"mouth": (0.6, 0.8)})
    built = build_faces(tmp_path / "faces", demo_pairs)
    thresholds = built.folder.manifest["thresholds"]
    assert thresholds["match_at_most"] <= thresholds["no_match_at_least"]
    assert built.metrics["dev_test"]["pairs"] == 5
    assert [row["kind"] for row in built.metrics["degraded_dev_train"]] == ["width", "blur", "turned", "covered"]
    assert sum(row["pictures"] for row in built.metrics["quality_dev_train"] if row["measure"] == "yaw") == 4
    assert "faces 2" in (tmp_path / "faces" / "card.md").read_text()
    demo_pairs.with_name("one.csv").write_text("same,path_a,path_b\n1,Collins_0001.jpg,Collins_0002.jpg\n")
    with pytest.raises(TrainingError, match="dev_train"):
        build_faces(tmp_path / "faces", demo_pairs.with_name("one.csv"))


def test_degrading_makes_smaller_and_blurred() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (100, 80, 3), dtype=np.uint8)
    assert shrink(0.5, picture).shape == (50, 40, 3)
    assert blur(3.0, picture).std() < picture.std() / 3
    assert expose(0.5, picture).mean() == pytest.approx(picture.mean() / 2, rel=0.02)
    assert expose(4.0, picture).max() == 255
    assert turn(90, picture).shape == (80, 100, 3)
    assert cut(0.25, picture).shape == (100, 60, 3)
    covered = cover("eyes", picture)
    assert (covered[40:50] == 110).all()
    assert (covered[:30] == picture[:30]).all()
