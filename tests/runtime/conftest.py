"""A small real graph: what a network is to the runtime, without a megabyte of weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper


def write_graph(path: Path) -> Path:
    """uint8 (rows, 6) to float (rows, 4) and (rows, 1): a matrix product and its sum."""
    weights = np.random.default_rng(7).normal(size=(6, 4)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["pixels"], ["x"], to=TensorProto.FLOAT),
            helper.make_node("MatMul", ["x", "weights"], ["product"]),
            helper.make_node("ReduceSum", ["product", "axis"], ["total"], keepdims=1),
        ],
        "small",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["rows", 6])],
        [
            helper.make_tensor_value_info("product", TensorProto.FLOAT, ["rows", 4]),
            helper.make_tensor_value_info("total", TensorProto.FLOAT, ["rows", 1]),
        ],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.array([1], np.int64), "axis")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, path)
    return path


@pytest.fixture(scope="session")
def small_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph, in a file."""
    return write_graph(tmp_path_factory.mktemp("graph") / "small.onnx")
