"""Other looks at a training picture, as further rows of features: mirrored, and as a small, hard-compressed copy.

Each is a pure function of the picture and a seed, so that features can be computed once and kept.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from consentry.signals.scene.preprocessing import Picture

View = Callable[[Picture, int], Picture]


def _original(picture: Picture, _: int) -> Picture:
    return picture


def _mirrored(picture: Picture, _: int) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1])


def _low_resolution(picture: Picture, seed: int) -> Picture:
    """Longest side 80-160 pixels, JPEG quality 50-89: what a picture looks like after a few messengers."""
    from PIL import Image

    generator = np.random.default_rng(seed)
    image = Image.fromarray(np.ascontiguousarray(picture))
    scale = min(1.0, int(generator.integers(80, 161)) / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    stream = io.BytesIO()
    quality = int(generator.integers(50, 90))
    image.resize(size, Image.Resampling.BILINEAR).save(stream, "JPEG", quality=quality)
    with Image.open(stream) as compressed:
        return np.asarray(compressed.convert("RGB"))


def _cropped(picture: Picture, seed: int) -> Picture:
    """A random part of 40-90 % of the area, mirrored half of the time."""
    generator = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    share, shape = generator.uniform(0.4, 0.9), np.exp(generator.uniform(-0.3, 0.3))
    part_height = min(height, max(1, round(height * float(np.sqrt(share / shape)))))
    part_width = min(width, max(1, round(width * float(np.sqrt(share * shape)))))
    top = int(generator.integers(0, height - part_height + 1))
    left = int(generator.integers(0, width - part_width + 1))
    part = picture[top : top + part_height, left : left + part_width]
    return np.ascontiguousarray(part[:, ::-1] if generator.random() < 0.5 else part)


VIEWS: Final[Mapping[str, View]] = {
    "original": _original,
    "mirrored": _mirrored,
    "low_resolution": _low_resolution,
    "cropped": _cropped,
}
