"""The trained scene model that a training begins with: found, opened, given outputs for new labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consentry.runtime import ModelError, ModelFolder, shipped_root
from consentry.runtime.model_folder import SHIPPED
from consentry.signals.scene.crowd import CrowdCalibration
from consentry.signals.scene.preprocessing import DESCRIPTION
from consentry.signals.scene.scorer import HEADS, MODEL_NAME
from consentry.training.data.label_maps import spelled_alike
from consentry.training.data.manifest import Row
from consentry.training.errors import TrainingError
from consentry.training.scene.backbone import BACKBONES, Backbone, TrainedBackbone
from consentry.training.scene.export import load_scene_network
from consentry.training.scene.folders import scene_folder
from consentry.training.scene.network import SceneOutputs, Values
from consentry.training.scene.targets import Label, Targets


@dataclass(frozen=True)
class SceneStart:
    """A trained model to begin with.

    Attributes:
        folder: The model.
        backbone: Its backbone, as it was trained.
        outputs: Its own, on pooled features.
    """

    folder: ModelFolder
    backbone: Backbone
    outputs: SceneOutputs

    @property
    def backbone_name(self) -> str:
        """The backbone's key in `scene_backbone.BACKBONES`."""
        return str(self.folder.manifest["training"]["backbone"])

    @property
    def side(self) -> int:
        """Pixels of the square that it sees."""
        return int(self.folder.manifest["preprocessing"]["side"])

    @property
    def crowd(self) -> CrowdCalibration | None:
        """How sure its estimate of people is; ``None`` if it makes none."""
        described = self.folder.manifest["calibration"].get("crowd")
        return None if described is None else CrowdCalibration.from_description(described)

    def described(self, labels: Sequence[Label]) -> dict[str, Any]:
        """What ``model.json`` of a model that began with it says of it.

        Args:
            labels: Of that model.
        """
        return {
            "model": self.folder.id,
            "model_sha256": self.folder.digest,
            "labels_kept": len(self.outputs.labels),
            "labels_new": [label.name for label in labels[len(self.outputs.labels) :]],
            "data": [str(data["name"]) for data in self.folder.manifest.get("data", [])],
        }


def find_start(given: str) -> ModelFolder:
    """The model that some words mean.

    Args:
        given: The path of a model's folder, of one with its versions, or of a folder of models; ``shipped``; or what
            such a path would be in a checkout (``models/scene/3``), or ``scene@3``, where the models came with an
            installed package.

    Raises:
        TrainingError: ``training.start`` if there is no such model.
    """
    for candidate in _candidates(given):
        if candidate.is_dir():
            try:
                folder = scene_folder(candidate)
            except ModelError:
                continue
            return ModelFolder.open(folder.name, root=folder.parent)
    raise TrainingError(
        f"There is no scene model {given!r} to begin with.",
        f"Give {SHIPPED!r}, or the path of a folder that holds model.json; `consentry models` lists what ships.",
        code="training.start",
    )


def _candidates(given: str) -> list[Path]:
    shipped = shipped_root() / MODEL_NAME
    if given == SHIPPED:
        return [shipped]
    path = Path(given)
    found = [path]
    parts = path.parts
    if parts[:1] == ("models",):
        found.append(shipped_root().joinpath(*parts[1:]))
    elif given.startswith((f"{MODEL_NAME}@", f"{MODEL_NAME}/")):
        found.append(shipped / given[len(MODEL_NAME) + 1 :])
    return found


def open_start(given: str) -> SceneStart:
    """Open the model that some words mean, digests checked.

    Args:
        given: As for `find_start`.

    Raises:
        TrainingError: ``training.start`` if there is no such model, or if it cannot be begun with.
        ModelError: A file of it is missing or damaged.
    """
    folder = find_start(given)
    manifest = folder.manifest
    if "weights" not in manifest["files"] or not manifest.get("labels"):
        raise _useless(folder, "has no weights to train on from, only a graph")
    if manifest.get("preprocessing", {}).get("description") != DESCRIPTION:
        raise _useless(folder, "was made for another preprocessing")
    network = load_scene_network(folder)
    parts = (network.labels, network.direct, network.crowd)
    weights = np.concatenate([part.weight.detach().numpy()[:, :, 0, 0] for part in parts]).astype(np.float64)
    biases = np.concatenate([part.bias.detach().numpy() for part in parts if part.bias is not None])
    mixture = np.stack([network.mixture_labels.numpy(), network.mixture_direct.numpy()], axis=1)
    labels = tuple(Label(str(label["name"]), str(label["context"])) for label in manifest["labels"])
    trained = TrainedBackbone(folder.file("weights"), str(manifest["files"]["weights"]["sha256"]))
    return SceneStart(
        folder=folder,
        backbone=replace(BACKBONES[str(manifest["training"]["backbone"])], trained=trained),
        outputs=SceneOutputs(labels, weights, biases.astype(np.float64), mixture.astype(np.float64)),
    )


def _useless(folder: ModelFolder, why: str) -> TrainingError:
    return TrainingError(
        f"{folder.id} cannot be begun with: it {why}.",
        f"Begin with {SHIPPED!r}, or with a model that this version of Consentry has trained.",
        code="training.start",
    )


def named_as_known(rows: Sequence[Row], known: Sequence[Label]) -> tuple[Row, ...]:
    """Rows whose finest words are spelled as a model's labels are, where they mean the same word."""
    names = {spelled_alike(label.name): label.name for label in reversed(known)}
    return tuple(replace(row, fine=names.get(spelled_alike(row.fine), row.fine)) if row.fine else row for row in rows)


def labels_from(known: Sequence[Label], rows: Sequence[Row], *, least: int) -> tuple[Label, ...]:
    """The labels of a model that begins with another: all of that one's, in their order, and behind them what is new.

    A word that the model knows as another context's goes over to the context that the rows have it in: whoever brings
    the pictures says what they stand for. Rows without a finer word bring no label of their own; see `with_labels`.

    Args:
        known: Labels of the model to begin with.
        rows: Training rows, with words from `named_as_known`.
        least: Rows that a new word needs.
    """
    counts = Counter((row.fine, row.context) for row in rows if row.fine and row.fine != row.context)
    times = Counter(label.name for label in known)
    labels: list[Label] = []
    for label in known:
        contexts = Counter({context: count for (word, context), count in counts.items() if word == label.name})
        moves = contexts and label.context not in contexts and times[label.name] == 1
        labels.append(Label(label.name, max(sorted(contexts), key=contexts.__getitem__)) if moves else label)
    new = {Label(word, context) for (word, context), count in counts.items() if count >= least} - set(labels)
    covered = {label.context for label in (*labels, *new)}
    new |= {Label(row.context, row.context) for row in rows if row.context not in covered}
    return (*labels, *sorted(new, key=lambda label: (label.context, label.name)))


def with_outputs_for(start: SceneOutputs, labels: tuple[Label, ...], features: NDArray[np.float32]) -> SceneOutputs:
    """A model's outputs, with further ones for labels that are new to it.

    A new label begins with the same logit for every picture: one that gives it, on average, the share of one label
    among all.

    Args:
        start: Of the model.
        labels: From `labels_from`.
        features: Of the training rows, shape (n, channels).
    """
    from scipy.special import logsumexp

    known, new = len(start.labels), len(labels) - len(start.labels)
    weights, biases = np.zeros((new, start.weights.shape[1])), np.zeros(new)
    if new:
        logits = start.linear(features)[:, :known]
        biases += float(np.mean(logsumexp(logits, axis=1))) - np.log(known)
    return SceneOutputs(
        labels=labels,
        weights=np.concatenate([start.weights[:known], weights, start.weights[known:]]),
        biases=np.concatenate([start.biases[:known], biases, start.biases[known:]]),
        mixture=start.mixture,
    )


def with_labels(targets: Targets, rows: Sequence[Row], outputs: Values) -> Targets:
    """Targets in which rows without a label of their own count as what a model takes them for, of their context.

    Args:
        targets: Of training rows.
        rows: Those rows.
        outputs: All outputs of the model to begin with, for the same labels, shape (n, outputs).
    """
    contexts = np.array([label.context for label in targets.labels])
    label = targets.label.copy()
    for number in np.flatnonzero(label < 0).tolist():
        members = np.flatnonzero(contexts == rows[number].context)
        label[number] = members[np.argmax(outputs[number, members])]
    return replace(targets, label=label)


def heads_without_examples(rows: Sequence[Row], context_of: Mapping[Any, str]) -> list[str]:
    """The heads of which no row shows the context, or all do: a model that begins with another keeps that one's.

    Raises:
        TrainingError: ``training.labels`` if that are all heads.
    """
    there = {row.context for row in rows}
    left: list[str] = [head for head in HEADS if context_of[head] not in there or there == {context_of[head]}]
    if len(left) == len(HEADS):
        raise TrainingError(
            "No two pictures differ in whether they show a private context or a public event, so there is nothing to "
            "learn.",
            "Add pictures of other kinds, or check what your classes stand for.",
            code="training.labels",
        )
    return left
