"""Our fingerprints beside those of `pdqhash`, which wraps the reference's own code: bits, quality, and time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image

from consentry.signals.copies.pdq import pdq_fingerprints

Pixels = NDArray[np.uint8]

LONGEST = 512
SHORTEST = 64
"""What is smaller is stretched; coefficients are then equal by symmetry, and rounding says which is the larger."""


def report_reference(data: Path, pictures: int) -> None:
    """Print how many bits differ over pictures in random sizes, and what a picture costs."""
    generator = np.random.default_rng(0)
    bits: dict[bool, list[int]] = {True: [], False: []}
    apart: list[int] = []
    for path in islice(_paths(data), pictures):
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        if generator.random() < 0.5:
            image = image.resize((int(generator.integers(5, LONGEST + 1)), int(generator.integers(5, LONGEST + 1))))
        image.thumbnail((LONGEST, LONGEST))
        pixels = np.asarray(image)
        found, quality = pdq_fingerprints(pixels)
        expected = _eight_ways(pixels)
        bits[min(pixels.shape[:2]) >= SHORTEST].extend(
            (int.from_bytes(ours, "big") ^ int.from_bytes(theirs, "big")).bit_count()
            for ours, (theirs, _) in zip(found, expected, strict=True)
        )
        apart.append(abs(quality - expected[0][1]))
    for large, differing in bits.items():
        sides = f"of at least {SHORTEST}" if large else f"some shorter than {SHORTEST}"
        print(f"{len(differing) // 8} pictures, sides {sides} pixels, in all eight ways: ", end="")
        print(f"{sum(differing)} of {256 * len(differing)} bits differ, {max(differing)} of a fingerprint at most")
    print(f"quality differs by {max(apart)} at most, on {np.mean(np.asarray(apart) > 0):.2%} of the pictures\n")
    image = image.resize((LONGEST, LONGEST))
    print(f"| {LONGEST} x {LONGEST}, eight ways | ms of processor time, median (fastest to slowest) |\n|---|---|")
    for name, hashed in {"pdqhash, eight times": _eight_ways, "Consentry": pdq_fingerprints}.items():
        times = sorted(_cost(partial(hashed, np.asarray(image))) for _ in range(15))
        print(f"| {name} | {times[7]:.2f} ({times[0]:.2f} to {times[-1]:.2f}) |")


def _paths(data: Path) -> Iterator[Path]:
    for folder in ("flickr8k", "dipa2", "scenes"):
        yield from sorted(path for path in (data / folder).rglob("*") if path.suffix in {".jpg", ".png"})


def _eight_ways(pixels: Pixels) -> list[tuple[bytes, int]]:
    across = pixels.swapaxes(0, 1)
    turned = [np.rot90(pixels, quarters) for quarters in range(4)]
    turned += [pixels[::-1], pixels[:, ::-1], across, across[::-1, ::-1]]
    found = [pdqhash.compute(np.ascontiguousarray(way)) for way in turned]
    return [(np.packbits(np.asarray(vector, np.uint8)).tobytes(), int(quality)) for vector, quality in found]


def _cost(once: Callable[[], object], repetitions: int = 5) -> float:
    start = time.process_time()
    for _ in range(repetitions):
        once()
    return (time.process_time() - start) / repetitions * 1000
