"""Graphs on a CPU, by OpenVINO: as many requests in flight as there are threads, each of a fixed shape."""

from __future__ import annotations

import sys
import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from consentry.runtime.protocol import Batch
from consentry.runtime.settings import RuntimeSettings


@cache
def _openvino() -> Any:
    """The library, without its telemetry: where that package is missing, OpenVINO takes a stub of its own."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # documented: None means "not there"
    import openvino

    return openvino


@cache
def _core() -> Any:
    return _openvino().Core()


class OpenVinoNetwork:
    """An ONNX graph compiled for this CPU, once per input shape.

    Most graphs have one input shape besides the batch. The detector's first network is fully convolutional and sees
    many: for those, each new shape is compiled when it first comes (some tens of milliseconds) and kept.
    """

    def __init__(self, graph: Path, settings: RuntimeSettings, *, rows: int = 1) -> None:
        self._model = _core().read_model(graph)
        self._rows = rows
        self._threads = settings.resolved_threads()
        self._options = {
            "INFERENCE_PRECISION_HINT": settings.precision,
            "INFERENCE_NUM_THREADS": self._threads,
            "NUM_STREAMS": self._threads,
            "ENABLE_CPU_PINNING": False,  # other threads work between the networks, and want these cores too
        }
        self._compiled: dict[tuple[int, ...], Any] = {}
        self._lock = threading.Lock()

    def _queue(self, shape: tuple[int, ...]) -> Any:
        """An asynchronous queue of requests for rows of this shape."""
        queue = self._compiled.get(shape)
        if queue is None:
            model = self._model.clone()
            model.reshape([self._rows, *shape])
            compiled = _core().compile_model(model, "CPU", self._options)
            queue = _openvino().AsyncInferQueue(compiled, self._threads)
            self._compiled[shape] = queue
        return queue

    def __call__(self, batch: Batch) -> tuple[Batch, ...]:
        """Run a batch; see `Network`."""
        count = len(batch)
        if count == 0:
            return self._no_rows(batch)
        batch = np.ascontiguousarray(batch)
        tensor = _openvino().Tensor
        with self._lock:
            queue = self._queue(batch.shape[1:])
            padded = -(-count // self._rows) * self._rows
            results = [
                np.empty((padded, *tuple(port.shape)[1:]), port.element_type.to_dtype())
                for port in queue[0].model_outputs
            ]
            # Requests read and write these arrays themselves: nothing is copied, and no thread of theirs ever waits
            # for Python. So the arrays must outlive the requests, also where something goes wrong in between.
            try:
                for start in range(0, count, self._rows):
                    rows = batch[start : start + self._rows]
                    if len(rows) < self._rows:
                        rows = np.concatenate([rows, np.zeros((self._rows - len(rows), *batch.shape[1:]), batch.dtype)])
                    request = queue[queue.get_idle_request_id()]
                    request.set_input_tensor(tensor(rows, shared_memory=True))
                    for index, result in enumerate(results):
                        request.set_output_tensor(index, tensor(result[start : start + self._rows], shared_memory=True))
                    queue.start_async({})
            finally:
                queue.wait_all()
        return tuple(result[:count] for result in results)

    def _no_rows(self, batch: Batch) -> tuple[Batch, ...]:
        filler = np.zeros((1, *batch.shape[1:]), batch.dtype)
        return tuple(output[:0] for output in self(filler))
