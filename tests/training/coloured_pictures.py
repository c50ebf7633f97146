"""Pictures of one colour for the tiny scene model, which takes red for private and green for a public event."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from scene_models import plain
from scene_pictures import write_manifest

COLOURS = {"private": (1.0, 0.0), "public_event": (0.0, 1.0), "street": (0.0, 0.0)}
FINE = {"private": "home_people", "public_event": "parade", "street": "<b>street & co"}


def write_coloured(folder: Path, *, count: int = 12, seed: int = 0, splits: tuple[str, ...] = ("test",)) -> Path:
    """Per split and context ``count`` pictures whose colours overlap a little, with all columns that make slices."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    rows = []
    for split in splits:
        for context, (red, green) in COLOURS.items():
            for index in range(count):
                name = f"{split}_{context}_{index}.png"
                levels = np.clip(127 + 30 * np.array([red, green]) + generator.normal(0, 14, 2), 0, 255)
                pixels = plain(int(levels[0]), int(levels[1]), int(generator.integers(0, 30)))
                if index % 3 == 0:
                    pixels = pixels[:4, :6]  # smaller than the network's input
                Image.fromarray(pixels).save(folder / name)
                rows.append(
                    {
                        "path": name,
                        "context": context,
                        "split": split,
                        "group": f"{split}{context}{index // 2}",
                        "source": "one" if index % 4 < 2 else "two",
                        "fine": FINE[context],
                        "people": str(index * 3),
                        "indoor": "yes" if context == "private" else "no",
                    }
                )
    return write_manifest(folder / "manifest.csv", rows)
