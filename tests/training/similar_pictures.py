"""Pictures with detail, and what makes near-duplicates of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from consentry.training.data.manifest import Row


def detailed(seed: int, side: int = 160) -> Image.Image:
    """Blurred noise: no two of them are alike, and PDQ finds detail in each."""
    noise = np.random.default_rng(seed).integers(0, 256, (12, 12, 3)).astype(np.uint8)
    return Image.fromarray(noise).resize((side, side), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2))


def save(picture: Image.Image, path: Path, quality: int = 90) -> Path:
    """The picture as a JPEG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, "JPEG", quality=quality)
    return path


def row(folder: Path, name: str, split: str = "", group: str = "", context: str = "private") -> Row:
    """A row for a file in a folder."""
    return Row(folder / name, name, context, split, group, "s")
