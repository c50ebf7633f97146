"""A small scene model, really trained, on generated pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from scene_pictures import write_pictures

from consentry.training.scene_config import SceneConfig
from consentry.training.scene_training import SceneTrainingResult, train_scene


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The manifest of generated pictures."""
    return write_pictures(tmp_path_factory.mktemp("pictures"), counts={"train": 8, "val": 8, "test": 6})


@pytest.fixture(scope="session")
def make_config(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Callable[..., SceneConfig]:
    """Makes a configuration for the generated pictures, with its own output and a shared cache."""
    cache = tmp_path_factory.mktemp("cache")

    def make(**changes: Any) -> SceneConfig:
        content = {
            "version": "0",
            "output": tmp_path_factory.mktemp("models") / "scene",
            "cache": cache,
            "data": {"manifest": pictures, "least_examples": 4, "least_of_label": 4},
            "side": 96,
            "heads": {"strengths": (0.001, 0.01), "augmentations": ("cropped",), "transfer_sources": ("one",)},
            "tracking": {"uri": None},
            "threads": 1,
            "bootstrap": 50,
        }
        return SceneConfig.model_validate({**content, **changes})

    return make


@pytest.fixture(scope="session")
def trained(make_config: Callable[..., SceneConfig]) -> SceneTrainingResult:
    """A model trained on them."""
    return train_scene(make_config(), today=date(2026, 11, 22))


@pytest.fixture(scope="session")
def fine_tuned(make_config: Callable[..., SceneConfig]) -> SceneTrainingResult:
    """The same, with its last stages fine-tuned."""
    settings = {"augmented_views": 1, "epochs": 2, "batch": 8}
    return train_scene(make_config(fine_tuning=settings), today=date(2026, 11, 22))
