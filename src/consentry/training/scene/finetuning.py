"""Fine-tuning: the stages of the backbone behind its frozen trunk learn together with the outputs.

It starts from the outputs that were fitted on frozen features (linear probing before fine-tuning keeps what the
backbone knows of other data: Kumar et al. 2022), keeps a moving average of the weights, and ends between where it
started and where it got to (Wortsman et al. 2022).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from consentry.signals.scene.scorer import HEADS
from consentry.training.measures.metrics import area_under_curve
from consentry.training.progress import Progress, silent
from consentry.training.scene.augmentation import PLAIN
from consentry.training.scene.batches import Draw, Part, step_loss
from consentry.training.scene.checkpoint import Epoch, SceneCheckpoint
from consentry.training.scene.config import FineTuningSettings
from consentry.training.scene.learner import Learner
from consentry.training.scene.network import Values, head_logits
from consentry.training.scene.trunk_views import KeptViews

_EVALUATED_AT_ONCE: Final = 64


@dataclass(frozen=True)
class FineTuned:
    """What came of it.

    Attributes:
        learner: With the weights of the end: see `between`.
        history: Every epoch.
    """

    learner: Learner
    history: tuple[Epoch, ...]


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
    kept = SceneCheckpoint(checkpoint, _fingerprint(settings, training, learner, seed))
    best = {name: value.clone() for name, value in averaged.items()}
    history = kept.load(learner, averaged, best, optimizer, schedule)
    draw = Draw(views, training, settings)
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
            loss = step_loss(learner, draw(chosen, order), settings, order, device)
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
    between(learner, start, settings.distance)
    return FineTuned(learner.eval(), tuple(history))


def between(learner: Learner, start: dict[str, Tensor], distance: float) -> None:
    """Move a learner's weights to a point between where they started (0) and where they are (1)."""
    state = learner.state_dict()
    learner.load_state_dict(
        {
            name: torch.lerp(start[name], value, distance) if value.is_floating_point() else value
            for name, value in state.items()
        }
    )


def outputs_of(learner: Learner, views: KeptViews, digests: Sequence[str], *, device: str = "cpu") -> Values:
    """All linear outputs of some pictures, shape (n, outputs)."""
    return _run(learner, views, digests, device).astype(np.float64)


def pooled_features(learner: Learner, views: KeptViews, digests: Sequence[str]) -> NDArray[np.float32]:
    """The pooled features that the outputs stand on, shape (n, channels)."""

    def pooled(trunk: Tensor) -> Tensor:
        features: Tensor = learner.tail(trunk).mean((2, 3))
        return features

    learner.eval()
    return _run(pooled, views, digests, "cpu")


def _run(
    network: Callable[[Tensor], Tensor], views: KeptViews, digests: Sequence[str], device: str
) -> NDArray[np.float32]:
    rows, places = views.views[PLAIN].rows(), views.views[PLAIN].places(digests)
    if isinstance(network, nn.Module):
        network.eval()
    found = []
    with torch.inference_mode():
        for start in range(0, len(places), _EVALUATED_AT_ONCE):
            part = np.ascontiguousarray(rows[places[start : start + _EVALUATED_AT_ONCE]])
            found.append(network(_tensor(part, device)).float().cpu().numpy())
    return np.concatenate(found)


def _tensor(rows: NDArray[np.generic], device: str) -> Tensor:
    tensor = torch.from_numpy(rows).to(device)
    return tensor.float().to(memory_format=torch.channels_last) if tensor.is_floating_point() else tensor


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
    if training.steps is not None:
        labels += training.steps.tobytes()
    start = learner.linear.weight.detach().cpu().numpy().tobytes()
    return sha256(described.encode() + labels + start).hexdigest()
