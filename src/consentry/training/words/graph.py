"""The trained network as the graph that ships: tokens in, calibrated probabilities out, weights as 8-bit numbers.

Weights of a row (of one output, or of one piece) share a scale, the largest of them over 127; biases and norms stay as
they are. OpenVINO keeps the 8-bit numbers in memory.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from consentry.training.words.encoder import HEADS, POSITIONS, WIDTH
from consentry.training.words.network import WordsNetwork
from consentry.writing import write_bytes

_OPSET: Final = 17
_EPSILON: Final = 1e-12
_MASKED: Final = -1e4


def write_graph(path: Path, network: WordsNetwork) -> Path:
    """Write the graph: input ``tokens`` (rows, length), 64-bit numbers, 0 where there is none.

    Args:
        path: Where it goes.
        network: The trained one, calibrated.

    Returns:
        ``path``.
    """
    import onnx
    from onnx import TensorProto, helper

    graph = _Graph()
    there = graph.node("Cast", [graph.node("Greater", ["tokens", graph.number("zero", 0, np.int64)])], to=1)
    closed = graph.node("Sub", [there, graph.number("one", 1)])
    mask = graph.node("Mul", [closed, graph.number("masked", -_MASKED)])
    mask = graph.node("Unsqueeze", [mask, graph.constant("axes", np.array([1, 2]))])
    rows = _embedded(graph, network)
    for number, layer in enumerate(network.layers):
        rows = _layer(graph, layer, f"l{number}", rows, mask)
    column = graph.node("Unsqueeze", [there, graph.constant("last", np.array([2]))])
    first = graph.constant("first", np.array([1]))
    total = graph.node("ReduceSum", [graph.node("Mul", [rows, column]), first], keepdims=0)
    mean = graph.node("Div", [total, graph.node("ReduceSum", [there, first], keepdims=1)])
    weight, bias = _array(network.head.weight).T.copy(), _array(network.head.bias)
    logits = graph.node("Gemm", [mean, graph.constant("head.w", weight), graph.constant("head.b", bias)])
    graph.nodes.append(helper.make_node("Sigmoid", [logits], ["probabilities"]))
    made = helper.make_graph(
        graph.nodes,
        "words",
        [helper.make_tensor_value_info("tokens", TensorProto.INT64, ["rows", "length"])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["rows", weight.shape[1]])],
        graph.initializers,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    write_bytes(path, model.SerializeToString(deterministic=True))
    return path


class _Graph:
    """Nodes and constants, named as they come."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.initializers.append(numpy_helper.from_array(value, name))
        return name

    def number(self, name: str, value: float, kind: type = np.float32) -> str:
        return self.constant(name, np.array(value, dtype=kind))

    def node(self, operator: str, inputs: list[str], **attributes: Any) -> str:
        from onnx import helper

        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def dense(self, rows: str, name: str, linear: Any) -> str:
        """``rows`` times the layer's weights, which are kept as 8-bit numbers with a scale an output."""
        numbers, scales = eight_bit(_array(linear.weight))
        weight = self.node(
            "DequantizeLinear",
            [self.constant(f"{name}.w", numbers.T.copy()), self.constant(f"{name}.s", scales)],
            axis=1,
        )
        return self.node("Add", [self.node("MatMul", [rows, weight]), self.constant(f"{name}.b", _array(linear.bias))])

    def normed(self, rows: str, name: str, norm: Any) -> str:
        weight, bias = self.constant(f"{name}.w", _array(norm.weight)), self.constant(f"{name}.b", _array(norm.bias))
        return self.node("LayerNormalization", [rows, weight, bias], axis=-1, epsilon=_EPSILON)


def eight_bit(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as whole numbers from -127 to 127, and the scale of each row."""
    scales = (np.abs(weights).max(axis=1) / 127).astype(np.float32)
    scales[scales == 0] = 1.0
    return np.round(weights / scales[:, None]).astype(np.int8), scales


def _embedded(graph: _Graph, network: WordsNetwork) -> str:
    numbers, scales = eight_bit(_array(network.word.weight))
    pieces = graph.node("Cast", [graph.node("Gather", [graph.constant("word", numbers), "tokens"])], to=1)
    scale = graph.node("Gather", [graph.constant("word.s", scales[:, None]), "tokens"])
    positions = graph.constant("position", _array(network.position.weight)[:POSITIONS])
    length = graph.node("Slice", [graph.node("Shape", ["tokens"]), *_bounds(graph, "length", 1, 2)])
    begin, axis = graph.constant("begin", np.array([0])), graph.constant("axis", np.array([0]))
    placed = graph.node("Slice", [positions, begin, length, axis])
    summed = graph.node("Add", [graph.node("Mul", [pieces, scale]), placed])
    return graph.normed(summed, "norm", network.norm)


def _bounds(graph: _Graph, name: str, start: int, end: int) -> list[str]:
    return [graph.constant(f"{name}.start", np.array([start])), graph.constant(f"{name}.end", np.array([end]))]


def _layer(graph: _Graph, layer: Any, name: str, rows: str, mask: str) -> str:
    shape = graph.constant(f"{name}.heads", np.array([0, 0, HEADS, WIDTH // HEADS]))
    heads = [graph.node("Reshape", [graph.dense(rows, f"{name}.{part}", getattr(layer, part)), shape]) for part in "qkv"]
    q, v = (graph.node("Transpose", [part], perm=[0, 2, 1, 3]) for part in (heads[0], heads[2]))
    k = graph.node("Transpose", [heads[1]], perm=[0, 2, 3, 1])
    scores = graph.node("Mul", [graph.node("MatMul", [q, k]), graph.number(f"{name}.scale", (WIDTH // HEADS) ** -0.5)])
    seen = graph.node("MatMul", [graph.node("Softmax", [graph.node("Add", [scores, mask])], axis=-1), v])
    flat = graph.constant(f"{name}.flat", np.array([0, 0, WIDTH]))
    seen = graph.node("Reshape", [graph.node("Transpose", [seen], perm=[0, 2, 1, 3]), flat])
    rows = graph.normed(graph.node("Add", [rows, graph.dense(seen, f"{name}.ao", layer.ao)]), f"{name}.aln", layer.aln)
    inner = graph.dense(rows, f"{name}.fi", layer.fi)
    half = graph.node("Mul", [inner, graph.number(f"{name}.half", 0.5)])
    bent = graph.node("Erf", [graph.node("Mul", [inner, graph.number(f"{name}.root", 2**-0.5)])])
    inner = graph.node("Mul", [half, graph.node("Add", [bent, graph.number(f"{name}.up", 1)])])
    return graph.normed(graph.node("Add", [rows, graph.dense(inner, f"{name}.fo", layer.fo)]), f"{name}.oln", layer.oln)


def _array(tensor: Any) -> NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float32)
