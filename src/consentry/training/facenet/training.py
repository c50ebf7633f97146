"""Trains or fine-tunes a face embedder on one's own identities: from a configuration to a model folder."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

from consentry.runtime import ModelFolder, RuntimeSettings, write_model_json
from consentry.signals.faces import FaceMatcher
from consentry.training.facenet.build import write_facenet
from consentry.training.facenet.config import FacenetConfig
from consentry.training.facenet.data import IdentityFaces, prepare_faces
from consentry.training.facenet.fitting import FittedFacenet, fit_facenet
from consentry.training.facenet.network import load_network, new_network, save_network
from consentry.training.facenet.weights import find_weights
from consentry.training.progress import Progress, silent
from consentry.training.registry.tracking import TrackedData, log_run
from consentry.writing import write_text

COMMAND: Final = "consentry train faces"
_OWN: Final = {"package": "own pictures", "version": "-", "licence": "your own"}


@dataclass(frozen=True)
class FacenetTraining:
    """What a training made.

    Attributes:
        folder: The model, opened; it has no calibration yet.
        fitted: How it went.
        faces: What it was trained on.
        run: Id of the run in MLflow; ``None`` without tracking, or if it failed.
        tracking_error: Why tracking failed.
    """

    folder: ModelFolder
    fitted: FittedFacenet
    faces: IdentityFaces
    run: str | None = None
    tracking_error: str | None = None


def train_faces(config: FacenetConfig, *, progress: Progress = silent, command: str = COMMAND) -> FacenetTraining:
    """Train a face embedder and write its folder: graph, weights as safetensors, ``model.json``, ``metrics.json``.

    A training that was interrupted goes on where it was: faces and epochs are kept in the configuration's cache. What
    comes out has no calibration: until `consentry.training.facenet.build.calibrate_facenet` has measured what its
    distances mean, every answer is ``inconclusive``.

    Args:
        config: What to train, on whom.
        progress: Told of faces and batches.
        command: For ``model.json``.

    Raises:
        TrainingError: The configuration or the data are no good; see its codes.
        ThirdPartyFileError: The weights to start from are missing, or not the ones meant.
    """
    detector = FaceMatcher.load(RuntimeSettings(threads=config.threads)).detector
    faces = prepare_faces(config.data, detector, config.cache, seed=config.seed, progress=progress)
    network, sources = _start(config)
    with _threads(config.threads):
        fitted = fit_facenet(
            network,
            faces.training,
            faces.validation,
            config,
            checkpoint=config.cache / "training.safetensors",
            progress=progress,
        )
        folder = write_facenet(config.output, fitted.network, version=config.version, sources=sources, made_by=command)
    save_network(fitted.network, config.output / "weights.safetensors")
    metrics = _metrics(fitted, faces)
    write_text(config.output / "metrics.json", json.dumps(metrics, indent=2) + "\n")
    folder = write_model_json(config.output, _manifest(folder, config, faces))
    result = FacenetTraining(folder, fitted, faces)
    return result if config.tracking.uri is None else _tracked(result, config)


def write_held_out(faces: IdentityFaces, path: Path) -> Path:
    """Write which pictures the training did not learn from, as a table that calibration and evaluation take.

    Args:
        faces: Of the training.
        path: Where to; paths in it become absolute where pictures lie elsewhere.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["path", "identity"])
        writer.writerows((picture.resolve().as_posix(), person) for picture, person in faces.held_out)
    return path


def _start(config: FacenetConfig) -> tuple[nn.Module, list[Mapping[str, str]]]:
    if config.start is None:
        torch.manual_seed(config.seed)
        return new_network(dropout=config.dropout), [_OWN]
    weights = find_weights(config.start, sha256=config.sha256, download=config.download)
    return load_network(weights, dropout=config.dropout), [weights.source, _OWN]


def _manifest(folder: ModelFolder, config: FacenetConfig, faces: IdentityFaces) -> dict[str, Any]:
    return {
        **folder.manifest,
        "files": {"embedding": {"path": "embedding.onnx"}, "weights": {"path": "weights.safetensors"}},
        "data": [{"name": config.data.pictures.name, "contents_sha256": faces.digest}],
        "training": config.model_dump(
            mode="json", exclude={"output", "cache", "tracking", "threads", "data", "download"}
        ),
    }


def _metrics(fitted: FittedFacenet, faces: IdentityFaces) -> dict[str, Any]:
    return {
        "persons": {"training": len(faces.training.names), "validation": len(faces.validation.names)},
        "faces": {"training": len(faces.training.persons), "validation": len(faces.validation.persons)},
        "pictures_without_face": faces.without_face,
        "unreadable_pictures": len(faces.unreadable),
        "persons_left_out": faces.left_out,
        "validation_auc": {"start": fitted.start_auc, "best": fitted.best.auc},
        "epochs": [
            {"number": epoch.number, "loss": round(epoch.loss, 4), "auc": epoch.auc} for epoch in fitted.history
        ],
    }


def _tracked(result: FacenetTraining, config: FacenetConfig) -> FacenetTraining:
    """Log the run. The model is written by now, and a tracking server that is down does not undo it."""
    assert config.tracking.uri is not None  # noqa: S101 - narrows the type
    parameters = config.model_dump(mode="json", exclude={"output", "cache", "tracking", "data"})
    history = result.fitted.history
    try:
        run = log_run(
            config.tracking.uri,
            config.tracking.experiment,
            name=result.folder.id,
            parameters=parameters,
            metrics={"auc.start": result.fitted.start_auc, "auc.best": result.fitted.best.auc},
            tags={"model_sha256": result.folder.digest, "data_sha256": result.faces.digest},
            artifacts=[config.output / "model.json", config.output / "metrics.json"],
            history={"loss": [epoch.loss for epoch in history], "auc": [epoch.auc for epoch in history]},
            data=[TrackedData(config.data.pictures.name, result.faces.digest, "training")],
        )
    except Exception as error:  # noqa: BLE001 - MLflow raises many kinds, and none may cost the training
        return replace(result, tracking_error=f"{type(error).__name__}: {error}")
    return replace(result, run=run)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
