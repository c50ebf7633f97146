"""Takes in somebody's pictures as they come: classes of any name, no splits, broken files and look-alikes among them.

What had to be done is written down as a manifest beside the model, so that the next training and every evaluation go by
the same splits. A manifest in which everything is in order is used as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from consentry.training.data.exclusions import leave_out, read_exclusions
from consentry.training.data.files import SPLIT_FOLDERS
from consentry.training.data.label_maps import spelled_alike
from consentry.training.data.manifest import Row, read_manifest, write_manifest
from consentry.training.data.near_duplicates import near_pairs
from consentry.training.data.picture_prints import PicturePrints, picture_prints
from consentry.training.data.pictures import Skipped, refuse_too_many
from consentry.training.data.splits import assign_splits
from consentry.training.errors import TrainingError
from consentry.training.progress import Progress, silent
from consentry.training.scene.cautions import look_alikes, refuse_too_few, unused, what_is_few
from consentry.training.scene.class_reading import Ask, read_classes
from consentry.training.scene.config import ColumnNames, DataSettings, SceneConfig
from consentry.training.scene.data import further_manifest

MANY: Final = 1000
"""Pictures from which on the shares of `data split` do."""
_SHARES: Final[Mapping[str, float]] = {"train": 0.7, "val": 0.15, "test": 0.15}
_SHARES_OF_FEW: Final[Mapping[str, float]] = {"train": 0.5, "val": 0.3, "test": 0.2}


@dataclass(frozen=True)
class TakenIn:
    """Pictures that can be trained on.

    Attributes:
        config: With the manifest, its columns and its splits as they are now.
        rows: Of that manifest.
        written: The manifest that was written; ``None`` if everything was in order.
        skipped: Pictures that could not be read, and are not in it.
        notes: What was done, a sentence each.
        warnings: What to know and what to do about it, a sentence each.
    """

    config: SceneConfig
    rows: tuple[Row, ...]
    written: Path | None
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def take_in_pictures(config: SceneConfig, *, ask: Ask | None = None, progress: Progress = silent) -> TakenIn:
    """Bring the pictures of a configuration into order.

    Classes whose context is not known are asked for. Splits are made where there are none, with groups and look-alikes
    together; a missing ``val`` is taken from ``train``. Where pictures are looked at for that, or for look-alikes in
    two splits, those that cannot be read are left out.

    Args:
        config: What to train, on what.
        ask: Told of the classes whose context is not known; without it they are an error.
        progress: Told of pictures.

    Raises:
        TrainingError: The pictures cannot be trained on; see its codes.
    """
    data = config.data
    found = read_classes(data.manifest, data.columns.columns(), data.label_map, data.others, ask)
    rows = _left(tuple(_tidied(row) for row in found.rows), data)
    splits = {row.split for row in rows} - {""}
    if splits and "train" not in splits:
        raise TrainingError(
            f"{data.manifest} has the splits {', '.join(sorted(splits))}, and none of them is 'train'.",
            "Call them train, val and test; or leave them away, and the pictures are dealt out.",
            code="training.split",
        )
    without_val = bool(splits) and "val" not in splits and not data.hold_out
    shares = _shares(data, len(rows))
    notes: list[str] = []
    warnings: list[str] = []
    skipped: tuple[Skipped, ...] = ()
    if not splits or without_val:
        refuse_too_few([row for row in rows if row.split in ("", "train")], shares, config)
    if not splits or without_val or data.check_look_alikes:
        prints = picture_prints(rows, cache=config.cache / "prints", progress=progress)
        rows, skipped = prints.rows, prints.skipped
        refuse_too_many(skipped, len(rows) + len(skipped), share=data.broken_share)
        if not splits or without_val:
            rows, note = _dealt(rows, shares, prints, config.seed, progress, only_train=without_val)
            notes.append(note)
        if splits and data.check_look_alikes:
            warnings += look_alikes(rows, prints, data.manifest, progress)
    if splits:
        warnings += unused(rows)
    warnings += what_is_few(rows, config)
    tests = data.test_splits
    if tests is None:
        tests = tuple(sorted({row.split for row in rows if row.split == "test" or row.split.startswith("test_")}))
    changed: dict[str, object] = {"test_splits": tests}
    written = None
    if rows != _as_it_is(data):
        written = config.output.with_name(f"{config.output.name}.csv")
        more = [
            row for other in data.more for row in further_manifest(other, data).rows if row.split in ("train", "val")
        ]
        write_manifest(written, (*rows, *more))
        changed |= {
            "manifest": written,
            "name": data.name or (data.manifest.resolve().name if data.manifest.is_dir() else data.manifest.stem),
            "more": (),
            "columns": ColumnNames(),
            "label_map": {},
            "others": None,
            "exclusions": None,
        }
    config = config.model_copy(update={"data": data.model_copy(update=changed)})
    return TakenIn(config, rows, written, skipped, tuple(notes), tuple(warnings))


def _tidied(row: Row) -> Row:
    """A row whose split is called as ours, and whose finest word says more than its context."""
    split = SPLIT_FOLDERS.get(row.split.casefold(), row.split)
    fine = "" if spelled_alike(row.fine) == row.context else row.fine
    return row if (split, fine) == (row.split, row.fine) else replace(row, split=split, fine=fine)


def _left(rows: tuple[Row, ...], data: DataSettings) -> tuple[Row, ...]:
    """Rows without those that are excluded."""
    if data.exclusions is None:
        return rows
    return leave_out(rows, read_exclusions(data.exclusions), where=str(data.exclusions))


def _shares(data: DataSettings, count: int) -> dict[str, float]:
    """The share of each split: as given, as usual for so many pictures, and for train what is left."""
    given = dict(data.shares or {})
    shares = {**(_SHARES if count >= MANY else _SHARES_OF_FEW), **given}
    if "train" not in given:
        shares["train"] = 1.0 - sum(share for split, share in shares.items() if split != "train")
    if shares["train"] <= 0 or shares["val"] <= 0:
        raise TrainingError(
            f"The shares {given} leave nothing for train or for val.",
            "Give train and val a share each, such as --share train=0.6 --share val=0.2.",
            code="training.split",
        )
    return shares


def _as_it_is(data: DataSettings) -> tuple[Row, ...] | None:
    """The rows that a training would read; ``None`` if it could not."""
    try:
        found = read_manifest(
            data.manifest, columns=data.columns.columns(), label_map=data.label_map, others=data.others
        )
    except TrainingError:
        return None
    return _left(found.rows, data)


def _dealt(
    rows: tuple[Row, ...],
    shares: dict[str, float],
    prints: PicturePrints,
    seed: int,
    progress: Progress,
    *,
    only_train: bool,
) -> tuple[tuple[Row, ...], str]:
    """Rows with splits, and what was done: all of them are dealt out, or ``val`` out of ``train``."""
    numbers = [number for number, row in enumerate(rows) if not only_train or row.split == "train"]
    place = {number: index for index, number in enumerate(numbers)}
    near = [pair for pair in near_pairs(prints, progress=progress) if pair.first in place and pair.second in place]
    together = [(place[pair.first], place[pair.second]) for pair in near]
    first: dict[str, int] = {}
    for number in numbers:  # the same file twice, where it has too little detail to look like anything
        digest = prints.digests[rows[number].path]
        together.append((place[first.setdefault(digest, number)], place[number]))
    if only_train:
        shares = {split: shares.get(split, 0.0) for split in ("train", "val")}
    dealt = list(rows)
    given = assign_splits([replace(rows[number], split="") for number in numbers], shares, seed=seed, near=together)
    for number, row in zip(numbers, given, strict=True):
        dealt[number] = row
    total = sum(shares.values())
    said = ", ".join(f"{split} {share / total:.0%}" for split, share in shares.items() if share > 0)
    why = (
        "There is no split val, so train was dealt out anew" if only_train else "There are no splits, so they were made"
    )
    pairs = f" ({len(near)} pairs of them)" if near else ""
    note = f"{why} ({said}; seed {seed}): groups and look-alikes stay together{pairs}."
    return tuple(dealt), note
