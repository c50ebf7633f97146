"""Data manifests: which pictures there are, what they show, and which split each belongs to.

A manifest is a CSV file, JSON lines, a Parquet file, or a folder with a folder for each class. Paths are relative to
it. What the columns are called is the reader's choice (`Columns`); a label map turns a data set's own words into ours.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from consentry.training.data.files import Record, digest_of, read_records, require_columns
from consentry.training.data.label_maps import (
    CONTEXTS,
    checked_label_map,
    context_of,
    read_label_map,
    refuse_unknown,
)
from consentry.training.errors import TrainingError
from consentry.writing import replacing

__all__ = [
    "CONTEXTS",
    "Columns",
    "Manifest",
    "Row",
    "read_manifest",
    "require_both_classes",
    "write_manifest",
]

_SHOWN = 5
"""How many offenders a message names."""

_OWN_CLASS = ("label", "class")
"""Columns that hold a data set's own classes: with a label map, they may stand for the context."""


@dataclass(frozen=True)
class Columns:
    """What the columns of a manifest are called, in any case; of several names, the first that is there counts."""

    path: str = "path"
    context: str = "context"
    split: str = "split"
    group: str = "group"
    source: tuple[str, ...] = ("source", "dataset")
    people: str = "people"
    fine: tuple[str, ...] = ("fine", "label", "class")
    licence: tuple[str, ...] = ("licence", "license", "terms")


@dataclass(frozen=True)
class Row:
    """One picture of a manifest.

    Attributes:
        path: The file, absolute if the manifest's path is.
        name: The path as the manifest has it.
        context: One of `CONTEXTS`.
        split: Empty if the manifest has none.
        group: Rows of one group (frames of one video, photos of one event) stay in one split; empty if alone.
        source: The data set that it comes from; empty if not stated.
        people: How many people there are to be seen, counted; ``None`` if nobody counted.
        fine: What it shows, more finely than the context; empty if not stated.
        licence: Or terms of use; empty if not stated.
        extra: All other columns, names in lower case. Not part of what makes two rows the same.
    """

    path: Path
    name: str
    context: str
    split: str = ""
    group: str = ""
    source: str = ""
    people: int | None = None
    fine: str = ""
    licence: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def unit(self) -> str:
        """What is drawn, split and left out as one: the row's group, or the row."""
        return f"{self.source}/{self.group}" if self.group else f"/{self.name}"


@dataclass(frozen=True)
class Manifest:
    """The rows of one manifest.

    Attributes:
        digest: SHA-256 of the file; of a folder, that of the names and sizes of its files.
    """

    path: Path
    digest: str
    rows: tuple[Row, ...]

    def split(self, name: str) -> tuple[Row, ...]:
        """The rows of one split.

        Raises:
            TrainingError: ``training.split`` if there are none.
        """
        rows = tuple(row for row in self.rows if row.split == name)
        if not rows:
            there = ", ".join(sorted({row.split for row in self.rows if row.split})) or "none at all"
            raise TrainingError(
                f"{self.path} has no rows of the split {name!r}.",
                f"Name one of the splits that are in it: {there}. `consentry data split` makes splits.",
                code="training.split",
            )
        return rows


def read_manifest(
    path: Path,
    *,
    columns: Columns = Columns(),
    label_map: Mapping[str, str] | Path | None = None,
    others: str | None = None,
) -> Manifest:
    """Read a manifest.

    Args:
        path: CSV, JSON lines or Parquet; or a folder: ``bedroom/a.jpg``, or ``train/bedroom/a.jpg``.
        columns: What its columns are called. ``path`` and ``context`` have to be there, the others need not be; with
            a label map, a column ``label`` or ``class`` will do in place of ``context``.
        label_map: From the words in the context column to `CONTEXTS`, or a file with such a map
            (`label_maps.read_label_map`); words outside it are taken as they are.
        others: The context that stands for any word that means nothing; an error if ``None``.

    Raises:
        TrainingError: ``training.manifest`` or ``training.labels``.
    """
    words = _words(label_map)
    records = read_records(path, (columns.path, columns.context))
    present = {name for record in records for name in record}
    context = columns.context.casefold()
    if context not in present and label_map:
        context = next((name for name in _OWN_CLASS if name in present), context)
    require_columns(path, records, (columns.path, context))
    folder = path if path.is_dir() else path.parent
    rows = tuple(
        _row(record, number, path, folder, columns, context_of(record.get(context, ""), words, others))
        for number, record in enumerate(records, 1)
    )
    meaningless = Counter(record.get(context, "") for record, row in zip(records, rows, strict=True) if not row.context)
    refuse_unknown(meaningless, words, where=path)
    _refuse_contradictions(rows, path)
    return Manifest(path=path, digest=digest_of(path), rows=rows)


def write_manifest(path: Path, rows: Sequence[Row]) -> Path:
    """Write rows as a CSV manifest, extra columns behind ours.

    Names stay as they are where the file lies beside the manifest, and become absolute where it does not.
    """
    extra = dict.fromkeys(name for row in rows for name in row.extra)
    ours = ("path", "context", "split", "group", "source", "people", "fine", "licence")
    extra = {name: None for name in extra if name not in ours}
    with replacing(path, make_folder=True) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*ours, *extra])
        for row in rows:
            same_place = (path.parent / row.name).resolve() == row.path.resolve()
            people = "" if row.people is None else row.people
            writer.writerow(
                [
                    row.name if same_place else row.path.resolve().as_posix(),
                    *(row.context, row.split, row.group, row.source, people, row.fine, row.licence),
                    *(row.extra.get(name, "") for name in extra),
                ]
            )
    return path


def require_both_classes(rows: Iterable[Row], context: str, *, least: int, where: str) -> None:
    """Make sure that there are enough rows with and without a context.

    Raises:
        TrainingError: ``training.labels``.
    """
    counts = Counter(row.context == context for row in rows)
    for is_it, name in ((True, "with"), (False, "without")):
        if counts[is_it] < least:
            raise TrainingError(
                f"{where} has {counts[is_it]} pictures {name} the context {context!r}; at least {least} are needed.",
                "Add pictures, or check the context column and its label map.",
                code="training.labels",
            )


def _words(label_map: Mapping[str, str] | Path | None) -> dict[str, str]:
    if isinstance(label_map, Path):
        return read_label_map(label_map)
    return checked_label_map((label_map or {}).items(), where="The label map")


def _row(record: Record, number: int, manifest: Path, folder: Path, columns: Columns, context: str) -> Row:
    taken = {columns.path, columns.context, columns.split, columns.group, columns.people}

    def value(*names: str) -> str:
        found = next((name.casefold() for name in names if name.casefold() in record), None)
        if found is None:
            return ""
        taken.add(found)
        return record[found]

    name = value(columns.path)
    if not name:
        raise TrainingError(
            f"{manifest} has no path in row {number}.", "Give every row the path of a file.", code="training.manifest"
        )
    path = folder / name
    if "\\" in name and not path.exists():
        path = folder / name.replace("\\", "/")
    people = _count(value(columns.people), number, manifest)
    source, fine, licence = value(*columns.source), value(*columns.fine), value(*columns.licence)
    ours = {name.casefold() for name in taken}
    return Row(
        path=path,
        name=name,
        context=context,
        split=value(columns.split),
        group=value(columns.group),
        source=source,
        people=people,
        fine=fine,
        licence=licence,
        extra={name: said for name, said in record.items() if name not in ours},
    )


def _count(text: str, number: int, manifest: Path) -> int | None:
    if not text:
        return None
    try:
        count = float(text)
    except ValueError:
        count = -1.0
    if not math.isfinite(count) or count < 0 or count != int(count):
        raise TrainingError(
            f"{manifest} says {text!r} in the column people of row {number}, which is no number of people.",
            "Give a whole number, or leave it empty where nobody counted.",
            code="training.labels",
        )
    return int(count)


def _refuse_contradictions(rows: Sequence[Row], manifest: Path) -> None:
    said: dict[str, str] = {}
    twice = [row.name for row in rows if said.setdefault(row.name, row.context) != row.context]
    if twice:
        raise TrainingError(
            f"{manifest} lists the same file with two contexts, {len(twice)} time(s): {', '.join(twice[:_SHOWN])}.",
            "Keep one row for each file.",
            code="training.labels",
        )
