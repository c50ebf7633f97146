"""The state of a face embedder's training after each epoch, so that a run that was killed goes on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from consentry.training.checkpoint import Checkpoint


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


class FacenetCheckpoint:
    """The weights as they are and as they were best, with everything that training goes on with.

    Args:
        path: For `consentry.training.checkpoint.Checkpoint`, as is `fingerprint`.
        fingerprint: Of the training.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._kept = Checkpoint(path, fingerprint)

    def save(
        self,
        network: nn.Module,
        loss: nn.Module,
        best: dict[str, Tensor],
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
        history: list[FacenetEpoch],
    ) -> None:
        """Keep the state."""
        states = {"live": network.state_dict(), "loss": loss.state_dict(), "best": best}
        self._kept.save(states, optimizer, schedule, [asdict(epoch) for epoch in history])

    def load(
        self,
        network: nn.Module,
        loss: nn.Module,
        best: dict[str, Tensor],
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
    ) -> list[FacenetEpoch]:
        """Put the kept state in place, if there is one with this fingerprint; the epochs that it has behind it."""
        kept = self._kept.load(optimizer, schedule)
        if kept is None:
            return []
        network.load_state_dict(kept.states["live"])
        loss.load_state_dict(kept.states.get("loss", {}))
        best.update({name: value.to(best[name].device) for name, value in kept.states["best"].items()})
        return [FacenetEpoch(**epoch) for epoch in kept.history]
