"""Folders that models are written into, and folders of models that lack some."""

from __future__ import annotations

from pathlib import Path

import pytest
from scene_models import write_tiny_model

from consentry.runtime import ModelFolder, shipped_root
from consentry.runtime.model_folder import OTHERS
from consentry.training.errors import TrainingError
from consentry.training.scene.folders import refuse_occupied, stand_by_shipped


def refused(folder: Path, *, force: bool = False) -> str:
    with pytest.raises(TrainingError) as caught:
        refuse_occupied(folder, force=force)
    assert caught.value.code == "training.output"
    return caught.value.message


def test_a_model_is_replaced_only_if_asked(tmp_path: Path) -> None:
    folder = write_tiny_model(tmp_path).path
    assert "There is a model" in refused(folder)
    refuse_occupied(folder, force=True)


def test_what_an_interrupted_training_has_left_is_no_model(tmp_path: Path) -> None:
    refuse_occupied(tmp_path / "not there", force=False)
    refuse_occupied(tmp_path, force=False)
    (tmp_path / "graph.onnx").write_bytes(b"")
    refuse_occupied(tmp_path, force=False)


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_of_other_things_is_left_alone(tmp_path: Path, force: bool) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"")
    assert "holiday.jpg" in refused(tmp_path, force=force)
    assert "no folder of a model" in refused(tmp_path / "holiday.jpg", force=force)


def test_the_models_that_ship_stand_by_a_folder_that_lacks_some(tmp_path: Path) -> None:
    write_tiny_model(tmp_path)
    stand_by_shipped(tmp_path)
    assert ModelFolder.open("faces", root=tmp_path).path.is_relative_to(shipped_root())
    assert ModelFolder.open("scene", root=tmp_path).version == "tiny"


def test_a_folder_that_has_them_all_needs_nobody(repository: Path, tmp_path: Path) -> None:
    stand_by_shipped(repository / "models")
    assert not (repository / "models" / OTHERS).exists()
    for name in (path.name for path in (repository / "models").iterdir()):
        (tmp_path / name).symlink_to(repository / "models" / name)
    stand_by_shipped(tmp_path)
    assert not (tmp_path / OTHERS).exists()
