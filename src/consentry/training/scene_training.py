"""Trains, calibrates, exports and measures the scene model: from a configuration to ``models/scene/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from consentry.runtime import ModelFolder, RuntimeSettings, write_model_json
from consentry.scene.preprocessing import network_batch
from consentry.scene.scorer import HEADS, MODEL_NAME, SceneHead
from consentry.training.errors import TrainingError
from consentry.training.manifest import (
    Manifest,
    Row,
    hold_out,
    read_manifest,
    refuse_leakage,
    require_both_classes,
)
from consentry.training.onnx_export import export_graph, largest_difference
from consentry.training.pictures import Skipped, read_frames, refuse_too_many
from consentry.training.progress import Progress, silent
from consentry.training.scene_backbone import (
    BACKBONES,
    Backbone,
    SceneNetwork,
    load_backbone,
)
from consentry.training.scene_config import SceneConfig
from consentry.training.scene_description import model_description
from consentry.training.scene_evaluation import CONTEXT_OF, SceneEvaluation, evaluate_scene
from consentry.training.scene_features import SceneFeatures, scene_features
from consentry.training.scene_fitting import FittedHead, fit_calibrated_head
from consentry.training.scene_report import model_card, write_metrics
from consentry.training.tracking import log_run

COMMAND: Final = "consentry train scene src/consentry/training/configs/scene.yaml"
_LARGEST_DIFFERENCE: Final = 1e-4
"""Between torch and the exported graph, in logits."""
_PICTURES_COMPARED: Final = 8


@dataclass(frozen=True)
class SceneTrainingResult:
    """What a training made.

    Attributes:
        folder: The model, opened.
        heads: By name.
        evaluations: By test split, measured on the exported graph.
        skipped: Training and validation pictures that could not be read.
        run: Id of the run in MLflow; ``None`` without tracking, or if it failed.
        tracking_error: Why tracking failed; ``None`` if it did not.
    """

    folder: ModelFolder
    heads: Mapping[SceneHead, FittedHead]
    evaluations: Mapping[str, SceneEvaluation]
    skipped: tuple[Skipped, ...]
    run: str | None = None
    tracking_error: str | None = None


def train_scene(
    config: SceneConfig, *, progress: Progress = silent, command: str = COMMAND, today: date | None = None
) -> SceneTrainingResult:
    """Train the scene model and write its folder: graph, ``model.json``, ``metrics.json``, ``card.md``.

    The same configuration, data and packages give the same ``model.json``, byte for byte, on one machine.

    Args:
        config: What to train, on what.
        progress: Told of features, heads and scores as they are done.
        command: The command that this is, for the card.
        today: The date in the card.

    Raises:
        TrainingError: The configuration or the data are no good; see its codes.
        ThirdPartyFileError: The backbone's weights are missing or not the pinned ones.
    """
    if config.output.name != MODEL_NAME:
        raise TrainingError(
            f"The output folder is called {config.output.name!r}; the scorer looks for {MODEL_NAME!r}.",
            f"Let output end in /{MODEL_NAME}.",
        )
    backbone = BACKBONES[config.backbone]
    data = prepare_scene_data(config, progress=progress)
    heads = {
        head: fit_calibrated_head(head, data.features, data.augmented, config, progress=progress) for head in HEADS
    }

    config.output.mkdir(parents=True, exist_ok=True)
    difference = _export(heads, backbone, data.features, config.output / "graph.onnx")
    folder = write_model_json(
        config.output, model_description(config, backbone, data.manifest, data.features, heads, command)
    )
    evaluations = {
        split: evaluate_scene(
            config.data.manifest,
            split=split,
            columns=config.data.columns.columns(),
            label_map=config.data.label_map,
            settings=RuntimeSettings(threads=config.threads),
            root=config.output.parent,
            broken_share=config.data.broken_share,
            bootstrap=config.bootstrap,
            seed=config.seed,
            progress=progress,
        )
        for split in config.data.test_splits
    }
    result = SceneTrainingResult(folder, heads, evaluations, data.features.skipped)
    metrics = write_metrics(
        config.output / "metrics.json",
        folder=folder,
        today=today or date.today(),  # noqa: DTZ011 - the day where the person is
        command=command,
        validation={head: fitted.validation for head, fitted in heads.items()},
        choice={head: list(fitted.choice) for head, fitted in heads.items()},
        evaluations=evaluations,
        skipped=data.features.skipped,
        graph_difference=difference,
    )
    (config.output / "card.md").write_text(model_card(folder.manifest, metrics), encoding="utf-8")
    return track(config, result, metrics)


@dataclass(frozen=True)
class SceneData:
    """What the heads are fitted on.

    Attributes:
        manifest: As read.
        features: Of training and validation rows, as they are.
        augmented: Of the training rows, in the other views of the configuration.
    """

    manifest: Manifest
    features: SceneFeatures
    augmented: SceneFeatures


def prepare_scene_data(config: SceneConfig, *, progress: Progress = silent) -> SceneData:
    """Read and check the data of a configuration, and compute what features are not yet kept.

    Raises:
        TrainingError: The data are no good; see its codes.
        ThirdPartyFileError: The backbone's weights are missing or not the pinned ones.
    """
    manifest, rows = _rows(config)
    backbone, settings = BACKBONES[config.backbone], RuntimeSettings(threads=config.threads)
    features = scene_features(
        rows, backbone, views=["original"], cache=config.cache, settings=settings, progress=progress
    )
    refuse_too_many(features.skipped, len(rows), share=config.data.broken_share)
    refuse_leakage(features.rows, digests=features.digests)
    augmented = scene_features(
        [row for row in features.rows if row.split == "train"],
        backbone,
        views=config.heads.augmentations,
        cache=config.cache,
        settings=settings,
        progress=progress,
    )
    return SceneData(manifest, features, augmented)


def _rows(config: SceneConfig) -> tuple[Manifest, list[Row]]:
    """The manifest, and the rows to train and to validate on; checked."""
    data = config.data
    manifest = read_manifest(data.manifest, columns=data.columns.columns(), label_map=data.label_map)
    refuse_leakage(manifest.rows)
    for split in ("train", *data.test_splits):
        manifest.split(split)
    rows = [row for row in hold_out(manifest.rows, data.hold_out) if row.split in ("train", "val")]
    if not any(row.split == "val" for row in rows):
        raise TrainingError(
            f"{data.manifest} has no rows of the split 'val', and none were held out.",
            "Add a validation split, or set hold_out for a source.",
            code="training.split",
        )
    for split in ("train", "val"):
        for head in HEADS:
            of_split = [row for row in rows if row.split == split]
            require_both_classes(of_split, CONTEXT_OF[head], least=data.least_examples, where=f"The split {split!r}")
    return manifest, rows


def _export(heads: Mapping[SceneHead, FittedHead], backbone: Backbone, features: SceneFeatures, path: Path) -> float:
    """Write the graph; gives the largest difference to torch on some of the pictures."""
    import torch

    network = SceneNetwork(
        load_backbone(backbone),
        np.stack([heads[head].head.weights for head in HEADS]),
        np.array([heads[head].head.bias for head in HEADS], dtype=np.float64),
    ).eval()
    example = torch.zeros((2, backbone.side, backbone.side, 3), dtype=torch.uint8)
    export_graph(network, path, example, outputs=["logits", "activation_maps"])
    chosen = features.rows[:: max(1, len(features.rows) // _PICTURES_COMPARED)][:_PICTURES_COMPARED]
    batch = network_batch([read_frames(row.path)[0] for row in chosen], backbone.side)
    difference = largest_difference(network, path, batch)
    if difference > _LARGEST_DIFFERENCE:
        raise TrainingError(
            f"The exported graph differs from the network by {difference:.1e} in a logit.",
            "Use the pinned versions of torch, onnx and openvino.",
        )
    return difference


def track(config: SceneConfig, result: SceneTrainingResult, metrics: Mapping[str, Any]) -> SceneTrainingResult:
    """Log a finished training, if the configuration says where.

    The model is written by now, and a tracking server that is down does not undo it: the result says what went wrong.
    """
    if config.tracking.uri is None:
        return result
    parameters = {f"heads.{key}": value for key, value in config.heads.model_dump(mode="json").items()}
    measured = {"val": metrics["validation"], **metrics["test"]}
    figures = {
        f"{split}.{head}.{figure}": float(of_split[head][figure])
        for split, of_split in measured.items()
        for head in HEADS
        for figure in ("auc", "average_precision", "balanced_accuracy", "ece")
        if of_split[head][figure] is not None
    }
    data = result.folder.manifest["data"][0]
    try:
        run = log_run(
            config.tracking.uri,
            config.tracking.experiment,
            name=result.folder.id,
            parameters={"backbone": config.backbone, "seed": config.seed, **parameters},
            metrics=figures,
            tags={"model_sha256": result.folder.digest, "data_sha256": data["contents_sha256"]},
            artifacts=[config.output / name for name in ("model.json", "metrics.json", "card.md")],
        )
    except Exception as error:  # noqa: BLE001 - MLflow raises many kinds, and none may cost the training
        return _with_tracking(result, run=None, error=f"{type(error).__name__}: {error}")
    return _with_tracking(result, run=run, error=None)


def _with_tracking(result: SceneTrainingResult, *, run: str | None, error: str | None) -> SceneTrainingResult:
    return SceneTrainingResult(
        result.folder, result.heads, result.evaluations, result.skipped, run=run, tracking_error=error
    )
