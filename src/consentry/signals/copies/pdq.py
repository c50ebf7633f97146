"""PDQ as two matrix products: a picture's fingerprint in all eight ways to turn and mirror it.

Reference: https://github.com/facebook/ThreatExchange/tree/main/pdq, ``pdq/cpp/hashing/pdqhashing.cpp`` and
``pdq/cpp/downscaling/downscaling.cpp``, whose names are used here.

Until it is cut to bits, PDQ is linear: luminance, two box blurs along rows and along columns, one pixel in so many
kept, and a cosine transform. What is kept after both blurs is the weighted mean of a few neighbours, whose places and
weights depend on the number of pixels alone. A picture that is mirrored has the same places from the other end, and one
that is transposed has the result transposed, so that all eight fingerprints come of one pass over the pixels.

Sums are taken in one order, whatever the number of threads, so that a fingerprint is the same on every run.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

_KEPT: Final = 64
"""Pixels of a side after decimation."""

_FREQUENCIES: Final = 16
"""Of the cosine transform, from the second on, along each side."""

_LEAST_SIDE: Final = 5
"""Of what is smaller, the reference says nothing (``MIN_HASHABLE_DIM``)."""

_WAYS: Final = 8
_NOTHING: Final = bytes(_FREQUENCIES * _FREQUENCIES // 8)

_LUMINANCE: Final = np.array([0.299, 0.587, 0.114], np.float32)
_GRADIENTS_OF_ONE: Final = 90
"""So much of summed gradient is one point of quality."""

_SIZES_KEPT: Final = 256
"""How many sizes are remembered; one takes some 10 kB."""


def pdq_fingerprints(pixels: NDArray[np.uint8]) -> tuple[tuple[bytes, ...], int]:
    """The PDQ fingerprints of a picture turned and mirrored in all eight ways, and its quality.

    Args:
        pixels: ``(height, width, 3)`` uint8 RGB. The reference shrinks what is larger than 512 pixels before.

    Returns:
        Eight times 32 bytes: of the picture as it is, turned by a quarter to the left (`numpy.rot90`), by a half, by
        three quarters, upside down, mirrored, transposed, and transposed along the other diagonal; and 0 to 100. A
        picture of which a side is shorter than 5 pixels has zeros, and a quality of 0.
    """
    if min(pixels.shape[:2]) < _LEAST_SIDE:
        return (_NOTHING,) * _WAYS, 0
    luminance = pixels.astype(np.float32) @ _LUMINANCE
    height, width = luminance.shape
    rows = _blurred(luminance, height)
    upright, mirrored = _blurred(rows.T, width).T.reshape(2, _KEPT, 2, _KEPT).transpose(0, 2, 1, 3)
    transform = _cosines().astype(np.float32)
    across = [transform @ kept @ transform.T for kept in upright]
    turned = [transform @ kept @ transform.T for kept in mirrored]
    ways = (across[0], across[1].T, turned[1], turned[0].T, turned[0], across[1], across[0].T, turned[1].T)
    return tuple(_bits(way) for way in ways), _quality(upright[0])


def _blurred(lines: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """``(2 * 64, ...)``: what is kept of so many lines after both blurs; then that of the lines in the other order."""
    places, weights = _neighbours(size)
    found: NDArray[np.float32] = np.einsum("kn,kn...->k...", weights, lines[places])
    return found


@lru_cache(_SIZES_KEPT)
def _neighbours(size: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Of which lines each that is kept is the mean, and how much each counts: both ``(2 * 64, neighbours)``."""
    blur = _box(size)
    kept = ((np.arange(_KEPT) + 0.5) * size / _KEPT).astype(np.intp)
    means = blur[kept] @ blur
    count = int((means > 0).sum(axis=1).max())
    first = np.minimum((means > 0).argmax(axis=1), size - count)
    places = first[:, None] + np.arange(count)
    weights = np.take_along_axis(means, places, axis=1).astype(np.float32)
    return np.concatenate([places, size - 1 - places]), np.concatenate([weights, weights])


def _box(size: int) -> NDArray[np.float64]:
    """``(size, size)``: a box blur, narrower at the edges; one of an even width reaches further to the right by one."""
    width = (size + 2 * _KEPT - 1) // (2 * _KEPT)
    right = width // 2
    offsets = np.arange(size)[None, :] - np.arange(size)[:, None]
    inside = (offsets <= right) & (offsets > right - width)
    means: NDArray[np.float64] = inside / inside.sum(axis=1, keepdims=True)
    return means


@lru_cache
def _cosines() -> NDArray[np.float64]:
    """``(16, 64)``: the cosine transform without its constant."""
    frequencies, places = np.arange(1, _FREQUENCIES + 1)[:, None], np.arange(_KEPT)[None, :]
    found: NDArray[np.float64] = np.sqrt(2 / _KEPT) * np.cos(np.pi / (2 * _KEPT) * frequencies * (2 * places + 1))
    return found


def _bits(transformed: NDArray[np.floating]) -> bytes:
    """256 bits, the last coefficient first: whether each is above the median, of which there are two."""
    values = transformed.ravel()[::-1]
    return np.packbits(values > np.partition(values, values.size // 2 - 1)[values.size // 2 - 1]).tobytes()


def _quality(kept: NDArray[np.floating]) -> int:
    """From the gradients between neighbours, each cut to whole hundredths of the range."""
    across = np.abs(np.trunc(np.diff(kept, axis=0) * (100 / 255))).sum()
    along = np.abs(np.trunc(np.diff(kept, axis=1) * (100 / 255))).sum()
    return min(100, int((across + along) / _GRADIENTS_OF_ONE))
