"""Rows from several manifests."""

from __future__ import annotations

from pathlib import Path

import pytest
from scene_pictures import read_rows, write_manifest, write_pictures

from consentry.training.errors import TrainingError
from consentry.training.scene.backbone import BACKBONES
from consentry.training.scene.config import SceneConfig
from consentry.training.scene.data import SceneData, checked_rows
from consentry.training.scene.description import described_manifest
from consentry.training.scene.features import SceneFeatures


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return write_pictures(tmp_path / "first", counts={"train": 4, "val": 4, "test": 2})


@pytest.fixture
def second(tmp_path: Path, first: Path) -> Path:
    """A manifest away from its pictures, of a source of its own."""
    pictures = write_pictures(tmp_path / "second", counts={"train": 2, "val": 2, "test": 2}, first_seed=500)
    rows = [row | {"dataset": "third", "group": f"of-third-{row['group']}"} for row in read_rows(pictures)]
    pictures.unlink()
    return write_manifest(tmp_path / "second.csv", rows)


def config_of(first: Path, **data: object) -> SceneConfig:
    return SceneConfig.read(
        overrides={
            "data": {"manifest": str(first), "least_examples": 2, **data},
            "output": "nowhere",
            "fine_tuning": None,
        }
    )


def test_further_manifests_give_their_training_and_validation_rows(first: Path, second: Path, tmp_path: Path) -> None:
    more = [{"manifest": str(second), "pictures": str(tmp_path / "second")}]
    manifests, rows = checked_rows(config_of(first, more=more))
    assert [manifest.path for manifest in manifests] == [first, second]
    assert len(rows) == 3 * (4 + 4) + 3 * (2 + 2)
    third = [row for row in rows if row.source == "third"]
    assert {row.split for row in third} == {"train", "val"}
    assert len(third) == 12
    assert all(row.path.is_file() for row in rows)


def test_without_a_folder_pictures_lie_beside_the_manifest(first: Path, second: Path, tmp_path: Path) -> None:
    beside = write_manifest(tmp_path / "second" / "here.csv", read_rows(second))
    _, rows = checked_rows(config_of(first, more=[{"manifest": str(beside)}]))
    assert all(row.path.is_file() for row in rows)


def test_leakage_between_manifests_is_refused(first: Path, second: Path, tmp_path: Path) -> None:
    (name, *_) = [row["path"] for row in read_rows(second) if row["split"] == "val"]
    rows = [{**row, "split": "train" if row["path"] == name else row["split"]} for row in read_rows(second)]
    twice = write_manifest(tmp_path / "twice.csv", rows)
    folder = str(tmp_path / "second")
    more = [{"manifest": str(second), "pictures": folder}, {"manifest": str(twice), "pictures": folder}]
    with pytest.raises(TrainingError) as caught:
        checked_rows(config_of(first, more=more))
    assert caught.value.code == "training.leakage"


def test_every_manifest_is_described_with_the_rows_that_were_used(first: Path, second: Path, tmp_path: Path) -> None:
    config = config_of(first, more=[{"manifest": str(second), "pictures": str(tmp_path / "second")}])
    manifests, rows = checked_rows(config)
    used = rows[1:]  # as if one could not be read
    features = SceneFeatures(tuple(used), {}, {row.path: row.name for row in used}, ())
    data = SceneData(manifests, features, features, (), config, BACKBONES["efficientnet_lite2"])
    one, two = (described_manifest(manifest, place, data) for place, manifest in enumerate(manifests))
    assert (one["name"], two["name"]) == ("first", "second")
    assert one["rows"] == {"train": 11, "val": 12}
    assert two["sources"] == {"third, train": 6, "third, val": 6}
    assert one["contents_sha256"] != two["contents_sha256"]
