"""Fine-tuning: the stages of the backbone behind its frozen trunk learn together with the outputs.

It starts from the outputs that were fitted on frozen features (linear probing before fine-tuning keeps what the
backbone knows of other data: Kumar et al. 2022), keeps a moving average of the weights, and ends between where it
started and where it got to (Wortsman et al. 2022).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from consentry.scene.scorer import HEADS
from consentry.training.augmentation import MIRRORED, PLAIN
from consentry.training.metrics import area_under_curve
from consentry.training.progress import Progress, silent
from consentry.training.scene_config import FineTuningSettings
from consentry.training.scene_network import Values, head_logits
from consentry.training.scene_targets import Targets, label_weights, people_weights
from consentry.training.trunk_views import KeptViews

_EVALUATED_AT_ONCE: Final = 64


@dataclass(frozen=True)
class Part:
    """Rows to learn from or to be measured on.

    Attributes:
        digests: Of their files, which the kept views go by.
        targets: What there is to learn of them.
    """

    digests: Sequence[str]
    targets: Targets


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


class Learner(nn.Module):
    """The part that learns: the tail of the backbone, and the linear outputs."""

    def __init__(self, tail: nn.Module, weights: Values, biases: Values, *, dropout: float) -> None:
        super().__init__()
        self.tail = tail
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(weights.shape[1], weights.shape[0])
        with torch.no_grad():
            self.linear.weight.copy_(torch.from_numpy(weights))
            self.linear.bias.copy_(torch.from_numpy(biases))

    def forward(self, trunk: Tensor) -> Tensor:
        """What the trunk gives, to all linear outputs."""
        outputs: Tensor = self.linear(self.dropout(self.tail(trunk).mean((2, 3))))
        return outputs

    def train(self, mode: bool = True) -> Learner:  # noqa: FBT001, FBT002 - torch's signature
        """Dropout learns; batch norm keeps the statistics of ImageNet, which small and odd batches would spoil."""
        super().train(mode)
        self.tail.eval()
        return self


@dataclass(frozen=True)
class FineTuned:
    """What came of it.

    Attributes:
        learner: With the weights of the end: see `between`.
        history: Every epoch.
        stopped_early: Whether the last epochs had brought nothing.
    """

    learner: Learner
    history: tuple[Epoch, ...]
    stopped_early: bool


def fine_tune(
    learner: Learner,
    views: KeptViews,
    training: Part,
    validation: Part,
    settings: FineTuningSettings,
    *,
    mixture: Values,
    checkpoint: Path,
    seed: int,
    device: str = "cpu",
    progress: Progress = silent,
    told: Callable[[Epoch], None] = lambda _: None,
) -> FineTuned:
    """Fine-tune a learner.

    It goes on from the last epoch that `checkpoint` has, if there is one of the same settings and data.

    Args:
        learner: As it starts.
        views: What the trunk makes of the pictures.
        training: Rows to learn from.
        validation: Rows to stop early by; their plain view is looked at.
        settings: How.
        mixture: How the heads are put together, for the figures on the way.
        checkpoint: A folder.
        seed: Of the order of rows, the choice of views, dropout and mixing.
        device: ``cpu`` or ``cuda``; on CUDA with automatic mixed precision.
        progress: Told of every batch.
        told: Called after every epoch.
    """
    start = {name: value.detach().clone() for name, value in learner.state_dict().items()}
    learner.to(device)
    if device != "cpu":
        learner.to(memory_format=torch.channels_last)
    averaged = {name: value.detach().clone() for name, value in learner.state_dict().items()}
    groups = [
        {"params": list(learner.tail.parameters()), "lr": settings.rate},
        {"params": list(learner.linear.parameters()), "lr": settings.output_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=settings.weight_decay)
    batches = math.ceil(len(training.digests) / settings.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=[settings.rate, settings.output_rate],
        total_steps=batches * settings.epochs,
        pct_start=0.1,
        cycle_momentum=False,
    )
    kept = _Checkpoint(checkpoint, _fingerprint(settings, training, learner, seed))
    best = {name: value.clone() for name, value in averaged.items()}
    history = kept.load(learner, averaged, best, optimizer, schedule)
    draw = _Draw(views, training, settings)
    for number in range(len(history) + 1, settings.epochs + 1):
        if _is_over(history, settings.patience):
            break
        torch.manual_seed(seed * 1009 + number)
        order = np.random.default_rng([seed, number])
        learner.train()
        losses = []
        rows = order.permutation(len(training.digests))
        for batch in range(batches):
            chosen = rows[batch * settings.batch : (batch + 1) * settings.batch]
            loss = _step_loss(learner, draw(chosen, order), settings, order, device)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]  # not in the stubs
            nn.utils.clip_grad_norm_(learner.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            with torch.no_grad():
                decay = min(settings.average, (1 + schedule.last_epoch) / (10 + schedule.last_epoch))
                for name, value in learner.state_dict().items():
                    if value.is_floating_point():
                        averaged[name].lerp_(value, 1 - decay)
            losses.append(float(loss.detach()))
            progress(f"epoch {number} of {settings.epochs}", batch + 1, batches)
        live = {name: value.clone() for name, value in learner.state_dict().items()}
        learner.load_state_dict(averaged)
        epoch = _measured(learner, views, validation, mixture, number, float(np.mean(losses)), device)
        learner.load_state_dict(live)
        if not history or epoch.criterion > max(past.criterion for past in history):
            best = {name: value.clone() for name, value in averaged.items()}
        history.append(epoch)
        kept.save(learner, averaged, best, optimizer, schedule, history)
        told(epoch)
    learner.to("cpu")
    learner.load_state_dict({name: value.to("cpu") for name, value in best.items()})
    stopped = len(history) < settings.epochs
    between(learner, start, settings.distance)
    return FineTuned(learner.eval(), tuple(history), stopped)


def between(learner: Learner, start: dict[str, Tensor], distance: float) -> None:
    """Move a learner's weights to a point between where they started (0) and where they are (1)."""
    state = learner.state_dict()
    learner.load_state_dict(
        {
            name: torch.lerp(start[name], value, distance) if value.is_floating_point() else value
            for name, value in state.items()
        }
    )


def outputs_of(
    learner: Learner, views: KeptViews, digests: Sequence[str], *, view: str = PLAIN, device: str = "cpu"
) -> Values:
    """All linear outputs of some pictures, shape (n, outputs)."""
    return _run(learner, views, digests, view, device).astype(np.float64)


def pooled_features(
    learner: Learner, views: KeptViews, digests: Sequence[str], *, view: str = PLAIN, device: str = "cpu"
) -> NDArray[np.float32]:
    """The pooled features that the outputs stand on, shape (n, channels)."""

    def pooled(trunk: Tensor) -> Tensor:
        features: Tensor = learner.tail(trunk).mean((2, 3))
        return features

    learner.eval()
    return _run(pooled, views, digests, view, device)


def _run(
    network: Callable[[Tensor], Tensor], views: KeptViews, digests: Sequence[str], view: str, device: str
) -> NDArray[np.float32]:
    rows, places = views.views[view].rows(), views.views[view].places(digests)
    if isinstance(network, nn.Module):
        network.eval()
    found = []
    with torch.inference_mode():
        for start in range(0, len(places), _EVALUATED_AT_ONCE):
            part = np.ascontiguousarray(rows[places[start : start + _EVALUATED_AT_ONCE]])
            found.append(network(_tensor(part, device)).float().cpu().numpy())
    return np.concatenate(found)


@dataclass(frozen=True)
class _Batch:
    trunk: Tensor
    label: Tensor
    contexts: Tensor
    people: Tensor
    people_weight: Tensor
    weight: Tensor


class _Draw:
    """Draws a view for each row of a batch."""

    def __init__(self, views: KeptViews, part: Part, settings: FineTuningSettings) -> None:
        self._rows = {name: view.rows() for name, view in views.views.items()}
        self._places = {name: view.places(part.digests) for name, view in views.views.items()}
        self._names = list(views.views)
        self._targets = part.targets
        self._weights = label_weights(part.targets, power=settings.label_power)
        self._people = np.log10(np.nan_to_num(part.targets.people) + 1)
        self._people_weights = people_weights(part.targets)

    def __call__(self, chosen: NDArray[np.intp], order: np.random.Generator) -> _Batch:
        names = order.integers(0, len(self._names), size=len(chosen))
        picked = [
            self._rows[self._names[name]][self._places[self._names[name]][row]]
            for name, row in zip(names, chosen, strict=True)
        ]
        # A crop shows some of the people only; nobody counted those.
        whole = np.array([self._names[name] in (PLAIN, MIRRORED) for name in names])
        return _Batch(
            trunk=torch.from_numpy(np.stack(picked)),
            label=torch.from_numpy(self._targets.label[chosen]),
            contexts=torch.from_numpy(self._targets.contexts[chosen]),
            people=torch.from_numpy(self._people[chosen]),
            people_weight=torch.from_numpy(self._people_weights[chosen] * whole.astype(np.float32)),
            weight=torch.from_numpy(self._weights[chosen]),
        )


def _tensor(rows: NDArray[np.generic], device: str) -> Tensor:
    tensor = torch.from_numpy(rows).to(device)
    return tensor.float().to(memory_format=torch.channels_last) if tensor.is_floating_point() else tensor


def _step_loss(
    learner: Learner, batch: _Batch, settings: FineTuningSettings, order: np.random.Generator, device: str
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


def _measured(
    learner: Learner, views: KeptViews, validation: Part, mixture: Values, number: int, loss: float, device: str
) -> Epoch:
    outputs = outputs_of(learner, views, validation.digests, device=device)
    targets = validation.targets
    known = targets.label >= 0
    logits = torch.from_numpy(outputs[known][:, : len(targets.labels)])
    by_label = functional.cross_entropy(logits, torch.from_numpy(targets.label[known])) if known.any() else math.nan
    heads = head_logits(outputs, targets.labels, mixture)
    counted = targets.counted
    errors = np.abs(outputs[counted, -1] - np.log10(targets.people[counted] + 1))
    return Epoch(
        number=number,
        loss=loss,
        validation_loss=float(by_label),
        auc={
            head: area_under_curve(targets.contexts[:, place] > 0.5, heads[:, place])
            for place, head in enumerate(HEADS)
        },
        crowd_error=float(errors.mean()) if len(errors) else math.nan,
    )


def _is_over(history: Sequence[Epoch], patience: int) -> bool:
    """Whether the best epoch is longer ago than patience has it."""
    if not history:
        return False
    best = max(range(len(history)), key=lambda index: history[index].criterion)
    return len(history) - 1 - best >= patience


def _fingerprint(settings: FineTuningSettings, training: Part, learner: Learner, seed: int) -> str:
    from hashlib import sha256

    # These are used after the last epoch.
    kept = settings.model_dump(mode="json", exclude={"distance", "crowd_strength", "presumed_weight"})
    described = json.dumps([kept, seed, list(training.digests)])
    labels = training.targets.label.tobytes() + training.targets.contexts.tobytes() + training.targets.people.tobytes()
    start = learner.linear.weight.detach().cpu().numpy().tobytes()
    return sha256(described.encode() + labels + start).hexdigest()


class _Checkpoint:
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
