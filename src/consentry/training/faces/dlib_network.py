"""dlib's face recognition network, read out of its own file format into torch.

Source of the weights: Davis King, ``dlib_face_recognition_resnet_model_v1.dat``, public domain (CC0), carried by the
package ``face-recognition-models``. Only that file of the package is used, and it is found without importing it.
Architecture: the network type ``anet_type`` of dlib's ``dnn_face_recognition_ex.cpp``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from consentry.training.package_file import PackageFile

DLIB_WEIGHTS = PackageFile(
    package="face-recognition-models",
    version="0.3.0",
    module="face_recognition_models",
    path="models/dlib_face_recognition_resnet_model_v1.dat",
    sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    licence="CC0-1.0 (public domain)",
    credit="Davis E. King, dlib-models",
)

CHIP_SIZE = 150
"""Side of the aligned face that the network takes, in pixels."""

# dlib's input_rgb_image: these means are taken off the channels, then all is divided by 256.
_MEANS = (122.782, 117.001, 104.298)
_STAGES = ((32, 3, False), (64, 4, True), (128, 3, True), (256, 3, True), (256, 1, True))


class _Convolution(nn.Module):
    """dlib's ``con`` followed by ``affine``: no padding where it strides, 'same' padding where it does not."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, size, stride, padding=0 if stride > 1 else size // 2)
        self.scale = nn.Parameter(torch.ones(outputs, 1, 1))
        self.shift = nn.Parameter(torch.zeros(outputs, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.convolution(x) * self.scale + self.shift
        return result


class _Residual(nn.Module):
    """dlib's ``ares`` and ``ares_down``; sums of unlike sizes are padded with zeros, as ``add_prev`` does."""

    def __init__(self, inputs: int, outputs: int, *, down: bool) -> None:
        super().__init__()
        self.first = _Convolution(inputs, outputs, 3, 2 if down else 1)
        self.second = _Convolution(outputs, outputs, 3, 1)
        self.down = down

    def forward(self, x: Tensor) -> Tensor:
        path = self.second(functional.relu(self.first(x)))
        if self.down:
            x = functional.avg_pool2d(x, 2, 2)
        rows, columns = max(path.shape[2], x.shape[2]), max(path.shape[3], x.shape[3])
        channels = max(path.shape[1], x.shape[1])
        return functional.relu(_grow(path, channels, rows, columns) + _grow(x, channels, rows, columns))


def _grow(x: Tensor, channels: int, rows: int, columns: int) -> Tensor:
    padding = (0, columns - x.shape[3], 0, rows - x.shape[2], 0, channels - x.shape[1])
    return functional.pad(x, padding) if any(padding) else x


class DlibFaceNetwork(nn.Module):
    """The network: aligned faces, uint8 (N, 150, 150, 3) RGB, to embeddings, float32 (N, 128), not of unit length.

    Embeddings are compared by L2 distance; dlib's own threshold for "same person" is 0.6.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("means", torch.tensor(_MEANS).view(1, 3, 1, 1))
        self.stem = _Convolution(3, 32, 7, 2)
        blocks: list[nn.Module] = []
        channels = 32
        for outputs, count, down in _STAGES:
            for index in range(count):
                blocks.append(_Residual(channels, outputs, down=down and index == 0))
                channels = outputs
        self.blocks = nn.Sequential(*blocks)
        self.embedding = nn.Linear(256, 128, bias=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """See the class."""
        means: Tensor = self.get_buffer("means")
        x = (pixels.permute(0, 3, 1, 2).float() - means) / 256.0
        x = functional.max_pool2d(functional.relu(self.stem(x)), 3, 2)
        x = self.blocks(x)
        # The map's size is known, so this is an ordinary pooling, which every runtime has.
        x = functional.avg_pool2d(x, x.shape[-1]).flatten(1)
        result: Tensor = self.embedding(x)
        return result


def load_dlib_face_network(path: Path | None = None) -> DlibFaceNetwork:
    """The network with dlib's weights.

    Args:
        path: The ``.dat`` file; by default that of the installed package. Its digest is checked either way.

    Raises:
        ThirdPartyFileError: The package or file is missing, or not the pinned one.
    """
    content = DLIB_WEIGHTS.locate(path).read_bytes()
    network = DlibFaceNetwork()
    convolutions = [module for module in network.modules() if isinstance(module, _Convolution)]
    kernels, affines = list(_tensors(content, "con_4")), list(_tensors(content, "affine_"))
    # The file holds the layers from the input upwards, in the order in which the modules are defined.
    with torch.no_grad():
        for module, kernel, affine in zip(convolutions, kernels, affines, strict=True):
            outputs = module.convolution.out_channels
            module.convolution.weight.copy_(torch.from_numpy(kernel[:-outputs]).view_as(module.convolution.weight))
            if module.convolution.bias is not None:
                module.convolution.bias.copy_(torch.from_numpy(kernel[-outputs:]))
            module.scale.copy_(torch.from_numpy(affine[:outputs]).view_as(module.scale))
            module.shift.copy_(torch.from_numpy(affine[outputs:]).view_as(module.shift))
        (linear,) = _tensors(content, "fc_2", integers_before=2)
        # dlib keeps the matrix as inputs x outputs, torch the other way round.
        network.embedding.weight.copy_(torch.from_numpy(linear).view(256, 128).T)
    return network.eval()


def _tensors(content: bytes, layer: str, *, integers_before: int = 0) -> Iterator[NDArray[np.float32]]:
    """The parameters of every layer of a kind, in file order.

    dlib writes an integer as a byte with its length (and sign) followed by that many little-endian bytes; a string as
    its length and its characters; a tensor as a version (2), four sizes and its float32 values. A fully connected layer
    has its numbers of outputs and inputs before its tensor.
    """
    name = b"\x01" + bytes([len(layer)]) + layer.encode()
    position = content.find(name)
    while position >= 0:
        cursor = position + len(name)
        integers = []
        for _ in range(integers_before + 5):
            length = content[cursor] & 0x0F
            integers.append(int.from_bytes(content[cursor + 1 : cursor + 1 + length], "little"))
            cursor += 1 + length
        version, *shape = integers[integers_before:]
        count = int(np.prod(shape))
        if version != 2 or cursor + 4 * count > len(content):
            raise struct.error(f"not a dlib tensor behind {layer} at byte {position}")
        yield np.frombuffer(content, "<f4", count, cursor).copy()
        position = content.find(name, cursor + 4 * count)
