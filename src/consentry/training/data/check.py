"""What is in a manifest, and what is wrong with it: counts, sizes, broken pictures, leakage, near-duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from consentry.training.data.contact_sheet import Section, Shown, Tile, write_contact_sheet
from consentry.training.data.leakage import Leak, find_leaks, rows_to_exclude
from consentry.training.data.manifest import Manifest, Row
from consentry.training.data.near_duplicates import NEAR_DISTANCE, near_pairs
from consentry.training.data.picture_prints import PicturePrints, picture_prints
from consentry.training.data.pictures import Skipped
from consentry.training.progress import Progress, silent


@dataclass(frozen=True)
class Cell:
    """The pictures of one split, source and context.

    Attributes:
        groups: How many groups they form; pictures without a group count as one each.
        counted: How many have a head count.
        longest_side: Median of the longest sides in pixels; ``None`` if none could be read.
    """

    split: str
    source: str
    context: str
    pictures: int
    groups: int
    counted: int
    longest_side: int | None


@dataclass(frozen=True)
class DataCheck:
    """What was found.

    Attributes:
        cells: By split, source and context.
        skipped: Pictures that could not be read.
        leaks: Between splits.
        near: Near-duplicates inside a split and outside a group, the nearest first, with their distance; not wrong, but
            they count twice.
        exclusions: Names of the rows to leave out so that nothing leaks.
    """

    manifest: Manifest
    cells: tuple[Cell, ...]
    skipped: tuple[Skipped, ...]
    leaks: tuple[Leak, ...]
    near: tuple[tuple[Row, Row, int], ...] = field(repr=False)
    exclusions: tuple[str, ...] = field(repr=False)

    @property
    def remaining(self) -> int:
        """Leaks that leaving out the exclusions would not mend: those between two test splits."""
        gone = set(self.exclusions)
        return sum(leak.first.name not in gone and leak.second.name not in gone for leak in self.leaks)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "manifest": self.manifest.path.name,
            "manifest_sha256": self.manifest.digest,
            "pictures": len(self.manifest.rows),
            "cells": [vars(cell) for cell in self.cells],
            "skipped": [{"path": item.name, "code": item.code, "reason": item.reason} for item in self.skipped],
            "leaks": [
                {
                    "what": leak.what,
                    "key": leak.key,
                    "first": leak.first.name,
                    "first_split": leak.first.split,
                    "second": leak.second.name,
                    "second_split": leak.second.split,
                    "distance": leak.distance,
                }
                for leak in self.leaks
            ],
            "near_duplicates_within_splits": len(self.near),
            "exclusions": list(self.exclusions),
        }


def check_data(
    manifest: Manifest,
    *,
    rows: Sequence[Row] | None = None,
    distance: int = NEAR_DISTANCE,
    cache: Path | None = None,
    progress: Progress = silent,
) -> DataCheck:
    """Read every picture of a manifest and say what is there.

    Args:
        manifest: As read.
        rows: Its rows without those that are left out; all of them if ``None``.
        distance: Bits of 256 up to which two pictures are near-duplicates.
        cache: A folder that keeps what pictures look like between runs.
        progress: Told of pictures and of the search.
    """
    rows = manifest.rows if rows is None else tuple(rows)
    prints = picture_prints(rows, cache=cache, progress=progress)
    leaks = find_leaks(rows, prints=prints, distance=distance)
    near = [
        (prints.rows[pair.first], prints.rows[pair.second], pair.distance)
        for pair in near_pairs(prints, distance=distance, progress=progress)
    ]
    within = [pair for pair in near if pair[0].split == pair[1].split and pair[0].unit != pair[1].unit]
    return DataCheck(
        manifest=manifest,
        cells=_cells(rows, prints),
        skipped=prints.skipped,
        leaks=tuple(leaks),
        near=tuple(within),
        exclusions=tuple(rows_to_exclude(rows, leaks)),
    )


def write_pairs(check: DataCheck, path: Path) -> Path:
    """Write a contact sheet of the pairs that leak, and of near-duplicates inside a split."""

    def caption(row: Row) -> str:
        return " · ".join(part for part in (row.split, row.context, row.fine, row.name) if part)

    def tile(one: Row, other: Row, heading: str) -> Tile:
        return Tile((Shown(one.path, caption(one)), Shown(other.path, caption(other))), heading)

    leaks = [
        tile(
            leak.first,
            leak.second,
            f"{leak.distance} bits apart" if leak.distance is not None else f"same {leak.what} {leak.key[:40]}",
        )
        for leak in check.leaks
    ]
    near = [tile(one, other, f"{distance} bits apart") for one, other, distance in check.near]
    return write_contact_sheet(
        path,
        title=f"Pairs of {check.manifest.path.name}",
        note="Pictures that lie in two splits or look the same. Bits apart: of the 256 of a PDQ fingerprint, in the "
        "nearest of eight turned and mirrored ways. Look at them before you leave rows out.",
        sections=[
            Section("Between splits", leaks, "What a model has seen in training, a test does not test."),
            Section("Inside a split", near, "Outside of a group. They count twice, which may be what you want."),
        ],
    )


def _cells(rows: Sequence[Row], prints: PicturePrints) -> tuple[Cell, ...]:
    longest = {row.name: int(size.max()) for row, size in zip(prints.rows, prints.sizes, strict=True)}
    keys = Counter((row.split, row.source, row.context) for row in rows)
    cells = []
    for split, source, context in sorted(keys):
        found = [row for row in rows if (row.split, row.source, row.context) == (split, source, context)]
        sides = [longest[row.name] for row in found if row.name in longest]
        cells.append(
            Cell(
                split=split,
                source=source,
                context=context,
                pictures=len(found),
                groups=len({row.unit for row in found}),
                counted=sum(row.people is not None for row in found),
                longest_side=round(float(np.median(sides))) if sides else None,
            )
        )
    return tuple(cells)
