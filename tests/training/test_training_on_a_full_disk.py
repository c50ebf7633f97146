"""A training whose disk fills up: every way in which it ends is known as a full disk, and it ends well with room."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from scene_pictures import write_pictures
from thin_backbone import thin_backbone

from consentry.training.scene.config import SceneConfig
from consentry.training.scene.training import train_scene
from consentry.writing import OutputError, disk_error_in
from small_disks import small_disk

WRITTEN = ("graph.onnx", "weights.safetensors", "model.json", "metrics.json", "card.md")


@pytest.fixture(scope="module", autouse=True)
def thin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with thin_backbone(tmp_path_factory.mktemp("backbone")):
        yield


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictures(tmp_path_factory.mktemp("pictures"), counts={"train": 8, "val": 8, "test": 6})


def config(pictures: Path, output: Path, cache: Path) -> SceneConfig:
    content = {
        "version": "0", "output": output, "cache": cache, "side": 96, "threads": 1, "bootstrap": 20,
        "data": {"manifest": pictures, "least_examples": 4, "least_of_label": 4},
        "heads": {"strengths": (0.001,), "augmentations": (), "transfer_sources": ("one",)},
        "fine_tuning": {"augmented_views": 1, "epochs": 1, "batch": 8}, "tracking": {"uri": None},
    }  # fmt: skip
    return SceneConfig.model_validate(content)


@pytest.mark.slow
def test_the_same_model_when_there_is_room(pictures: Path, tmp_path: Path) -> None:
    day = date(2026, 11, 22)
    train_scene(config(pictures, tmp_path / "whole", tmp_path / "cache"), today=day)
    said = set()
    with small_disk(tmp_path, size=128 << 20) as disk:
        wanted = config(pictures, disk.path / "scene", disk.path / "cache")
        for kilobytes in (0, 8, *(64 * 4**step for step in range(8))):
            disk.fill(leaving=kilobytes << 10)
            try:
                train_scene(wanted, today=day)
            except OutputError as error:
                said.add(error.code)
            except Exception as error:  # noqa: BLE001  what safetensors, numpy and ONNX say is theirs
                known = disk_error_in(error)
                said.add(f"system {known and known.errno} {type(error).__name__}")
            else:
                break
        for name in WRITTEN:
            assert (disk.path / "scene" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert said
    assert all(one == "output.full" or one.startswith("system 28 ") for one in said), said
