"""The scene network in torch: a backbone, and linear outputs on its pooled features.

A linear output behind global average pooling is the average of the same output applied to every cell (Zhou et al.
2016). So all outputs are one 1x1 convolution, biases included: a cell of an output's map is what it would be if the
whole picture were like that cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from consentry.signals.scene.scorer import HEADS
from consentry.training.scene.predictions import CONTEXT_OF
from consentry.training.scene.targets import Label

Values = NDArray[np.float64]

_LEAST_PROBABILITY: Final = 1e-12
"""Keeps logarithms finite."""


@dataclass(frozen=True)
class SceneOutputs:
    """The linear outputs on pooled features, and how the context heads are put together from them.

    Outputs stand in this order: the labels' logits, one direct logit for each context head, and log10(people + 1).

    Attributes:
        labels: Of the network.
        weights: Shape (labels + heads + 1, channels).
        biases: Shape (labels + heads + 1,).
        mixture: Shape (heads, 2): what the log-odds from the labels and the direct logit are multiplied with before
            they are added up.
    """

    labels: tuple[Label, ...]
    weights: Values
    biases: Values
    mixture: Values

    def linear(self, features: NDArray[np.float32]) -> Values:
        """All outputs of features of shape (n, channels)."""
        outputs: Values = features.astype(np.float64) @ self.weights.T + self.biases
        return outputs


def label_members(labels: tuple[Label, ...]) -> NDArray[np.bool_]:
    """Which labels belong to each head's context, shape (heads, labels)."""
    return np.array([[label.context == CONTEXT_OF[head] for label in labels] for head in HEADS], dtype=np.bool_)


def label_log_odds(label_logits: Values, labels: tuple[Label, ...]) -> Values:
    """Log-odds of each head's context from logits of labels, shape (n, labels) to (n, heads)."""
    from scipy.special import logsumexp

    members = label_members(labels)
    sides = [
        logsumexp(label_logits[:, members[head]], axis=1) - logsumexp(label_logits[:, ~members[head]], axis=1)
        for head in range(len(HEADS))
    ]
    return np.stack(sides, axis=1)


def head_logits(outputs: Values, labels: tuple[Label, ...], mixture: Values) -> Values:
    """The heads' logits, shape (n, heads), from all linear outputs."""
    count = len(labels)
    direct = outputs[:, count : count + len(HEADS)]
    mixed: Values = mixture[:, 0] * label_log_odds(outputs[:, :count], labels) + mixture[:, 1] * direct
    return mixed


class SceneNetwork(nn.Module):
    """Pixels (N, side, side, 3), uint8 RGB, to what is served.

    ``logits`` (N, heads); ``activation_maps`` (N, heads + 1, rows, columns); ``crowd`` (N, 1), log10(people + 1);
    ``labels`` (N, labels), probabilities.

    A head's logit is not linear in the labels' logits. Its map is the linearisation at this picture: the maps of the
    labels of its context minus those of the others, each weighted by its share of that side's probability, plus the
    map of the direct logit, and shifted so that the mean over the cells is the head's logit. The last map is that of
    the crowd output, which is linear.
    """

    members: Tensor
    mixture_labels: Tensor
    mixture_direct: Tensor

    def __init__(self, features: nn.Module, outputs: SceneOutputs) -> None:
        """Put it together.

        Args:
            features: Pixels to the last feature map, (N, channels, rows, columns).
            outputs: On the pooled features.
        """
        super().__init__()
        self.features = features
        labels = len(outputs.labels)
        # Three convolutions, not one that is sliced: onnx2torch's slices are deprecated in torch.
        self.labels = _convolution(outputs, slice(0, labels))
        self.direct = _convolution(outputs, slice(labels, labels + len(HEADS)))
        self.crowd = _convolution(outputs, slice(labels + len(HEADS), None))
        self.register_buffer("members", torch.from_numpy(label_members(outputs.labels)).float())
        self.register_buffer("mixture_labels", torch.from_numpy(outputs.mixture[:, 0].copy()).float())
        self.register_buffer("mixture_direct", torch.from_numpy(outputs.mixture[:, 1].copy()).float())

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Run it."""
        features = self.features(pixels)
        label_maps, direct_maps, crowd_map = self.labels(features), self.direct(features), self.crowd(features)
        cells = tuple(features.shape[-2:])
        labels = torch.softmax(_pooled(label_maps, cells), dim=1)
        inside = torch.matmul(labels, self.members.T).clamp(min=_LEAST_PROBABILITY)
        outside = torch.matmul(labels, 1 - self.members.T).clamp(min=_LEAST_PROBABILITY)
        log_odds = torch.log(inside) - torch.log(outside)
        logits = self.mixture_labels * log_odds + self.mixture_direct * _pooled(direct_maps, cells)
        shares = labels.unsqueeze(1) * (self.members / inside.unsqueeze(2) - (1 - self.members) / outside.unsqueeze(2))
        head_maps = self.mixture_labels[:, None] * torch.matmul(shares, label_maps.flatten(2))
        head_maps = head_maps + self.mixture_direct[:, None] * direct_maps.flatten(2)
        head_maps = head_maps.unflatten(2, cells)
        shift = logits - _pooled(head_maps, cells)
        shown = torch.cat([head_maps + shift[:, :, None, None], crowd_map], dim=1)
        return logits, shown, _pooled(crowd_map, cells), labels


def _pooled(maps: Tensor, cells: tuple[int, ...]) -> Tensor:
    # Not ``maps.mean((2, 3))``: that becomes a ReduceMean, which onnx2torch cannot turn back for CUDA.
    return functional.avg_pool2d(maps, cells).squeeze((2, 3))


def _convolution(outputs: SceneOutputs, rows: slice) -> nn.Conv2d:
    weights, biases = outputs.weights[rows], outputs.biases[rows]
    convolution = nn.Conv2d(weights.shape[1], weights.shape[0], kernel_size=1)
    with torch.no_grad():
        convolution.weight.copy_(torch.from_numpy(weights)[:, :, None, None])
        convolution.bias.copy_(torch.from_numpy(biases))  # type: ignore[union-attr]  # made with a bias
    return convolution
