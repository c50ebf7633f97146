"""The training of a face embedder itself: batches, losses, validation, early stopping, going on after a stop."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from consentry.training.facenet.checkpoint import FacenetCheckpoint, FacenetEpoch
from consentry.training.facenet.config import FacenetConfig
from consentry.training.facenet.data import Faces
from consentry.training.facenet.network import SIZE, FacenetNetwork
from consentry.training.measures.metrics import area_under_curve
from consentry.training.progress import Progress, silent

_AT_ONCE: Final = 64


@dataclass(frozen=True)
class FittedFacenet:
    """What came of it.

    Attributes:
        network: With the weights of the best epoch.
        start_auc: Of the weights that it started from, on the validation faces.
        history: Every epoch.
    """

    network: nn.Module
    start_auc: float
    history: tuple[FacenetEpoch, ...]

    @property
    def best(self) -> FacenetEpoch:
        """The epoch whose weights these are."""
        return max(self.history, key=lambda epoch: (epoch.auc, -epoch.number))


def fit_facenet(
    network: nn.Module,
    training: Faces,
    validation: Faces,
    config: FacenetConfig,
    *,
    checkpoint: Path,
    progress: Progress = silent,
) -> FittedFacenet:
    """Train a network.

    It goes on from the last epoch that `checkpoint` has, if there is one of the same settings, weights and faces.

    Args:
        network: InceptionResnetV1 with the weights to start from.
        training: Faces to learn from.
        validation: Faces of other persons.
        config: How.
        checkpoint: A safetensors file.
        progress: Told of every batch.
    """
    module = FacenetNetwork(network).to(config.device)
    loss = _loss(config, len(training.names)).to(config.device)
    mark = _fingerprint(config, training, validation, network)
    parameters = [*network.parameters(), *loss.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=config.rate, weight_decay=config.weight_decay)
    batches = max(1, len(training.persons) // (config.persons * config.pictures))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=config.rate, total_steps=batches * config.epochs, pct_start=0.2, cycle_momentum=False
    )
    kept = FacenetCheckpoint(checkpoint, mark)
    start_auc = validation_auc(module, validation, config.device)
    best = {name: value.detach().clone() for name, value in network.state_dict().items()}
    history = kept.load(network, loss, best, optimizer, schedule)
    for number in range(len(history) + 1, config.epochs + 1):
        if _is_over(history, config.patience):
            break
        torch.manual_seed(config.seed * 1009 + number)
        module.train()
        if config.keeps_norm:
            _freeze_norm(module)
        losses = []
        for step, rows in enumerate(_batches(training.persons, config, number, batches), 1):
            look = _augmented(training.crops[rows], np.random.default_rng([config.seed, number, step]))
            persons = torch.from_numpy(training.persons[rows]).to(config.device)
            value = loss(module(torch.from_numpy(look).to(config.device)), persons)
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            nn.utils.clip_grad_norm_(parameters, 5.0)
            optimizer.step()
            schedule.step()
            losses.append(float(value.detach()))
            progress(f"epoch {number} of {config.epochs}", step, batches)
        epoch = FacenetEpoch(number, float(np.mean(losses)), validation_auc(module, validation, config.device))
        if not history or epoch.auc > max(past.auc for past in history):
            best = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
        history.append(epoch)
        kept.save(network, loss, best, optimizer, schedule, history)
    network.to("cpu").load_state_dict({name: value.to("cpu") for name, value in best.items()})
    return FittedFacenet(network.eval(), start_auc, tuple(history))


def validation_auc(module: nn.Module, faces: Faces, device: str = "cpu") -> float:
    """How often two faces of one person are nearer to each other than two of two persons; over all pairs."""
    module.eval()
    with torch.inference_mode():
        rows = [
            module(torch.from_numpy(faces.crops[start : start + _AT_ONCE]).to(device)).float().cpu()
            for start in range(0, len(faces.crops), _AT_ONCE)
        ]
    vectors = torch.cat(rows).numpy().astype(np.float64)
    first, second = np.triu_indices(len(vectors), 1)
    likeness = (vectors @ vectors.T)[first, second]
    return round(area_under_curve(faces.persons[first] == faces.persons[second], likeness), 4)


def _loss(config: FacenetConfig, persons: int) -> nn.Module:
    from pytorch_metric_learning import losses, miners

    if config.loss == "arcface":
        arcface: nn.Module = losses.ArcFaceLoss(
            num_classes=persons, embedding_size=SIZE, margin=config.margin or 28.6, scale=config.scale
        )
        return arcface
    margin = config.margin or 0.2
    return _Triplets(
        losses.TripletMarginLoss(margin=margin), miners.TripletMarginMiner(margin=margin, type_of_triplets="semihard")
    )


class _Triplets(nn.Module):
    """Triplet loss over semi-hard negatives."""

    def __init__(self, loss: nn.Module, miner: nn.Module) -> None:
        super().__init__()
        self._loss, self._miner = loss, miner

    def forward(self, embeddings: Tensor, persons: Tensor) -> Tensor:
        value: Tensor = self._loss(embeddings, persons, self._miner(embeddings, persons))
        return value


def _batches(
    persons: NDArray[np.int64], config: FacenetConfig, number: int, batches: int
) -> Iterator[NDArray[np.intp]]:
    """Rows of each batch: so many persons, so many pictures of each; a person with fewer shows some twice."""
    generator = np.random.default_rng([config.seed, number])
    rows_of = [np.flatnonzero(persons == person) for person in range(int(persons.max()) + 1)]
    queue: list[int] = []
    for _ in range(batches):
        chosen: list[int] = []
        while len(chosen) < min(config.persons, len(rows_of)):
            queue = queue or [int(person) for person in generator.permutation(len(rows_of))]
            person = queue.pop()
            if person not in chosen:
                chosen.append(person)
        yield np.concatenate(
            [
                generator.choice(rows_of[person], config.pictures, replace=len(rows_of[person]) < config.pictures)
                for person in chosen
            ]
        )


def _augmented(crops: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Half of the faces mirrored, all of them a little lighter or darker."""
    mirrored = generator.random(len(crops)) < 0.5
    light = generator.uniform(0.8, 1.2, (len(crops), 1, 1, 1)).astype(np.float32)
    flipped = np.where(mirrored[:, None, None, None], crops[:, :, ::-1], crops)
    return np.clip(flipped * light, 0, 255).astype(np.uint8)


def _freeze_norm(module: nn.Module) -> None:
    for part in module.modules():
        if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
            part.eval()


def _is_over(history: list[FacenetEpoch], patience: int) -> bool:
    aucs = [epoch.auc for epoch in history]
    return len(aucs) > patience and max(aucs[-patience:]) <= max(aucs[:-patience])


def _fingerprint(config: FacenetConfig, training: Faces, validation: Faces, network: nn.Module) -> str:
    """Of everything that the state of a training belongs to."""
    settings = config.model_dump(
        mode="json", exclude={"output", "cache", "tracking", "threads", "patience", "data", "version", "download"}
    )
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for faces in (training, validation):
        digest.update(hashlib.sha256(faces.crops.tobytes()).digest() + faces.persons.tobytes())
    for name, value in network.state_dict().items():
        digest.update(name.encode() + value.detach().cpu().numpy().tobytes())
    return digest.hexdigest()
