"""Data manifests: which pictures there are, what they show, and which split each belongs to.

A manifest is a CSV file with a header. Paths are relative to it. What the columns are called is the reader's choice
(`Columns`); a label map turns a data set's own words into ours.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from consentry.runtime.model_folder import sha256_of
from consentry.training.errors import TrainingError

CONTEXTS: Final = ("private", "public_event", "semi_private", "public_place", "neutral")
"""What a picture can show. The last three count as neither private nor a public event."""

_SHOWN = 5
"""How many offenders a message names."""


@dataclass(frozen=True)
class Columns:
    """What the columns of a manifest are called; of several names for the source, the first that is there counts."""

    path: str = "path"
    context: str = "context"
    split: str = "split"
    group: str = "group"
    source: tuple[str, ...] = ("source", "dataset")


@dataclass(frozen=True)
class Row:
    """One picture of a manifest.

    Attributes:
        path: The file, absolute.
        name: The path as the manifest has it.
        context: One of `CONTEXTS`.
        split: Empty if the manifest has none.
        group: Rows of one group (frames of one video, photos of one event) stay in one split; empty if alone.
        source: The data set that it comes from; empty if not stated.
    """

    path: Path
    name: str
    context: str
    split: str = ""
    group: str = ""
    source: str = ""


@dataclass(frozen=True)
class Manifest:
    """The rows of one manifest.

    Attributes:
        digest: SHA-256 of the file.
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
                f"Name one of the splits that are in it: {there}.",
                code="training.split",
            )
        return rows


def read_manifest(
    path: Path,
    *,
    columns: Columns = Columns(),
    label_map: Mapping[str, str] | None = None,
    others: str | None = None,
) -> Manifest:
    """Read a manifest.

    Args:
        path: The CSV file.
        columns: What its columns are called. ``path`` and ``context`` have to be there, the others need not be.
        label_map: From the words in the context column to `CONTEXTS`; words outside it are taken as they are.
        others: The context that stands for any word that is not of `CONTEXTS`; an error if ``None``.

    Raises:
        TrainingError: ``training.manifest`` or ``training.labels``.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            present = set(reader.fieldnames or ())
            missing = [name for name in (columns.path, columns.context) if name not in present]
            if missing:
                raise TrainingError(
                    f"{path} has no column {' and no column '.join(missing)}.",
                    f"A manifest needs the columns {columns.path} and {columns.context} in its first line.",
                    code="training.manifest",
                )
            records = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(
            f"{path} cannot be read as a CSV file: {error}.",
            "Give the path of a CSV file in UTF-8 with a header.",
            code="training.manifest",
        ) from error
    if not records:
        raise TrainingError(f"{path} has no rows.", "Give a manifest with pictures.", code="training.manifest")
    words = {**{context: context for context in CONTEXTS}, **(label_map or {})}
    rows = tuple(_row(record, path.parent, columns, words, others) for record in records)
    unknown = sorted({row.context for row in rows} - set(CONTEXTS))
    if unknown:
        raise TrainingError(
            f"{path} has contexts that mean nothing here: {', '.join(map(repr, unknown[:_SHOWN]))}.",
            f"Use {', '.join(CONTEXTS)}, or map your own words to them in label_map.",
            code="training.labels",
        )
    return Manifest(path=path, digest=sha256_of(path), rows=rows)


def _row(
    record: Mapping[str, str | None], folder: Path, columns: Columns, words: Mapping[str, str], others: str | None
) -> Row:
    def value(column: str) -> str:
        return (record.get(column) or "").strip()

    word = value(columns.context)
    return Row(
        path=folder / value(columns.path),
        name=value(columns.path),
        context=words.get(word, word if others is None else others),
        split=value(columns.split),
        group=value(columns.group),
        source=next((value(name) for name in columns.source if name in record), ""),
    )


def refuse_leakage(rows: Iterable[Row], *, digests: Mapping[Path, str] | None = None) -> None:
    """Make sure that no group, no path and no file content lies in two splits.

    Args:
        rows: Rows of all splits that must be independent.
        digests: SHA-256 of each file, where they are known; without, only groups and paths are compared.

    Raises:
        TrainingError: ``training.leakage``, naming the first offenders.
    """
    rows = list(rows)
    keys: list[tuple[str, Callable[[Row], str]]] = [
        ("group", lambda row: f"{row.source}/{row.group}" if row.group else ""),
        ("file", lambda row: row.name),
    ]
    if digests is not None:
        keys.append(("content", lambda row: digests.get(row.path, "")))
    for what, key in keys:
        splits: dict[str, set[str]] = {}
        names: dict[str, list[str]] = {}
        for row in rows:
            if value := key(row):
                splits.setdefault(value, set()).add(row.split)
                names.setdefault(value, []).append(f"{row.name} ({row.split})")
        shared = [value for value, found in splits.items() if len(found) > 1]
        if shared:
            listed = "; ".join(f"{value}: {', '.join(names[value][:_SHOWN])}" for value in shared[:_SHOWN])
            raise TrainingError(
                f"The same {what} lies in two splits, {len(shared)} time(s): {listed}.",
                "Put all rows of a group, and all copies of a picture, into one split.",
                code="training.leakage",
            )


def hold_out(rows: Sequence[Row], shares: Mapping[str, float], *, into: str = "val") -> tuple[Row, ...]:
    """Move a share of some sources' training rows into another split, whole groups at a time.

    For data sets that come without a validation split. Which rows move depends on their names alone, so that adding
    rows never reshuffles the others.

    Args:
        rows: Rows of any splits; only those of ``train`` move.
        shares: For each source, the share of its training rows that moves, about.
        into: The split that they move to.
    """

    def moves(row: Row) -> bool:
        key = f"{row.source}/{row.group or row.name}"
        share = int.from_bytes(sha256(key.encode()).digest()[:8], "big") / 2**64
        return row.split == "train" and share < shares.get(row.source, 0.0)

    return tuple(replace(row, split=into) if moves(row) else row for row in rows)


def require_both_classes(rows: Sequence[Row], context: str, *, least: int, where: str) -> None:
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
