"""The three networks of MTCNN, with facenet-pytorch's weights (MIT), normalisation inside.

Source: Zhang et al., "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks", 2016, as
implemented and trained in ``facenet-pytorch==2.5.3``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from consentry.training.package_file import PackageFile


def _file(name: str, sha256: str) -> PackageFile:
    return PackageFile(
        package="facenet-pytorch",
        version="2.5.3",
        module="facenet_pytorch",
        path=f"data/{name}.pt",
        sha256=sha256,
        licence="MIT",
        credit="Tim Esler, facenet-pytorch; after Zhang et al. 2016 and David Sandberg's facenet",
    )


MTCNN_WEIGHTS = {
    "proposal": _file("pnet", "a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f"),
    "refinement": _file("rnet", "bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86"),
    "output": _file("onet", "165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d"),
}
MTCNN_OUTPUTS = {
    "proposal": ("regression", "probability"),
    "refinement": ("regression", "probability"),
    "output": ("regression", "points", "probability"),
}
WINDOWS = {"proposal": 12, "refinement": 24, "output": 48}
"""Side of the window that each network looks at, in pixels."""


_NEVER = 1e4
"""Taken off what a pooling cell must not see; activations are smaller by far."""


class MtcnnStage(nn.Module):
    """One network: float32 pixels (N, H, W, 3) in 0-255 to its outputs, the face's probability alone of the two."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """See the class."""
        *others, probabilities = self.network((pixels.permute(0, 3, 1, 2) - 127.5) * 0.0078125)
        return (*others, probabilities[:, 1])


class ProposalStage(MtcnnStage):
    """The first network over a canvas with many pictures on it; see `consentry.signals.faces.pyramid`.

    It is fully convolutional: its outputs have a grid of windows behind the channels. A pixel of ``NO_PIXEL`` (-1)
    belongs to no picture. Where a picture has an odd side, its last pooling cell is only half covered, and the original
    network, which sees that picture alone, takes the maximum over the covered half (``ceil_mode``). So the first
    convolution's windows that reach such a pixel are kept out of the maximum, and the outputs are those of each picture
    alone.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__(network)
        last_pixel = torch.zeros(1, 3, 3, 3)
        last_pixel[0, 0, 2, 2] = 1.0
        self.register_buffer("last_pixel", last_pixel)

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """See the class."""
        network = self.network
        x = network.prelu1(network.conv1((pixels.permute(0, 3, 1, 2) - 127.5) * 0.0078125))  # type: ignore[operator]
        # A window's last pixel, right and below, is the first to leave the picture.
        last = nn.functional.conv2d(pixels.permute(0, 3, 1, 2), self.get_buffer("last_pixel"))
        absent = (last < 0.0).to(x.dtype)
        x = network.pool1(x - absent * _NEVER)  # type: ignore[operator]
        x = network.prelu3(network.conv3(network.prelu2(network.conv2(x))))  # type: ignore[operator]
        probabilities = network.softmax4_1(network.conv4_1(x))  # type: ignore[operator]
        return network.conv4_2(x), probabilities[:, 1]  # type: ignore[operator]


def load_mtcnn_stage(stage: str) -> MtcnnStage:
    """One of ``proposal``, ``refinement``, ``output`` with its weights.

    Raises:
        ThirdPartyFileError: facenet-pytorch is missing, or not the pinned version.
    """
    weights = torch.load(MTCNN_WEIGHTS[stage].locate(), weights_only=True)
    from facenet_pytorch.models import mtcnn

    network = {"proposal": mtcnn.PNet, "refinement": mtcnn.RNet, "output": mtcnn.ONet}[stage](pretrained=False)
    network.load_state_dict(weights)
    return (ProposalStage if stage == "proposal" else MtcnnStage)(network).eval()
