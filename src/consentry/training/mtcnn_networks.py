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


class MtcnnStage(nn.Module):
    """One network: float32 pixels (N, H, W, 3) in 0-255 to its outputs, the face's probability alone of the two.

    The proposal network is fully convolutional: its outputs have a grid of windows behind the channels.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """See the class."""
        *others, probabilities = self.network((pixels.permute(0, 3, 1, 2) - 127.5) * 0.0078125)
        return (*others, probabilities[:, 1])


def load_mtcnn_stage(stage: str) -> MtcnnStage:
    """One of ``proposal``, ``refinement``, ``output`` with its weights.

    Raises:
        ThirdPartyFileError: facenet-pytorch is missing, or not the pinned version.
    """
    weights = torch.load(MTCNN_WEIGHTS[stage].locate(), weights_only=True)
    from facenet_pytorch.models import mtcnn

    network = {"proposal": mtcnn.PNet, "refinement": mtcnn.RNet, "output": mtcnn.ONet}[stage](pretrained=False)
    network.load_state_dict(weights)
    return MtcnnStage(network).eval()
