"""Which runtime serves our graphs fastest on a CPU, side by side in one run. The table goes into docs/runtime.md.

Usage: ``python benchmarks/runtime.py [--seconds 2] [--threads N]``. Each runtime runs the same batch in turn, again and
again; a figure is the median over turns, the range that of the middle half. ONNX Runtime is given the same graphs.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch

from consentry.runtime import ModelFolder, RuntimeSettings, load_network
from consentry.training.faces.dlib_network import load_dlib_face_network
from consentry.training.faces.mtcnn_networks import load_mtcnn_stage
from consentry.training.scene.backbone import BACKBONES, FeatureNetwork, load_backbone

TURNS = 9
Run = Callable[[], object]


def onnx_runtime(graph: Path, threads: int, batch: np.ndarray) -> Run:
    """ONNX Runtime on the whole batch at once, all its optimisations on."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: batch})


def eager_torch(module: torch.nn.Module, batch: np.ndarray) -> Run:
    """The network that the graph was made from, as PyTorch runs it."""

    def run() -> object:
        with torch.inference_mode():
            return module(torch.from_numpy(batch))

    return run


def rate(run: Run, rows: int, seconds: float) -> float:
    """Rows a second."""
    time.sleep(0.5)  # until the threads of the runtime before have stopped spinning
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        run()
        count += rows
    return count / (time.perf_counter() - started)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.5, help="of one turn")
    parser.add_argument("--threads", type=int, default=0, help="0 takes all that are allowed")
    arguments = parser.parse_args()
    threads = RuntimeSettings(threads=arguments.threads).resolved_threads()
    torch.set_num_threads(threads)
    generator = np.random.default_rng(0)
    faces, scene = ModelFolder.open("faces"), ModelFolder.open("scene")
    side = int(scene.manifest["preprocessing"]["side"])
    backbone = FeatureNetwork(load_backbone(BACKBONES["efficientnet_lite2"]))
    pyramids = generator.random((4, 1152, 640, 3), np.float32) * 255
    windows = generator.random((256, 24, 24, 3), np.float32) * 255
    chips = generator.integers(0, 256, (16, 150, 150, 3), np.uint8)
    pictures = generator.integers(0, 256, (16, side, side, 3), np.uint8)
    cases = {
        "scene, 16 pictures": (scene.file("graph"), backbone, pictures, 1),
        "face embedding, 16 faces": (faces.file("embedding"), load_dlib_face_network(), chips, 4),
        "face proposals, 4 pyramids": (faces.file("proposal"), load_mtcnn_stage("proposal"), pyramids, 1),
        "face refinement, 256 windows": (faces.file("refinement"), load_mtcnn_stage("refinement"), windows, 64),
    }
    print(
        f"{platform.processor() or platform.machine()}, {threads} threads, {time.strftime('%Y-%m-%d')}, rows a second\n"
    )
    names = ["eager torch", "ONNX Runtime", "OpenVINO f32", "OpenVINO bf16"]
    print("| network | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    for label, (graph, module, batch, rows) in cases.items():
        served = [
            load_network(graph, RuntimeSettings(precision=precision, threads=threads), rows=rows)
            for precision in ("f32", "bf16")
        ]
        runs: list[Run] = [
            eager_torch(module.eval(), batch),
            onnx_runtime(graph, threads, batch),
            *(partial(network, batch) for network in served),
        ]
        for run in runs:
            run()
        turns = [[rate(run, len(batch), arguments.seconds) for run in runs] for _ in range(TURNS)]
        cells = []
        for index in range(len(names)):
            rates = [turn[index] for turn in turns]
            ratios = [turn[index] / turn[0] for turn in turns]
            low, middle, high = statistics.quantiles(ratios, n=4)
            against = f" ({middle:.1f}×, {low:.1f}-{high:.1f})" if index else ""
            cells.append(f"{statistics.median(rates):,.0f}{against}")
        print(f"| {label} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
