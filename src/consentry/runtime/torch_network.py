"""Graphs by torch: the same ONNX file, turned into a torch module. For CUDA, and for comparison on a CPU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from onnx2torch import convert
from onnx2torch.node_converters.pad import OnnxPadDynamic
from onnx2torch.node_converters.registry import add_converter
from onnx2torch.onnx_graph import OnnxGraph
from onnx2torch.onnx_node import OnnxNode
from onnx2torch.utils.common import OnnxMapping, OperationConverterResult

from consentry.runtime.errors import RuntimeDeviceError
from consentry.runtime.protocol import Batch
from consentry.runtime.settings import RuntimeSettings


@add_converter(operation_type="Pad", version=18)  # type: ignore[untyped-decorator]  # onnx2torch has no types
def _pad(node: OnnxNode, graph: OnnxGraph) -> OperationConverterResult:  # noqa: ARG001 - the registry's signature
    """Padding of opset 18 with pads and value alone means what it meant in opset 13, which onnx2torch knows."""
    if len(node.input_values) > 3:
        raise NotImplementedError("Pad with axes")
    return OperationConverterResult(
        torch_module=OnnxPadDynamic(mode=node.attributes.get("mode", "constant")),
        onnx_mapping=OnnxMapping(inputs=node.input_values, outputs=node.output_values),
    )


class TorchNetwork:
    """An ONNX graph as a torch module on a device."""

    def __init__(self, graph: Path, settings: RuntimeSettings) -> None:
        if settings.device == "cuda" and not torch.cuda.is_available():
            raise RuntimeDeviceError(
                "torch finds no CUDA device here.", 'Use the device "cpu", or install a driver that torch can use.'
            )
        self._device = torch.device("cuda" if settings.device == "cuda" else "cpu")
        self._autocast = settings.precision == "bf16"
        self._module = convert(str(graph)).eval().to(self._device)

    def __call__(self, batch: Batch) -> tuple[Batch, ...]:
        """Run a batch; see `Network`."""
        with torch.inference_mode(), torch.autocast(self._device.type, torch.bfloat16, enabled=self._autocast):
            outputs = self._module(torch.from_numpy(np.ascontiguousarray(batch)).to(self._device))
        if isinstance(outputs, torch.Tensor):
            outputs = (outputs,)
        return tuple(output.float().cpu().numpy() for output in outputs)
