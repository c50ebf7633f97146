"""Torch modules to ONNX graphs, and the check that the graph computes what the module did."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from consentry.runtime import RuntimeSettings, load_network
from consentry.writing import write_bytes

OPSET = 18


def export_graph(
    module: nn.Module, path: Path, example: torch.Tensor, *, outputs: Sequence[str], dynamic: Sequence[int] = (0,)
) -> Path:
    """Export a module of one input to an ONNX file that is the same, byte for byte, every time.

    Args:
        module: In evaluation mode.
        path: Where the graph goes.
        example: An input, at least two rows.
        outputs: Names of the outputs.
        dynamic: Axes of the input whose size may vary.

    Returns:
        ``path``.
    """
    names = {0: "rows", 1: "height", 2: "width"}
    shapes = {axis: torch.export.Dim(names[axis]) if axis == 0 else torch.export.Dim.DYNAMIC for axis in dynamic}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's exporter warns about its own internals
        program = torch.onnx.export(
            module.eval(),
            (example,),
            dynamo=True,
            opset_version=OPSET,
            input_names=["pixels"],
            output_names=list(outputs),
            dynamic_shapes=(shapes,),
            optimize=True,
            verbose=False,
        )
    if program is None:  # pragma: no cover - torch documents the case, the exporter never showed it
        raise RuntimeError("torch.onnx.export returned nothing")
    _strip_provenance(program.model_proto, path)
    return path


def _strip_provenance(model: object, path: Path) -> None:
    """Write the graph without the exporter's notes (source lines, paths), which differ from machine to machine."""
    import onnx

    assert isinstance(model, onnx.ModelProto)  # noqa: S101 - narrows the type
    model.doc_string = ""
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
        if node.op_type == "Reshape":
            # The exporter marks zeros in shapes as meant literally. Ours have none but an empty batch, where both
            # readings agree; onnx2torch, which serves on CUDA, does not know the mark.
            kept = [attribute for attribute in node.attribute if attribute.name != "allowzero"]
            del node.attribute[:]
            node.attribute.extend(kept)
    del model.graph.value_info[:]
    write_bytes(path, model.SerializeToString(deterministic=True))


def largest_difference(module: nn.Module, graph: Path, batch: NDArray[np.generic]) -> float:
    """The largest absolute difference between a module's outputs and the serving runtime's on the same batch."""
    with torch.inference_mode():
        expected = module.eval()(torch.from_numpy(batch))
    if isinstance(expected, torch.Tensor):
        expected = (expected,)
    served = load_network(graph, RuntimeSettings(threads=1))(batch)
    return max(float(np.abs(a.numpy() - b).max()) for a, b in zip(expected, served, strict=True))
