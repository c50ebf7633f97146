"""The state of a training after each epoch, kept on disk, so that a run that was killed goes on."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from consentry.writing import writing


class Kept(NamedTuple):
    """What a checkpoint holds besides the optimizer and the schedule.

    Attributes:
        states: Tensors by name, under the names that they were kept under.
        history: What was kept of every epoch.
    """

    states: dict[str, dict[str, Tensor]]
    history: list[dict[str, Any]]


class Checkpoint:
    """The state after each epoch: tensors as safetensors, the rest as JSON. Nothing is unpickled.

    Args:
        path: The file.
        fingerprint: Of everything that the training depends on; a state of another one is not taken up.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._path, self._fingerprint = path, fingerprint

    def save(
        self,
        states: Mapping[str, Mapping[str, Tensor]],
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
        history: Sequence[Mapping[str, Any]],
    ) -> None:
        """Keep the state; the file before it stays whole until the new one is."""
        from safetensors.torch import save_file

        tensors = {f"{of}.{name}": value for of, state in states.items() for name, value in state.items()}
        for index, state in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".unfinished")
        described = {
            "fingerprint": self._fingerprint,
            "steps": str(schedule.last_epoch),
            "history": json.dumps(list(history)),
        }
        whole = {name: value.detach().contiguous().cpu() for name, value in tensors.items()}
        with writing(self._path):
            save_file(whole, unfinished, metadata=described)
            unfinished.replace(self._path)

    def load(self, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LRScheduler) -> Kept | None:
        """Put optimizer and schedule back where they were; the rest of the state, if there is one of this training."""
        from safetensors import safe_open

        if not self._path.is_file():
            return None
        with safe_open(self._path, framework="pt") as stored:
            described: dict[str, Any] = stored.metadata() or {}
            if described.get("fingerprint") != self._fingerprint:
                return None
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 - not a dict
        states: dict[str, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            of, rest = name.split(".", 1)
            states.setdefault(of, {})[rest] = value
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in states.pop("optimizer", {}).items():
            index, key = name.split(".", 1)
            moments.setdefault(int(index), {})[key] = value
        optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
        steps = int(described["steps"])
        schedule.load_state_dict({"last_epoch": steps - 1, "_step_count": steps})
        with warnings.catch_warnings():
            # After one batch torch takes this for a schedule that runs ahead of its optimizer.
            warnings.simplefilter("ignore", UserWarning)
            schedule.step()  # sets the learning rates of the next batch
        return Kept(states, json.loads(described["history"]))
