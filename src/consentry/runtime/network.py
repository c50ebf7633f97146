"""Loading an exported graph where the settings say: OpenVINO on a CPU, torch on CUDA."""

from __future__ import annotations

from pathlib import Path

from consentry.runtime.errors import RuntimeDeviceError
from consentry.runtime.protocol import Network
from consentry.runtime.settings import RuntimeSettings


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
