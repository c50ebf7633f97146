"""The state of a face embedder's training after each epoch, so that a run that was killed goes on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class FacenetEpoch:
    """How one epoch went.

    Attributes:
        loss: Mean over its batches.
        auc: On all pairs of the validation faces: how often one person's are nearer than two persons'.
    """

    number: int
    loss: float
    auc: float


class Checkpoint:
    """The state after each epoch: tensors as safetensors, the rest as JSON. Nothing is unpickled."""

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._path, self._fingerprint = path, fingerprint

    def save(
        self,
        network: nn.Module,
        loss: nn.Module,
        best: dict[str, Tensor],
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
        history: list[FacenetEpoch],
    ) -> None:
        """Keep the state; the file before it stays whole until the new one is."""
        from safetensors.torch import save_file

        tensors = {f"live.{name}": value for name, value in network.state_dict().items()}
        tensors |= {f"loss.{name}": value for name, value in loss.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in best.items()}
        for index, state in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".unfinished")
        described = {
            "fingerprint": self._fingerprint,
            "steps": str(schedule.last_epoch),
            "history": json.dumps([asdict(epoch) for epoch in history]),
        }
        whole = {name: value.detach().contiguous().cpu() for name, value in tensors.items()}
        save_file(whole, unfinished, metadata=described)
        unfinished.replace(self._path)

    def load(
        self,
        network: nn.Module,
        loss: nn.Module,
        best: dict[str, Tensor],
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
    ) -> list[FacenetEpoch]:
        """Put the kept state in place, if there is one with this fingerprint; the epochs that it has behind it."""
        from safetensors import safe_open

        if not self._path.is_file():
            return []
        with safe_open(self._path, framework="pt") as stored:
            described: dict[str, Any] = stored.metadata() or {}
            if described.get("fingerprint") != self._fingerprint:
                return []
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 - not a dict

        def under(prefix: str) -> dict[str, Tensor]:
            return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}

        network.load_state_dict(under("live."))
        loss.load_state_dict(under("loss."))
        best.update({name: value.to(best[name].device) for name, value in under("best.").items()})
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in under("optimizer.").items():
            index, key = name.split(".", 1)
            state.setdefault(int(index), {})[key] = value
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
        steps = int(described["steps"])
        schedule.load_state_dict({"last_epoch": steps - 1, "_step_count": steps})
        schedule.step()  # sets the learning rate of the next batch
        return [FacenetEpoch(**epoch) for epoch in json.loads(described["history"])]
