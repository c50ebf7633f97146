"""What every network must do, whatever runs it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.runtime import RuntimeDeviceError, RuntimeSettings, load_network


def batch(rows: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (rows, 6), dtype=np.uint8)


@pytest.mark.parametrize("rows_at_once", [1, 4])
def test_the_cpu_runtime_computes_what_torch_computes(small_graph: Path, rows_at_once: int) -> None:
    served = load_network(small_graph, RuntimeSettings(threads=2), rows=rows_at_once)(batch(9))
    torch = load_network(small_graph, RuntimeSettings(device="torch-cpu"))(batch(9))
    assert [output.shape for output in served] == [(9, 4), (9, 1)]
    for ours, theirs in zip(served, torch, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-3)


@settings(max_examples=30, deadline=None)
@given(rows=st.integers(1, 23), cut=st.integers(0, 23), at_once=st.sampled_from([1, 3, 8]))
def test_a_row_does_not_depend_on_its_neighbours(small_graph: Path, rows: int, cut: int, at_once: int) -> None:
    network = load_network(small_graph, RuntimeSettings(threads=2), rows=at_once)
    whole = network(batch(rows))
    cut = min(cut, rows)
    parts = [network(batch(rows)[:cut]), network(batch(rows)[cut:])]
    for index, output in enumerate(whole):
        assert np.concatenate([part[index] for part in parts]).tobytes() == output.tobytes()


@pytest.mark.parametrize("device", ["cpu", "torch-cpu"])
def test_no_rows_in_no_rows_out(small_graph: Path, device: str) -> None:
    outputs = load_network(small_graph, RuntimeSettings(device=device))(batch(0))  # type: ignore[arg-type]
    assert [output.shape for output in outputs] == [(0, 4), (0, 1)]


def test_several_threads_may_share_a_network(small_graph: Path) -> None:
    network = load_network(small_graph, RuntimeSettings(threads=2))
    expected = [network(batch(5, seed))[0] for seed in range(8)]
    found: dict[int, np.ndarray] = {}

    def run(seed: int) -> None:
        found[seed] = network(batch(5, seed))[0]

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(found[seed], expected[seed]) for seed in range(8))


def test_cuda_without_a_gpu_says_what_to_do(small_graph: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(RuntimeDeviceError, match="cpu") as raised:
        load_network(small_graph, RuntimeSettings(device="cuda"))
    assert raised.value.code == "runtime.device"


def test_cuda_without_torch_says_what_to_install(small_graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "consentry.runtime.torch_network", raising=False)
    with pytest.raises(RuntimeDeviceError, match=r"consentry\[train\]"):
        load_network(small_graph, RuntimeSettings(device="cuda"))


def test_threads_are_those_that_the_process_may_use() -> None:
    assert RuntimeSettings(threads=3).resolved_threads() == 3
    assert RuntimeSettings().resolved_threads() >= 1


def test_serving_loads_neither_torch_nor_telemetry(small_graph: Path) -> None:
    script = (
        "import sys, numpy as np\n"
        "from pathlib import Path\n"
        "from consentry.runtime import load_network\n"
        f"load_network(Path({str(small_graph)!r}))(np.zeros((1, 6), np.uint8))\n"
        "print([name for name in ('torch', 'onnx', 'openvino_telemetry') if sys.modules.get(name)])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
