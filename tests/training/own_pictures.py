"""Pictures as somebody has them: a folder with a folder a class, JPEGs of whatever name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image
from scene_pictures import draw
from similar_pictures import detailed


def a_noise(_: str, seed: int) -> Image.Image:
    """Detail, alike to nothing else; what is in the picture does not matter."""
    return detailed(seed)


def a_scene(name: str, seed: int) -> Image.Image:
    """What stands for a scene: the name of the class says which."""
    return Image.fromarray(draw(SHOWN.get(name, "neutral"), seed))


SHOWN: Mapping[str, str] = {
    "private": "private",
    "bedroom": "private",
    "my attic": "private",
    "public_event": "public_event",
    "parade": "public_event",
}
"""Which of the drawn scenes a class shows; the others show meadows."""


def write_classes(
    folder: Path, counts: Mapping[str, int], *, seed: int = 0, picture: Callable[[str, int], Image.Image] = a_noise
) -> Path:
    """A folder with a folder for each class and so many JPEGs in it."""
    for place, (name, count) in enumerate(counts.items()):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            shown = picture(name, seed + 1000 * place + number)
            shown.save(folder / name / f"IMG {seed + number:04d}.JPG", quality=90)
    return folder


def lighter(picture: Path, to: Path) -> Path:
    """A copy that looks the same and is another file."""
    with Image.open(picture) as opened:
        pixels = np.asarray(opened, np.float32)
        to.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.clip(pixels * 1.1, 0, 255).astype(np.uint8)).save(to, quality=80)
    return to
