"""The state of fine-tuning after each epoch, kept on disk, so that a run that was killed goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from consentry.training.scene_learner import Learner


@dataclass(frozen=True)
class Epoch:
    """How one epoch went.

    Attributes:
        loss: Mean over its batches.
        validation_loss: Cross-entropy of the labels that training knows.
        auc: On the validation rows, by head.
        crowd_error: Mean absolute error of log10(people + 1) on validation rows that were counted; NaN without any.
    """

    number: int
    loss: float
    validation_loss: float
    auc: dict[str, float]
    crowd_error: float

    @property
    def criterion(self) -> float:
        """What early stopping and the choice of the best epoch go by: the mean AUC of the heads."""
        return float(np.mean(list(self.auc.values())))


class Checkpoint:
    """The state after each epoch: tensors as safetensors, the rest as JSON. Nothing is unpickled."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder, self.fingerprint = folder, fingerprint

    def save(
        self,
        learner: Learner,
        averaged: dict[str, Tensor],
        best: dict[str, Tensor],
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
        history: Sequence[Epoch],
    ) -> None:
        """Keep the state; the file before it stays whole until the new one is."""
        from safetensors.torch import save_file

        tensors = {f"live.{name}": value for name, value in learner.state_dict().items()}
        tensors |= {f"averaged.{name}": value for name, value in averaged.items()}
        tensors |= {f"best.{name}": value for name, value in best.items()}
        for index, state in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / "unfinished.safetensors"
        described = {
            "fingerprint": self.fingerprint,
            "steps": str(schedule.last_epoch),
            "history": json.dumps([asdict(epoch) for epoch in history]),
        }
        save_file({name: value.contiguous().cpu() for name, value in tensors.items()}, unfinished, metadata=described)
        unfinished.replace(self.folder / "checkpoint.safetensors")

    def load(
        self,
        learner: Learner,
        averaged: dict[str, Tensor],
        best: dict[str, Tensor],
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
    ) -> list[Epoch]:
        """Put the kept state in place, if there is one with this fingerprint; the epochs that it has behind it."""
        from safetensors import safe_open

        path = self.folder / "checkpoint.safetensors"
        if not path.is_file():
            return []
        with safe_open(path, framework="pt") as stored:
            described: dict[str, Any] = stored.metadata() or {}
            if described.get("fingerprint") != self.fingerprint:
                return []
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 - not a dict

        def under(prefix: str) -> dict[str, Tensor]:
            return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}

        learner.load_state_dict(under("live."))
        averaged.update({name: value.to(averaged[name].device) for name, value in under("averaged.").items()})
        best.update({name: value.to(best[name].device) for name, value in under("best.").items()})
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in under("optimizer.").items():
            index, key = name.split(".", 1)
            state.setdefault(int(index), {})[key] = value
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": state, "param_groups": groups})
        steps = int(described["steps"])
        schedule.load_state_dict({"last_epoch": steps - 1, "_step_count": steps})
        schedule.step()  # sets the learning rates of the next batch
        return [Epoch(**epoch) for epoch in json.loads(described["history"])]
