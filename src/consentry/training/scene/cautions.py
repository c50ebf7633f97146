"""What to know before training on somebody's pictures, in a sentence each: what so few of them cannot give, say."""

from __future__ import annotations

import math
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from consentry.signals.scene.scorer import HEADS
from consentry.training.data.leakage import find_leaks, refuse_leakage
from consentry.training.data.manifest import Row
from consentry.training.data.picture_prints import PicturePrints
from consentry.training.errors import TrainingError
from consentry.training.progress import Progress
from consentry.training.scene.config import SceneConfig
from consentry.training.scene.predictions import CONTEXT_OF
from consentry.training.scene.start import heads_without_examples

ENOUGH_FOR_BANDS: Final = 60
"""Positives of `val` from which on the error of a band can be guaranteed, with the usual settings."""
_FEW_TO_LEARN_FROM: Final = 500
_SHOWN: Final = 2


def refuse_too_few(rows: Sequence[Row], shares: Mapping[str, float], config: SceneConfig) -> None:
    """Make sure that every split that is to be made can get what it needs.

    Args:
        rows: That are dealt out.
        shares: Of the splits.
        config: Of the training.

    Raises:
        TrainingError: ``training.labels``.
    """
    least = config.data.least_examples
    smallest = min(shares.get(split, 0.0) for split in ("train", "val")) / (sum(shares.values()) or 1.0)
    needed = math.ceil(least / smallest) if smallest > 0 else least
    left_alone = [] if config.start_from is None else heads_without_examples(rows, CONTEXT_OF)
    for head in HEADS:
        context = CONTEXT_OF[head]
        counts = Counter(row.context == context for row in rows)
        if head in left_alone:
            continue
        for is_it, kind in ((True, "of"), (False, "of anything else than")):
            if counts[is_it] >= needed:
                continue
            remedy = "Add pictures, or check what your classes stand for."
            if not counts[is_it] and config.start_from is None:
                remedy += (
                    " Without any, begin with a model that knows some: --start-from shipped keeps what it has learned."
                )
            raise TrainingError(
                f"{config.data.manifest} has {counts[is_it]} pictures {kind} the context {context!r}; at least "
                f"{needed} are needed, so that {least} are there to learn from and {least} to calibrate with.",
                remedy,
                code="training.labels",
            )


def look_alikes(rows: Sequence[Row], prints: PicturePrints, manifest: Path, progress: Progress) -> list[str]:
    """Pictures in two splits that look the same.

    Args:
        rows: With splits.
        prints: What they look like.
        manifest: Where they are from.
        progress: Told of the search.

    Raises:
        TrainingError: ``training.leakage`` if they are the same.
    """
    refuse_leakage(rows, digests=prints.digests)
    leaks = find_leaks(rows, prints=prints, progress=progress)
    if not leaks:
        return []
    shown = "; ".join(map(str, leaks[:_SHOWN])) + ("; ..." if len(leaks) > _SHOWN else "")
    check = f"consentry data check {shlex.quote(str(manifest))} --html pairs.html --exclusions exclude.txt"
    return [
        f"Pictures in two splits look the same, {len(leaks)} pair(s) ({shown}), which makes figures too good: look at "
        f"them with `{check}`, then train with --exclude exclude.txt."
    ]


def unused(rows: Sequence[Row]) -> list[str]:
    """Rows of no split, or of one that no training or test goes by."""
    odd = Counter(row.split for row in rows if row.split not in ("train", "val", "test"))
    return [
        f"{count} pictures have {f'the split {split!r}' if split else 'no split'} and are not used."
        for split, count in odd.items()
        if not split.startswith("test_")
    ]


def what_is_few(rows: Sequence[Row], config: SceneConfig) -> list[str]:
    """What so few pictures, or none of a context, cannot give.

    Args:
        rows: With splits.
        config: Of the training.
    """
    found = []
    counts = Counter((row.split, row.context) for row in rows)
    contexts = [CONTEXT_OF[head] for head in HEADS]
    few = {context: counts["val", context] for context in contexts if 0 < counts["val", context] < ENOUGH_FOR_BANDS}
    if few and config.bands.too_few == "probability":
        listed = " and ".join(f"{count} of the context {context}" for context, count in few.items())
        found.append(
            f"val has {listed}: with fewer than about {ENOUGH_FOR_BANDS} no error can be guaranteed, and the bands "
            "high and low go by the calibrated probability alone. More pictures mend it."
        )
    learned = sum(row.split == "train" for row in rows)
    if learned < _FEW_TO_LEARN_FROM and config.start_from is None:
        found.append(
            f"{learned} pictures are few to learn from: --start-from shipped begins with what the shipped model knows."
        )
    found += [
        f"No picture shows the context {context!r}: its calibration and thresholds stay those of the model that this "
        "one begins with, and are not measured here."
        for context in contexts
        if config.start_from is not None and not any(row.context == context for row in rows)
    ]
    if not any(row.split == "test" or row.split.startswith("test_") for row in rows):
        found.append(
            "There is no split test, so the figures are those of val, which are a little too good: keep some pictures "
            "apart as test, or leave the splits away."
        )
    return found
