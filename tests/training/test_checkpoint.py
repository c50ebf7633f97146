"""The state of a training comes back as it was, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from consentry.training.checkpoint import Checkpoint
from consentry.writing import OutputError


class Training:
    """A few steps of a small network."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.network = nn.Linear(3, 2)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=0.1)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, max_lr=0.1, total_steps=20, cycle_momentum=False
        )

    def steps(self, count: int) -> None:
        for _ in range(count):
            self.optimizer.zero_grad()
            self.network(torch.ones(4, 3)).square().mean().backward()
            self.optimizer.step()
            self.schedule.step()

    def save(self, kept: Checkpoint) -> None:
        kept.save({"live": self.network.state_dict()}, self.optimizer, self.schedule, [{"number": 1, "loss": 0.5}])


def test_what_goes_on_ends_where_what_went_through_does(tmp_path: Path) -> None:
    whole = Training()
    whole.steps(5)
    kept = Checkpoint(tmp_path / "run" / "state.safetensors", "a")
    whole.save(kept)
    whole.steps(5)

    again = Training()
    found = kept.load(again.optimizer, again.schedule)
    assert found is not None
    again.network.load_state_dict(found.states["live"])
    assert set(found.states) == {"live"}
    assert found.history == [{"number": 1, "loss": 0.5}]
    again.steps(5)
    for one, other in zip(whole.network.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(one, other)
    assert again.schedule.get_last_lr() == whole.schedule.get_last_lr()


def test_the_state_of_another_training_is_not_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    training = Training()
    assert Checkpoint(path, "a").load(training.optimizer, training.schedule) is None
    training.steps(1)
    training.save(Checkpoint(path, "a"))
    assert Checkpoint(path, "b").load(training.optimizer, training.schedule) is None
    assert Checkpoint(path, "a").load(training.optimizer, training.schedule) is not None


def test_a_save_that_is_cut_off_leaves_the_state_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Checkpoint(tmp_path / "state.safetensors", "a")
    training = Training()
    training.steps(1)
    training.save(kept)
    before = (tmp_path / "state.safetensors").read_bytes()

    def cut_off(tensors: object, path: Path, metadata: object) -> None:
        path.write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", cut_off)
    training.steps(1)
    with pytest.raises(OutputError, match="No space left"):
        training.save(kept)
    assert (tmp_path / "state.safetensors").read_bytes() == before
