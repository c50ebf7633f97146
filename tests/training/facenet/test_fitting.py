"""Training of a face embedder: it learns, stops early, and goes on as if it had not been stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_faces import TinyNetwork
from torch import nn

from consentry.training.facenet import fitting as facenet_fitting
from consentry.training.facenet.config import DEFAULT_FACES_CONFIG, FacenetConfig
from consentry.training.facenet.data import Faces
from consentry.training.facenet.fitting import FacenetEpoch, FittedFacenet, _batches, _is_over, fit_facenet


def faces(persons: int, each: int, seed: int) -> Faces:
    """Every person is a pattern of their own, under noise and in any light."""
    generator = np.random.default_rng(seed)
    patterns = generator.integers(0, 256, (persons, 4, 4, 3)).repeat(40, axis=1).repeat(40, axis=2)
    numbers = np.repeat(np.arange(persons), each)
    light = generator.uniform(0.5, 1.0, (len(numbers), 1, 1, 1))
    crops = np.clip(patterns[numbers] * light + generator.normal(0, 60, (len(numbers), 160, 160, 3)), 0, 255)
    return Faces(crops.astype(np.uint8), numbers, tuple(f"{seed}-{person}" for person in range(persons)))


TRAINING, VALIDATION = faces(8, 6, 1), faces(6, 5, 2)


def config(tmp_path: Path, **settings: object) -> FacenetConfig:
    chosen = {"data.pictures": str(tmp_path), "epochs": 4, "persons": 6, "pictures": 3, "rate": 0.01, **settings}
    return FacenetConfig.read(DEFAULT_FACES_CONFIG, chosen)


def network(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return TinyNetwork()


def fit(tmp_path: Path, **settings: object) -> FittedFacenet:
    checkpoint = tmp_path / str(settings.pop("checkpoint", "checkpoint.safetensors"))
    return fit_facenet(network(), TRAINING, VALIDATION, config(tmp_path, **settings), checkpoint=checkpoint)


@pytest.mark.parametrize("loss", ["arcface", "triplet"])
def test_it_learns_to_tell_persons_apart_whom_it_has_never_seen(tmp_path: Path, loss: str) -> None:
    fitted = fit(tmp_path, loss=loss, epochs=8, patience=8, rate=0.003)
    assert len(fitted.history) == 8
    assert 1 - fitted.best.auc < (1 - fitted.start_auc) / 4
    assert fitted.best.auc == max(epoch.auc for epoch in fitted.history)
    assert all(np.isfinite(epoch.loss) for epoch in fitted.history)


def test_the_weights_are_those_of_the_best_epoch(tmp_path: Path) -> None:
    fitted = fit(tmp_path)
    module = facenet_fitting.FacenetNetwork(fitted.network)
    assert facenet_fitting.validation_auc(module, VALIDATION) == fitted.best.auc


def test_a_killed_run_goes_on_as_if_nothing_had_been(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fit(tmp_path, checkpoint="whole.safetensors")

    class KilledError(Exception):
        pass

    def kill(task: str, done: int, total: int) -> None:
        if task.startswith("epoch 3"):
            raise KilledError

    path = tmp_path / "killed.safetensors"
    with pytest.raises(KilledError):
        fit_facenet(network(), TRAINING, VALIDATION, config(tmp_path), checkpoint=path, progress=kill)
    seen: list[str] = []
    went_on = fit_facenet(
        network(), TRAINING, VALIDATION, config(tmp_path), checkpoint=path,
        progress=lambda task, done, total: seen.append(task),
    )  # fmt: skip
    assert {task.split()[1] for task in seen} == {"3", "4"}
    assert went_on.history == whole.history
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, went_on.network.state_dict()[name])
    again = fit_facenet(network(), TRAINING, VALIDATION, config(tmp_path), checkpoint=path)
    assert again.history == whole.history


@pytest.mark.parametrize("settings", [{"rate": 0.02}, {"seed": 5}, {"loss": "triplet"}])
def test_the_state_of_another_training_is_not_taken(tmp_path: Path, settings: dict[str, object]) -> None:
    fit(tmp_path, epochs=1)
    seen: list[str] = []
    fit_facenet(
        network(), TRAINING, VALIDATION, config(tmp_path, epochs=1, **settings),
        checkpoint=tmp_path / "checkpoint.safetensors", progress=lambda task, done, total: seen.append(task),
    )  # fmt: skip
    assert seen


def test_it_stops_when_nothing_gets_better() -> None:
    def history(*aucs: float) -> list[FacenetEpoch]:
        return [FacenetEpoch(number, 1.0, auc) for number, auc in enumerate(aucs, 1)]

    assert not _is_over(history(0.5, 0.5), 2)
    assert _is_over(history(0.6, 0.5, 0.6), 2)
    assert not _is_over(history(0.6, 0.5, 0.61), 2)
    assert not _is_over([], 1)


def test_early_stopping_ends_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facenet_fitting, "validation_auc", lambda *_: 0.5)
    assert len(fit(tmp_path, epochs=9, patience=2).history) == 3


def test_batch_norm_keeps_what_it_knows_when_it_starts_from_weights(tmp_path: Path) -> None:
    start = network().state_dict()["norm.running_mean"].clone()
    frozen, learnt = (fit(tmp_path, epochs=1, frozen_norm=value, checkpoint=f"{value}") for value in (True, False))
    assert torch.equal(frozen.network.state_dict()["norm.running_mean"], start)
    assert not torch.equal(learnt.network.state_dict()["norm.running_mean"], start)


@given(st.integers(2, 12), st.integers(1, 6), st.integers(2, 9), st.integers(2, 5))
def test_a_batch_shows_so_many_persons_in_so_many_pictures(persons: int, each: int, wanted: int, pictures: int) -> None:
    settings = config(Path(), persons=wanted, pictures=pictures)
    numbers = np.repeat(np.arange(persons), each)
    seen: set[int] = set()
    for rows in _batches(numbers, settings, 1, 2 * persons):
        found, counts = np.unique(numbers[rows], return_counts=True)
        assert len(found) == min(wanted, persons)
        assert set(counts.tolist()) == {pictures}
        if each >= pictures:
            assert len(set(rows.tolist())) == len(rows)
        seen |= set(found.tolist())
    assert seen == set(range(persons))
