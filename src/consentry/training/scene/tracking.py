"""What is logged of a finished scene training in MLflow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from consentry.runtime import ModelFolder
from consentry.signals.scene.scorer import HEADS
from consentry.training.registry.tracking import TrackedData, log_run
from consentry.training.scene.checkpoint import Epoch
from consentry.training.scene.config import SceneConfig
from consentry.training.scene.learning_curves import LEARNING_CURVES
from consentry.training.scene.registered_model import log_scene_model

_FIGURES = ("auc", "average_precision", "balanced_accuracy", "ece")


def track(
    config: SceneConfig, folder: ModelFolder, metrics: Mapping[str, Any], history: Sequence[Epoch]
) -> tuple[str | None, str | None]:
    """Log a finished training.

    The model is written by now, and a tracking server that is down does not undo it.

    Args:
        config: Says where.
        folder: The model.
        metrics: ``metrics.json``.
        history: Every epoch of fine-tuning.

    Returns:
        The run's id, and what went wrong; one of the two is ``None``.
    """
    if config.tracking.uri is None:
        return None, None
    try:
        run = log_run(
            config.tracking.uri,
            config.tracking.experiment,
            name=folder.id,
            parameters=_parameters(config),
            metrics=_flat(metrics),
            tags={"model_sha256": folder.digest, "data_sha256": folder.manifest["data"][0]["contents_sha256"]},
            artifacts=[
                path
                for name in ("model.json", "metrics.json", "card.md", LEARNING_CURVES)
                if (path := config.output / name).is_file()
            ],
            history=_curves(history),
            data=[_tracked(folder)],
            log_model=partial(log_scene_model, folder=config.output, register_as=config.gates.registered_model),
            register_as=config.gates.registered_model,
        )
    except Exception as error:  # noqa: BLE001 - MLflow raises many kinds, and none may cost the training
        return None, f"{type(error).__name__}: {error}"
    return run, None


def _parameters(config: SceneConfig) -> dict[str, Any]:
    parameters: dict[str, Any] = {"backbone": config.backbone, "side": config.pixels, "seed": config.seed}
    parameters |= {f"heads.{key}": value for key, value in config.heads.model_dump(mode="json").items()}
    if config.fine_tuning is not None:
        parameters |= {f"fine_tuning.{key}": value for key, value in config.fine_tuning.model_dump().items()}
    return parameters


def _flat(metrics: Mapping[str, Any]) -> dict[str, float]:
    measured = {"val": metrics["validation"], **metrics["test"]}
    found = {
        f"{split}.{head}.{figure}": of_split[head][figure]
        for split, of_split in measured.items()
        for head in HEADS
        for figure in _FIGURES
    }
    found |= {
        f"{split}.crowd.log_count_error": of_split["crowd"]["log_count_error"]
        for split, of_split in measured.items()
        if of_split.get("crowd")
    }
    return {name: float(value) for name, value in found.items() if value is not None}


def _curves(history: Sequence[Epoch]) -> dict[str, list[float]]:
    if not history:
        return {}
    curves = {
        "loss": [epoch.loss for epoch in history],
        "validation_loss": [epoch.validation_loss for epoch in history],
        "crowd_error": [epoch.crowd_error for epoch in history],
    }
    curves |= {f"{head}.auc": [epoch.auc[head] for epoch in history] for head in HEADS}
    return {name: values for name, values in curves.items() if not any(map(math.isnan, values))}


def _tracked(folder: ModelFolder) -> TrackedData:
    data = folder.manifest["data"][0]
    return TrackedData(name=data["name"], digest=data["manifest_sha256"], use="training")
