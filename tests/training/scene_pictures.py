"""Generated pictures that stand for scenes, and manifests of them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

CONTEXTS = ("private", "public_event", "neutral")


def draw(context: str, seed: int) -> np.ndarray:
    """Warm planes for private, many coloured dots for public_event, sky over grass for neutral."""
    generator = np.random.default_rng(seed)
    height, width = (int(size) for size in generator.integers(60, 140, 2))
    rows = np.linspace(0, 1, height)[:, None, None]
    if context == "private":
        picture = np.array([190, 140, 90]) * (0.6 + 0.4 * rows) + np.zeros((height, width, 3))
        top, left = generator.integers(0, height // 2), generator.integers(0, width // 2)
        picture[top : top + height // 2, left : left + width // 2] = generator.integers(60, 160, 3)
    elif context == "public_event":
        picture = np.full((height, width, 3), 80.0)
        for y, x in generator.integers(0, 10_000, (250, 2)):
            y, x = y % height, x % width
            picture[y : y + 4, x : x + 4] = generator.integers(0, 256, 3)
    else:
        picture = np.where(rows < generator.uniform(0.3, 0.7), [120, 170, 230], [70, 140, 60]) + np.zeros((1, width, 3))
    return np.clip(picture + generator.normal(0, 6, picture.shape), 0, 255).astype(np.uint8)


def write_pictures(folder: Path, *, counts: dict[str, int], first_seed: int = 0) -> Path:
    """Pictures of every context for each split, in two sources and in groups of two, and their manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    seed = first_seed
    for split, count in counts.items():
        for context in CONTEXTS:
            for index in range(count):
                name = f"{split}_{context}_{index}.png"
                Image.fromarray(draw(context, seed)).save(folder / name)
                seed += 1
                source = "one" if index % 4 < 2 else "two"
                group = f"{split}{context}{index // 2}"
                rows.append(
                    {
                        "path": name,
                        "context": context,
                        "split": split,
                        "group": group,
                        "dataset": source,
                        "label": {"private": "room", "public_event": "crowd", "neutral": "meadow"}[context],
                        "people": {"private": "", "public_event": 250, "neutral": 0}[context],
                    }
                )
    return write_manifest(folder / "manifest.csv", rows)


def write_manifest(path: Path, rows: list[dict[str, Any]]) -> Path:
    """A CSV file of these rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
