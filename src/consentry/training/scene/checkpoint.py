"""The state of fine-tuning after each epoch, kept on disk, so that a run that was killed goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from consentry.training.checkpoint import Checkpoint
from consentry.training.scene.learner import Learner


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


class SceneCheckpoint:
    """The weights as they are, averaged, and as they were best, with everything that training goes on with.

    Args:
        folder: For `consentry.training.checkpoint.Checkpoint`, as is `fingerprint`.
        fingerprint: Of the training.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._kept = Checkpoint(folder / "checkpoint.safetensors", fingerprint)

    def save(
        self,
        learner: Learner,
        averaged: dict[str, Tensor],
        best: dict[str, Tensor],
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
        history: Sequence[Epoch],
    ) -> None:
        """Keep the state."""
        states = {"live": learner.state_dict(), "averaged": averaged, "best": best}
        self._kept.save(states, optimizer, schedule, [asdict(epoch) for epoch in history])

    def load(
        self,
        learner: Learner,
        averaged: dict[str, Tensor],
        best: dict[str, Tensor],
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
    ) -> list[Epoch]:
        """Put the kept state in place, if there is one with this fingerprint; the epochs that it has behind it."""
        kept = self._kept.load(optimizer, schedule)
        if kept is None:
            return []
        learner.load_state_dict(kept.states["live"])
        for name, values in (("averaged", averaged), ("best", best)):
            values.update({key: value.to(values[key].device) for key, value in kept.states[name].items()})
        return [Epoch(**epoch) for epoch in kept.history]
