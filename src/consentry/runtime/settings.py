"""Where networks run, and how precisely."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class RuntimeSettings:
    """Where networks run.

    Attributes:
        device: ``cpu`` (OpenVINO), ``cuda`` (torch, needs the extra ``train``) or ``torch-cpu`` (the same path as
            ``cuda`` without a GPU; slow, for comparison).
        precision: ``f32`` is what calibration and thresholds were set with. ``bf16`` is faster where the CPU has AMX
            or AVX-512 BF16, and gives slightly other scores (docs/runtime.md).
        threads: CPU threads; 0 takes those that this process may use.
    """

    device: Literal["cpu", "cuda", "torch-cpu"] = "cpu"
    precision: Literal["f32", "bf16"] = "f32"
    threads: int = 0

    def resolved_threads(self) -> int:
        """The number of threads, 0 resolved."""
        return self.threads or len(os.sched_getaffinity(0))
