"""Pairs of pictures that look the same: copies, other frames of the same shot, the same page scanned twice.

By PDQ (`consentry.signals.copies.fingerprints`), turned and mirrored copies included. The search is exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from consentry.signals.copies.fingerprints import QUALITY_FLOOR
from consentry.training.data.picture_prints import PicturePrints
from consentry.training.progress import Progress, silent

NEAR_DISTANCE: Final = 64
"""Bits of 256 in which near-duplicates may differ.

The 31 bits of PDQ's README are for matching one picture against millions. Inside one data set far fewer pairs are
compared, so more is affordable, and frames of one video need it. Measured on the 138 million pairs of
../shared/data/scenes (November 2026), receipts aside: of the pairs between splits, all 22 up to 76 bits show the same
place or the same shot, from 78 bits on they are chance, and their number grows fifteenfold every six bits. 64, a
quarter of the bits, leaves room for data sets ten times as large. Receipts and forms with one letterhead are near each
other too; that is wanted, because a model may learn the letterhead.
"""

_COMPARED_AT_ONCE: Final = 1 << 20
"""Pairs a step: their differences take 2 MB a variant and stay in the cache of the processor."""


class NearPair(NamedTuple):
    """Two pictures, by their numbers in the rows of `PicturePrints`, and the bits in which they differ."""

    first: int
    second: int
    distance: int


def near_pairs(
    prints: PicturePrints,
    *,
    distance: int = NEAR_DISTANCE,
    apart: Iterable[str] | None = None,
    progress: Progress = silent,
) -> list[NearPair]:
    """All pairs of pictures within a distance, the nearest first.

    Pictures with too little detail for a fingerprint to mean something (`QUALITY_FLOOR`) are left out.

    Args:
        prints: Of the pictures.
        distance: Bits of 256.
        apart: One label a row, such as its split: only pairs with two different labels are looked for, which is
            faster. All pairs if ``None``.
        progress: Told as the search goes on.
    """
    labels: NDArray[np.str_] | None = None if apart is None else np.array(list(apart), dtype=np.str_)
    usable = np.flatnonzero(prints.quality >= QUALITY_FLOOR)
    if labels is None:
        parts = [(usable, usable)]
    else:
        names = sorted(set(labels[usable].tolist()))
        by_label = {name: usable[labels[usable] == name] for name in names}
        parts = [(by_label[one], by_label[other]) for index, one in enumerate(names) for other in names[index + 1 :]]
    total = sum(len(one) for one, _ in parts)
    pairs: list[NearPair] = []
    done = 0
    for one, other in parts:
        step = max(1, _COMPARED_AT_ONCE // max(1, len(other)))
        for start in range(0, len(one), step):
            block = one[start : start + step]
            pairs.extend(_near(prints.words, block, other, distance, ordered=labels is None))
            done += len(block)
            progress("near-duplicates", done, total)
    return sorted(pairs, key=lambda pair: (pair.distance, pair.first, pair.second))


def _near(
    words: NDArray[np.uint64], block: NDArray[np.intp], other: NDArray[np.intp], distance: int, *, ordered: bool
) -> Iterable[NearPair]:
    """Pairs of a block with others; if ordered, only with those that come later."""
    if ordered:
        other = other[other > block[0]]
    variants, plain = words[block], words[other, 0]
    nearest = np.full((len(block), len(other)), 256, dtype=np.uint16)
    for variant in range(variants.shape[1]):
        different = np.zeros_like(nearest)
        for word in range(4):
            different += np.bitwise_count(variants[:, variant, word, None] ^ plain[None, :, word])
        np.minimum(nearest, different, out=nearest)
    for row, column in np.argwhere(nearest <= distance):
        first, second = int(block[row]), int(other[column])
        if not ordered or second > first:
            yield NearPair(min(first, second), max(first, second), int(nearest[row, column]))
