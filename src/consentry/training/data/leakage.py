"""Pictures that lie in two splits: the same group, file or content, or two that look the same.

What a model has seen in training it need not understand to get right in a test. So leakage is refused, with the pairs
shown; where a data set comes with it, the rows to leave out of training are listed in a file of exclusions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final, Literal

from consentry.training.data.manifest import Row
from consentry.training.data.near_duplicates import NEAR_DISTANCE, near_pairs
from consentry.training.data.picture_prints import PicturePrints
from consentry.training.errors import TrainingError
from consentry.training.progress import Progress, silent

_SHOWN = 5

GIVING_WAY: Final = ("train", "val")
"""The splits that give up rows, in this order: no test set is ever thinned out."""


@dataclass(frozen=True)
class Leak:
    """Two rows that should not lie in two splits.

    Attributes:
        what: What they share.
        key: The group, the name or the digest that they share; empty for near-duplicates.
        first: The row of the split that gives way (`GIVING_WAY`), if one of them does.
        second: The other.
        distance: Of near-duplicates, in bits of 256.
    """

    what: Literal["group", "file", "content", "near-duplicate"]
    key: str
    first: Row
    second: Row
    distance: int | None = None

    def __str__(self) -> str:
        rows = f"{self.first.name} ({self.first.split}), {self.second.name} ({self.second.split})"
        if self.distance is not None:
            return f"{rows}, {self.distance} bits apart"
        return f"{self.key}: {rows}"


def find_leaks(
    rows: Iterable[Row],
    *,
    digests: Mapping[Path, str] | None = None,
    prints: PicturePrints | None = None,
    distance: int = NEAR_DISTANCE,
    progress: Progress = silent,
) -> list[Leak]:
    """Pairs of rows of two splits that share something; one pair for each thing shared and pair of splits.

    Rows without a split are in none, and leak nothing.

    Args:
        rows: Rows of all splits that must be independent.
        digests: SHA-256 of each file, where they are known; without, and without prints, contents are not compared.
        prints: What the pictures look like, of some or all of the rows; without, near-duplicates are not looked for.
        distance: Bits of 256 up to which two pictures are near-duplicates.
        progress: Told of the search for near-duplicates.
    """
    rows = [row for row in rows if row.split]
    known = {**(prints.digests if prints else {}), **(digests or {})}
    keys: list[tuple[Literal["group", "file", "content"], Callable[[Row], str]]] = [
        ("group", lambda row: f"{row.source}/{row.group}" if row.group else ""),
        ("file", lambda row: row.name),
        ("content", lambda row: known.get(row.path, "")),
    ]
    leaks: list[Leak] = []
    seen: set[tuple[str, str]] = set()
    for what, key in keys:
        members: dict[str, dict[str, Row]] = {}
        for row in rows:
            if value := key(row):
                members.setdefault(value, {}).setdefault(row.split, row)
        for value, by_split in members.items():
            for one, other in combinations(by_split.values(), 2):
                if (one.name, other.name) not in seen:
                    seen.add((one.name, other.name))
                    leaks.append(_leak(what, value, one, other))
    if prints is not None:
        leaks.extend(_near_leaks(rows, prints, distance, seen, progress))
    return leaks


def refuse_leakage(
    rows: Iterable[Row],
    *,
    digests: Mapping[Path, str] | None = None,
    prints: PicturePrints | None = None,
    distance: int = NEAR_DISTANCE,
    progress: Progress = silent,
) -> None:
    """Make sure that nothing lies in two splits; arguments as for `find_leaks`.

    Raises:
        TrainingError: ``training.leakage``, naming the first offenders.
    """
    leaks = find_leaks(rows, digests=digests, prints=prints, distance=distance, progress=progress)
    if not leaks:
        return
    what = leaks[0].what
    same = [leak for leak in leaks if leak.what == what]
    listed = "; ".join(map(str, same[:_SHOWN])) + (f"; and {len(same) - _SHOWN} more" if len(same) > _SHOWN else "")
    if what == "near-duplicate":
        raise TrainingError(
            f"Pictures that look the same lie in two splits, {len(same)} pair(s): {listed}.",
            "Look at them with `consentry data check MANIFEST --html pairs.html`, and leave the training rows out "
            "(`--exclusions FILE` lists them).",
            code="training.leakage",
        )
    raise TrainingError(
        f"The same {what} lies in two splits, {len(same)} time(s): {listed}.",
        "Put all rows of a group, and all copies of a picture, into one split, or leave the splits away and have them "
        "made; `consentry data check MANIFEST --exclusions FILE` lists rows to leave out.",
        code="training.leakage",
    )


def rows_to_exclude(rows: Sequence[Row], leaks: Iterable[Leak]) -> list[str]:
    """Names of the rows to leave out so that nothing leaks any more, in the order of the rows.

    Validation rows give way to test rows first, and then training rows to what is left. A row's whole group goes with
    it, because the frames of one video look alike even where a fingerprint does not say so. Test rows stay.
    """
    leaks = list(leaks)
    gone: set[str] = set()
    by_group: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        by_group.setdefault((row.split, row.unit), []).append(row.name)
    for split in reversed(GIVING_WAY):
        for leak in leaks:
            if leak.first.split == split and leak.second.name not in gone:
                gone.update(by_group.get((split, leak.first.unit), [leak.first.name]))
    return [row.name for row in rows if row.name in gone and row.split in GIVING_WAY]


def _near_leaks(
    rows: Sequence[Row], prints: PicturePrints, distance: int, seen: set[tuple[str, str]], progress: Progress
) -> Iterable[Leak]:
    splits = {row.name: row.split for row in rows}
    labels = [splits.get(row.name, "") for row in prints.rows]
    by_name = {row.name: row for row in rows}
    for pair in near_pairs(prints, distance=distance, apart=labels, progress=progress):
        names = prints.rows[pair.first].name, prints.rows[pair.second].name
        if all(splits.get(name) for name in names) and names not in seen and names[::-1] not in seen:
            yield _leak("near-duplicate", "", by_name[names[0]], by_name[names[1]], pair.distance)


def _leak(
    what: Literal["group", "file", "content", "near-duplicate"],
    key: str,
    one: Row,
    other: Row,
    distance: int | None = None,
) -> Leak:
    def order(row: Row) -> int:
        return GIVING_WAY.index(row.split) if row.split in GIVING_WAY else len(GIVING_WAY)

    first, second = (one, other) if order(one) <= order(other) else (other, one)
    return Leak(what, key, first, second, distance)
