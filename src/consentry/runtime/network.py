"""Running an exported graph: OpenVINO on a CPU, torch on CUDA.

A `Network` takes a batch and gives a tuple of arrays. On a CPU the rows of a batch are independent requests of a fixed
shape: row *i* of every output depends on row *i* of the input alone, bit for bit, whatever came in the same batch.
That is what lets the library, the batch job and a cluster give identical assessments (see ``docs/runtime.md`` for
what it costs: nothing that could be measured).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from consentry.runtime.errors import RuntimeDeviceError

Batch = NDArray[np.generic]


class Network(Protocol):
    """A loaded network."""

    def __call__(self, batch: Batch) -> tuple[Batch, ...]:
        """Run a batch of shape (N, ...); each output has N rows. N may be 0."""
        ...


@dataclass(frozen=True)
class RuntimeSettings:
    """Where networks run.

    Attributes:
        device: ``cpu`` (OpenVINO), ``cuda`` (torch, needs the extra ``train``) or ``torch-cpu`` (the same path as
            ``cuda`` without a GPU; slow, for comparison).
        precision: ``f32`` is what calibration and thresholds were set with. ``bf16`` is faster where the CPU has AMX
            or AVX-512 BF16, and gives slightly other scores (docs/runtime.md).
        threads: CPU threads; 0 takes those that this process may use.
    """

    device: Literal["cpu", "cuda", "torch-cpu"] = "cpu"
    precision: Literal["f32", "bf16"] = "f32"
    threads: int = 0

    def resolved_threads(self) -> int:
        """The number of threads, 0 resolved."""
        return self.threads or len(os.sched_getaffinity(0))


def load_network(graph: Path, settings: RuntimeSettings = RuntimeSettings(), *, rows: int = 1) -> Network:
    """Load an ONNX graph.

    Args:
        graph: The file; its first axis must be the batch.
        settings: Where it runs.
        rows: Rows of one request on a CPU. 1 for networks whose one row fills the processor; more for very small
            ones, whose calls would cost more than their work. The last request is padded.

    Raises:
        RuntimeDeviceError: The device is not there.
    """
    if settings.device == "cpu":
        from consentry.runtime.openvino_network import OpenVinoNetwork

        return OpenVinoNetwork(graph, settings, rows=rows)
    try:
        from consentry.runtime.torch_network import TorchNetwork
    except ImportError as error:
        raise RuntimeDeviceError(
            f"The device {settings.device!r} needs torch, which is not installed.",
            'Install it with: pip install "consentry[train]", or use the device "cpu".',
        ) from error
    return TorchNetwork(graph, settings)
