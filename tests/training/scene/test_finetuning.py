from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from consentry.signals.scene.scorer import HEADS
from consentry.training.scene.augmentation import view_names
from consentry.training.scene.batches import Part
from consentry.training.scene.checkpoint import Epoch
from consentry.training.scene.config import FineTuningSettings
from consentry.training.scene.finetuning import between, fine_tune, outputs_of
from consentry.training.scene.learner import Learner
from consentry.training.scene.targets import Label, Targets
from consentry.training.scene.trunk_views import KeptViews, TrunkViews

LABELS = (Label("coast", "neutral"), Label("bedroom", "private"), Label("match", "public_event"))
CONTEXTS = np.array([[0, 0], [1, 0], [0, 1]], dtype=np.float32)
MIXTURE = np.full((2, 2), 0.5)
SETTINGS = FineTuningSettings(
    augmented_views=1,
    epochs=4,
    patience=4,
    batch=16,
    rate=0.02,
    output_rate=0.02,
    average=0.5,
    dropout=0.0,
    distance=1.0,
)


def made(folder: Path, *, count: int = 96, seed: int = 0, dtype: type = np.float16) -> tuple[KeptViews, Part]:
    """Kept views of rows whose label shows in the product of two channels, which no linear output sees."""
    generator = np.random.default_rng(seed)
    label = generator.integers(0, 3, count)
    sign = generator.choice([-1, 1], count)
    trunk = generator.normal(0, 0.3, (count, 4, 3, 3))
    trunk[:, 0] += sign[:, None, None]
    trunk[:, 1] += (sign * (label - 1))[:, None, None]
    digests = [f"{seed:02d}{index:062d}" for index in range(count)]
    views = {name: TrunkViews(folder / f"{seed}-{name}", (4, 3, 3), np.dtype(dtype)) for name in view_names(1)}
    for view in views.values():
        view.append(digests, trunk)
    people = np.where(label == 2, 99, np.nan).astype(np.float32)
    targets = Targets(LABELS, label.astype(np.int64), CONTEXTS[label], people, label == 2, np.array(["s"] * count))
    return KeptViews(views, {}), Part(digests, targets)


def joined(first: KeptViews, second: KeptViews) -> KeptViews:
    views = {}
    for name, view in first.views.items():
        other = second.views[name]
        missing = [digest for digest in other._place if digest not in view]
        view.append(missing, np.asarray(other.rows()[other.places(missing)]))
        views[name] = view
    return KeptViews(views, {})


def learner() -> Learner:
    torch.manual_seed(0)
    tail = nn.Sequential(nn.Conv2d(4, 16, 1), nn.ReLU(), nn.Conv2d(16, 16, 1), nn.ReLU(), nn.BatchNorm2d(16))
    generator = np.random.default_rng(0)
    return Learner(tail, generator.normal(size=(6, 16)) / 8, np.zeros(6), dropout=0.0)


def run(folder: Path, settings: FineTuningSettings = SETTINGS, **changes: object) -> tuple[Learner, list[Epoch]]:
    views, training = made(folder / "views")
    more, validation = made(folder / "views", count=60, seed=1)
    found = fine_tune(
        learner(),
        joined(views, more),
        training,
        validation,
        settings,
        mixture=MIXTURE,
        checkpoint=folder / "checkpoint",
        seed=3,
        **changes,  # type: ignore[arg-type]
    )
    return found.learner, list(found.history)


def test_it_learns_what_no_linear_output_can(tmp_path: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    tuned, history = run(
        tmp_path, SETTINGS.model_copy(update={"epochs": 12}), progress=lambda *call: calls.append(call)
    )
    assert history[-1].criterion > 0.95 > history[0].criterion
    assert history[-1].validation_loss < history[0].validation_loss
    assert history[-1].crowd_error < history[0].crowd_error
    assert set(history[0].auc) == set(HEADS)
    assert calls[-1] == ("epoch 12 of 12", 6, 6)
    assert not tuned.training


def test_batch_norm_keeps_its_statistics(tmp_path: Path) -> None:
    tuned, _ = run(tmp_path)
    assert torch.equal(tuned.tail[4].running_mean, torch.zeros(16))  # type: ignore[index]


def test_an_interrupted_run_ends_where_an_undisturbed_one_does(tmp_path: Path) -> None:
    whole, expected = run(tmp_path / "whole")

    class InterruptedRunError(Exception):
        pass

    def stop(epoch: Epoch) -> None:
        if epoch.number == 2:
            raise InterruptedRunError

    with pytest.raises(InterruptedRunError):
        run(tmp_path / "cut", told=stop)
    told: list[int] = []
    resumed, history = run(tmp_path / "cut", told=lambda epoch: told.append(epoch.number))
    assert told == [3, 4]
    assert history == expected
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_a_checkpoint_of_other_settings_is_not_taken_up(tmp_path: Path) -> None:
    run(tmp_path)
    told: list[int] = []
    run(tmp_path, SETTINGS.model_copy(update={"batch": 32}), told=lambda epoch: told.append(epoch.number))
    assert told == [1, 2, 3, 4]
    told.clear()
    same = SETTINGS.model_copy(update={"batch": 32, "distance": 0.5})
    run(tmp_path, same, told=lambda epoch: told.append(epoch.number))
    assert told == []  # only where the weights come to lie differs, and that is decided at the end


def test_it_stops_early_and_keeps_the_best_epoch(tmp_path: Path) -> None:
    hopeless = SETTINGS.model_copy(update={"epochs": 9, "patience": 1, "rate": 1e-12, "output_rate": 1e-12})
    tuned, history = run(tmp_path, hopeless)
    assert len(history) == 2
    assert all(torch.allclose(a, b) for a, b in zip(tuned.parameters(), learner().parameters(), strict=True))


def test_the_distance_says_where_the_weights_come_to_lie(tmp_path: Path) -> None:
    end, _ = run(tmp_path / "a")
    half, _ = run(tmp_path / "b", SETTINGS.model_copy(update={"distance": 0.5}))
    start = learner()
    for name, value in half.state_dict().items():
        if not value.is_floating_point():
            continue
        middle = (start.state_dict()[name] + end.state_dict()[name]) / 2
        assert torch.allclose(value, middle, atol=1e-6), name
    between(half, start.state_dict(), 0.0)
    assert torch.equal(half.linear.weight, start.linear.weight)


def test_outputs_come_in_the_order_of_the_digests(tmp_path: Path) -> None:
    views, part = made(tmp_path)
    forwards = outputs_of(learner(), views, part.digests)
    backwards = outputs_of(learner(), views, part.digests[::-1])
    assert forwards.shape == (96, 6)
    assert backwards == pytest.approx(forwards[::-1], abs=1e-6)


def test_whole_pictures_can_be_learned_from(tmp_path: Path) -> None:
    """With nothing frozen the views are pixels, which are never mixed."""
    views, part = made(tmp_path, dtype=np.uint8)

    class Pixels(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.convolution = nn.Conv2d(4, 16, 1)

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = self.convolution(pixels.float())
            return found

    whole = Learner(Pixels(), np.zeros((6, 16)), np.zeros(6), dropout=0.0)
    found = fine_tune(
        whole, views, part, part, SETTINGS.model_copy(update={"epochs": 1}), mixture=MIXTURE,
        checkpoint=tmp_path / "c", seed=0,
    )  # fmt: skip
    assert len(found.history) == 1
