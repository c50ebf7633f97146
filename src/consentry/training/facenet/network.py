"""facenet-pytorch's InceptionResnetV1: loading weights without unpickling, and the form that is exported."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from consentry.signals.faces.facenet import SIDE
from consentry.training.errors import TrainingError
from consentry.training.facenet.weights import FacenetWeights
from consentry.training.package_file import ThirdPartyFileError
from consentry.writing import writing

SIZE: Final = 512
"""Numbers of an embedding."""


class FacenetNetwork(nn.Module):
    """Crops, (N, 160, 160, 3) uint8 RGB, to embeddings of unit length, (N, 512)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised as facenet-pytorch's ``fixed_image_standardization`` does it."""
        values = (pixels.permute(0, 3, 1, 2).float() - 127.5) / 128.0
        embeddings: Tensor = self.network(values)
        return embeddings


def new_network(*, dropout: float = 0.6) -> nn.Module:
    """InceptionResnetV1 with random weights.

    Args:
        dropout: Share of pooled features that are left out in training.
    """
    from facenet_pytorch import InceptionResnetV1

    network: nn.Module = InceptionResnetV1(pretrained=None, classify=False, dropout_prob=dropout)
    return network


def load_network(weights: FacenetWeights, *, dropout: float = 0.6) -> nn.Module:
    """InceptionResnetV1 with weights from a file; the classifier that published files carry is left out.

    Raises:
        ThirdPartyFileError: The file is missing or not the one meant.
        TrainingError: ``training.weights`` if it does not hold the weights of this network.
    """
    try:
        state = _tensors(weights)
        network = new_network(dropout=dropout)
        network.load_state_dict({name: value for name, value in state.items() if not name.startswith("logits.")})
    except (RuntimeError, ValueError, TypeError, AttributeError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TrainingError(
            f"{weights.path} does not hold the weights of InceptionResnetV1: {reason}",
            "Give a state dict as facenet-pytorch publishes it, or a safetensors file of `consentry train faces`.",
            code="training.weights",
        ) from error
    return network.eval()


def _tensors(weights: FacenetWeights) -> dict[str, Tensor]:
    if weights.path.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return load_file(weights.locate())
        except SafetensorError as error:
            raise ValueError(str(error)) from error
    try:
        state = torch.load(weights.locate(), map_location="cpu", weights_only=True)
    except ThirdPartyFileError:
        raise
    except Exception as error:  # the reader fails in many ways on what is no state dict, or more than one
        raise ValueError("it is no file of tensors and nothing else") from error
    return dict(state)


def save_network(network: nn.Module, path: Path) -> None:
    """Write a network's weights as safetensors."""
    from safetensors.torch import save_file

    with writing(path):
        save_file({name: value.detach().contiguous().cpu() for name, value in network.state_dict().items()}, path)


def example() -> Tensor:
    """Two crops, for the export."""
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (2, SIDE, SIDE, 3), generator=generator, dtype=torch.uint8)
