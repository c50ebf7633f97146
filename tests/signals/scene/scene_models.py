"""A scene model small enough to make in a test: a real graph whose answers can be worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

from consentry.runtime import ModelFolder, write_model_json
from consentry.signals.scene.preprocessing import DESCRIPTION

SIDE = 8
CELLS = 4


def write_tiny_model(root: Path, **changes: Any) -> ModelFolder:
    """A model whose private head likes red and whose public-event head likes green, on a grid of 4 x 4 cells.

    Each map is ``(colour - 127) / 16`` averaged over cells of 2 x 2 pixels; logits are the means of the maps.
    """
    folder = root / "scene"
    folder.mkdir(parents=True, exist_ok=True)
    weights = np.zeros((2, 3, 1, 1), dtype=np.float32)
    weights[0, 0] = weights[1, 1] = 1 / 16
    nodes = [
        helper.make_node("Cast", ["pixels"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["floats"], ["channels"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["channels", "weights", "biases"], ["fine"]),
        helper.make_node("AveragePool", ["fine"], ["activation_maps"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("GlobalAveragePool", ["activation_maps"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["rows", SIDE, SIDE, 3])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["rows", 2]),
            helper.make_tensor_value_info("activation_maps", TensorProto.FLOAT, ["rows", 2, CELLS, CELLS]),
        ],
        [
            numpy_helper.from_array(weights, "weights"),
            numpy_helper.from_array(np.full(2, -127 / 16, dtype=np.float32), "biases"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    checker.check_model(model)
    save(model, folder / "graph.onnx")
    manifest: dict[str, Any] = {
        "name": "scene",
        "version": "tiny",
        "files": {"graph": {"path": "graph.onnx"}},
        "heads": ["private_context", "public_event"],
        "preprocessing": {"side": SIDE, "description": DESCRIPTION},
        "calibration": {"private_context": calibration(1.0, 0.0), "public_event": calibration(0.5, -1.0)},
        "thresholds": {
            "private_context": {"low": 0.3, "high": 0.7, "decision": 0.5},
            "public_event": {"low": 0.2, "high": 0.6, "decision": 0.4},
        },
        **changes,
    }
    return write_model_json(folder, manifest)


def calibration(slope: float, intercept: float) -> dict[str, Any]:
    """A head's calibration with an interval that widens away from logit 0."""
    interval = {"logits": [-4.0, 0.0, 4.0], "low_offsets": [-1.0, -0.2, -1.0], "high_offsets": [1.0, 0.2, 1.0]}
    return {"slope": slope, "intercept": intercept, "interval": interval}


def plain(red: int, green: int, blue: int = 0, *, height: int = 20, width: int = 30) -> np.ndarray:
    """A picture of one colour."""
    picture = np.empty((height, width, 3), dtype=np.uint8)
    picture[:] = (red, green, blue)
    return picture
