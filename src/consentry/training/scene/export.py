"""Writes a scene network as it ships: the graph that serving runs, and the weights for those who train on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import nn

from consentry.runtime import ModelFolder
from consentry.signals.scene.preprocessing import network_batch
from consentry.signals.scene.scorer import HEADS, OUTPUTS
from consentry.training.data.pictures import read_frames
from consentry.training.errors import TrainingError
from consentry.training.onnx_export import export_graph, largest_difference
from consentry.training.scene.backbone import BACKBONES, Backbone, FeatureNetwork, architecture_of
from consentry.training.scene.network import SceneNetwork, SceneOutputs
from consentry.training.scene.targets import Label
from consentry.writing import writing

GRAPH: Final = "graph.onnx"
WEIGHTS: Final = "weights.safetensors"

_LARGEST_DIFFERENCE: Final = 2e-4
"""Between torch and the exported graph, in logits."""
_PICTURES_COMPARED: Final = 8


def export_scene(
    backbone: nn.Module, outputs: SceneOutputs, folder: Path, *, side: int, pictures: Sequence[Path]
) -> float:
    """Write ``graph.onnx`` and ``weights.safetensors``.

    The weights are written with half the precision, and the graph from what can be read back of them, so that both
    are one and the same network.

    Args:
        backbone: With its weights.
        outputs: On its pooled features.
        folder: Where to.
        side: Pixels of the square that the network sees.
        pictures: Files that can be read; torch and the graph are compared on some of them.

    Returns:
        The largest difference between the two, in logits.

    Raises:
        TrainingError: ``training.export`` if they differ by more than 2e-4.
    """
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    network = SceneNetwork(FeatureNetwork(backbone), outputs).eval()
    halved = {
        name: value.half() if value.is_floating_point() else value for name, value in network.state_dict().items()
    }
    with writing(folder / WEIGHTS):
        save_file({name: value.contiguous() for name, value in halved.items()}, folder / WEIGHTS)
    network.load_state_dict(halved)
    example = torch.zeros((2, side, side, 3), dtype=torch.uint8)
    path = export_graph(network, folder / GRAPH, example, outputs=list(OUTPUTS))
    chosen = pictures[:: max(1, len(pictures) // _PICTURES_COMPARED)][:_PICTURES_COMPARED]
    batch = network_batch([read_frames(picture)[0] for picture in chosen], side)
    difference = largest_difference(network, path, batch)
    if difference > _LARGEST_DIFFERENCE:
        raise TrainingError(
            f"The exported graph differs from the network by {difference:.1e} in a logit.",
            "Use the pinned versions of torch, onnx and openvino.",
            code="training.export",
        )
    return difference


def load_scene_network(folder: ModelFolder) -> SceneNetwork:
    """The network of a model folder in torch, digests checked: to look into it, or to train on.

    Raises:
        ModelError: A file is missing or damaged.
        TrainingError: ``training.config`` if its backbone is none that this version knows.
    """
    from safetensors.torch import load_file

    described: Mapping[str, Any] = folder.manifest
    backbone = _backbone_of(described)
    labels = tuple(Label(str(label["name"]), str(label["context"])) for label in described["labels"])
    tensors = load_file(folder.file("weights"))
    shape = (len(labels) + len(HEADS) + 1, tensors["labels.weight"].shape[1])
    empty = SceneOutputs(labels, np.zeros(shape), np.zeros(shape[0]), np.ones((len(HEADS), 2)))
    network = SceneNetwork(FeatureNetwork(architecture_of(backbone)), empty)
    network.load_state_dict(tensors)
    return network.eval()


def _backbone_of(described: Mapping[str, Any]) -> Backbone:
    name = described.get("training", {}).get("backbone")
    if name not in BACKBONES:
        raise TrainingError(
            f"The model has the backbone {json.dumps(name)}, which is none of {', '.join(BACKBONES)}.",
            "Use the version of Consentry that made it.",
        )
    return BACKBONES[name]
