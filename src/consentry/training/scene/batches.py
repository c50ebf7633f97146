"""Batches for fine-tuning, with a view drawn for each picture, and the loss of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from consentry.signals.scene.scorer import HEADS
from consentry.training.scene.augmentation import MIRRORED, PLAIN
from consentry.training.scene.config import FineTuningSettings
from consentry.training.scene.learner import Learner
from consentry.training.scene.targets import Targets
from consentry.training.scene.trunk_views import KeptViews
from consentry.training.scene.weights import label_weights, people_weights


@dataclass(frozen=True)
class Part:
    """Rows to learn from or to be measured on.

    Attributes:
        digests: Of their files, which the kept views go by.
        targets: What there is to learn of them.
        steps: How crowded they are thought to be, from `scene_weights.crowd_steps`; for the balance of contexts.
    """

    digests: Sequence[str]
    targets: Targets
    steps: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class Batch:
    """What one step of the optimizer learns from, on the processor; shapes begin with (rows,)."""

    trunk: Tensor
    label: Tensor
    contexts: Tensor
    people: Tensor
    people_weight: Tensor
    weight: Tensor


class Draw:
    """Draws a view for each row of a batch."""

    def __init__(self, views: KeptViews, part: Part, settings: FineTuningSettings) -> None:
        self._rows = {name: view.rows() for name, view in views.views.items()}
        self._places = {name: view.places(part.digests) for name, view in views.views.items()}
        self._names = list(views.views)
        self._targets = part.targets
        self._weights = label_weights(
            part.targets, power=settings.label_power, steps=part.steps, crowd_power=settings.crowd_power
        )
        self._people = np.log10(np.nan_to_num(part.targets.people) + 1)
        self._people_weights = people_weights(part.targets)

    def __call__(self, chosen: NDArray[np.intp], order: np.random.Generator) -> Batch:
        """The batch of some rows, each with a view that `order` draws."""
        names = order.integers(0, len(self._names), size=len(chosen))
        picked = [
            self._rows[self._names[name]][self._places[self._names[name]][row]]
            for name, row in zip(names, chosen, strict=True)
        ]
        # A crop shows some of the people only; nobody counted those.
        whole = np.array([self._names[name] in (PLAIN, MIRRORED) for name in names])
        return Batch(
            trunk=torch.from_numpy(np.stack(picked)),
            label=torch.from_numpy(self._targets.label[chosen]),
            contexts=torch.from_numpy(self._targets.contexts[chosen]),
            people=torch.from_numpy(self._people[chosen]),
            people_weight=torch.from_numpy(self._people_weights[chosen] * whole.astype(np.float32)),
            weight=torch.from_numpy(self._weights[chosen]),
        )


def step_loss(
    learner: Learner, batch: Batch, settings: FineTuningSettings, order: np.random.Generator, device: str
) -> Tensor:
    """Cross-entropy of the labels and of both contexts, and Huber's loss of log10(people + 1)."""
    trunk = batch.trunk.to(device)
    trunk = trunk.float() if trunk.is_floating_point() else trunk
    if trunk.ndim == 4 and trunk.is_floating_point():
        trunk = trunk.contiguous(memory_format=torch.channels_last)
    label, contexts, weight = (value.to(device) for value in (batch.label, batch.contexts, batch.weight))
    share = 1.0
    mixed = torch.arange(len(label), device=device)
    if trunk.is_floating_point() and order.random() < settings.mixing_share:
        share = float(order.beta(settings.mixing, settings.mixing))
        mixed = torch.randperm(len(label)).to(device)
        trunk = share * trunk + (1 - share) * trunk[mixed]
    with torch.autocast(device, enabled=device == "cuda"):
        outputs = learner(trunk)
    outputs = outputs.float()
    labels = outputs.shape[1] - len(HEADS) - 1

    def against(rows: Tensor) -> Tensor:
        by_label = functional.cross_entropy(
            outputs[:, :labels], label[rows], reduction="none", label_smoothing=settings.smoothing
        )
        by_context = functional.binary_cross_entropy_with_logits(
            outputs[:, labels : labels + len(HEADS)], contexts[rows], reduction="none"
        )
        return ((by_label + settings.context_weight * by_context.sum(1)) * weight[rows]).mean()

    loss = share * against(torch.arange(len(label), device=device)) + (1 - share) * against(mixed)
    if share == 1.0:
        error = functional.smooth_l1_loss(outputs[:, -1], batch.people.to(device), beta=0.2, reduction="none")
        loss = loss + settings.crowd_weight * (error * batch.people_weight.to(device)).mean()
    return loss
