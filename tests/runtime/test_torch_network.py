"""Every graph that ships runs on torch too, which is what serves it on CUDA."""

from __future__ import annotations

import numpy as np
import pytest

from consentry.runtime import ModelFolder, RuntimeSettings, load_network

INPUTS = {
    ("faces", "proposal"): ((2, 96, 128, 3), np.float32),
    ("faces", "refinement"): ((3, 24, 24, 3), np.float32),
    ("faces", "output"): ((3, 48, 48, 3), np.float32),
    ("faces", "embedding"): ((2, 150, 150, 3), np.uint8),
    ("scene", "graph"): ((2, 192, 192, 3), np.uint8),
}


@pytest.mark.parametrize(("model", "role"), INPUTS, ids="-".join)
def test_torch_computes_what_the_cpu_runtime_does(model: str, role: str) -> None:
    shape, kind = INPUTS[model, role]
    batch = np.random.default_rng(0).integers(0, 256, shape).astype(kind)
    graph = ModelFolder.open(model).file(role)
    ours = load_network(graph, RuntimeSettings(threads=1))(batch)
    theirs = load_network(graph, RuntimeSettings(device="torch-cpu"))(batch)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, atol=1e-3, rtol=1e-3)


def test_every_shipped_graph_is_covered() -> None:
    shipped = {
        (name, role)
        for name in ("faces", "scene")
        for role, entry in ModelFolder.open(name).manifest["files"].items()
        if entry["path"].endswith(".onnx")
    }
    assert shipped == set(INPUTS)
