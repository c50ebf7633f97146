"""A tiny embedder in place of InceptionResnetV1, and pictures of a few persons, for tests of facenet training."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

PERSONS = ("reference_collins", "reference_curie", "portrait_hopper")


class TinyNetwork(nn.Module):
    """Takes what InceptionResnetV1 takes, and gives what it gives."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 9, stride=8)
        self.norm = nn.BatchNorm2d(8)
        self.last = nn.Linear(8 * 16, 512)

    def forward(self, x: Tensor) -> Tensor:
        features = nn.functional.avg_pool2d(torch.relu(self.norm(self.first(x))), 4, 5)
        return nn.functional.normalize(self.last(features.flatten(1)), dim=1)


def tiny_network(*, dropout: float = 0.0) -> nn.Module:
    return TinyNetwork()


def write_people(folder: Path, media: Path, *, count: int, persons: tuple[str, ...] = PERSONS) -> Path:
    """A folder a person, each with copies of one portrait, lighter and darker."""
    for person in persons:
        (folder / person).mkdir(parents=True, exist_ok=True)
        with Image.open(media / f"{person}.jpg") as opened:
            pixels = np.asarray(opened.convert("RGB").resize((220, 220)), np.float32)
        for number in range(count):
            light = 0.7 + 0.5 * number / count
            shown = Image.fromarray(np.clip(pixels * light, 0, 255).astype(np.uint8))
            shown.save(folder / person / f"{person}_{number:04d}.jpg", quality=92)
    return folder


def write_pairs(folder: Path, people: Path) -> Path:
    """All pairs of the pictures of a folder of persons, as a file in `folder`."""
    pictures = sorted(path for path in people.rglob("*.jpg"))
    path = folder / "pairs.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["same", "path_a", "path_b", "split"])
        for one, other in itertools.combinations(pictures, 2):
            same = int(one.parent == other.parent)
            writer.writerow([same, one.relative_to(folder), other.relative_to(folder), "dev_train"])
    return path
