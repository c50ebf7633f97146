"""PDQ by matrices, beside the package `pdqhash`, which wraps the reference's own code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pdqhash
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from consentry.signals.copies.pdq import pdq_fingerprints

Pixels = NDArray[np.uint8]


def reference(pixels: Pixels) -> tuple[bytes, int]:
    vector, quality = pdqhash.compute(np.ascontiguousarray(pixels))
    return np.packbits(np.asarray(vector, np.uint8)).tobytes(), int(quality)


def ways(pixels: Pixels) -> list[Pixels]:
    across = pixels.swapaxes(0, 1)
    turned = [np.rot90(pixels, quarters) for quarters in range(4)]
    return [*turned, pixels[::-1], pixels[:, ::-1], across, across[::-1, ::-1]]


def difference(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def smooth(seed: int, height: int, width: int) -> Pixels:
    """Blobs of several sizes, so that no coefficient is near the median by chance alone."""
    generator = np.random.default_rng(seed)
    total = np.zeros((height, width, 3), np.float32)
    for cells in (3, 7, 15, 31):
        coarse = Image.fromarray(generator.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        total += np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32) / cells**0.5
    return ((total - total.min()) / np.ptp(total) * 255).astype(np.uint8)


@pytest.mark.parametrize(
    "name", ["bedroom", "football_match", "group_1927", "living_room", "portrait_hopper", "stock_photo_mirrored"]
)
def test_of_photographs_it_is_the_reference_bit_by_bit(repository: Path, name: str) -> None:
    with Image.open(repository / "data" / "demo" / "media" / f"{name}.jpg") as opened:
        opened.thumbnail((512, 512))
        pixels = np.asarray(opened.convert("RGB"))
    found, quality = pdq_fingerprints(pixels)
    expected = [reference(way) for way in ways(pixels)]
    assert list(found) == [bits for bits, _ in expected]
    assert quality == expected[0][1]


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(64, 512), st.integers(64, 512))
def test_of_any_size_it_is_the_reference(seed: int, height: int, width: int) -> None:
    """A coefficient on the median may fall to either side: the reference adds up in another order, and in 32 bits."""
    pixels = smooth(seed, height, width)
    found, quality = pdq_fingerprints(pixels)
    expected, expected_quality = reference(pixels)
    assert abs(quality - expected_quality) <= 1
    assert difference(found[0], expected) <= 2


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(1, 80), st.integers(1, 80))
def test_of_what_is_tiny_it_is_near_the_reference(seed: int, height: int, width: int) -> None:
    """PDQ stretches it, coefficients are then equal by symmetry, and rounding says which of them is the larger."""
    pixels = smooth(seed, height, width)
    found, quality = pdq_fingerprints(pixels)
    expected, expected_quality = reference(pixels)
    assert abs(quality - expected_quality) <= 1
    if expected_quality >= 50 and min(height, width) > 16:
        assert difference(found[0], expected) <= 31


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(40, 200), st.integers(40, 200))
def test_ways_are_fingerprints_of_the_turned_picture(seed: int, height: int, width: int) -> None:
    pixels = smooth(seed, height, width)
    found, _ = pdq_fingerprints(pixels)
    for way, bits in zip(ways(pixels), found, strict=True):
        assert difference(pdq_fingerprints(np.ascontiguousarray(way))[0][0], bits) <= 2


def test_a_plain_picture_has_no_quality() -> None:
    assert pdq_fingerprints(np.full((90, 120, 3), 77, np.uint8))[1] == 0
    assert pdq_fingerprints(np.zeros((1, 1, 3), np.uint8))[1] == 0
