"""Reads a manifest to evaluate on: anybody's, as it comes.

More forgiving than the manifest of a training: words that mean nothing to us count as neither private nor a public
event, files may be listed twice, and a row without a path is one that cannot be read. All columns are kept, since some
of them make slices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from consentry.training.data.files import Record, digest_of, read_records, require_columns
from consentry.training.data.label_maps import checked_label_map, context_of
from consentry.training.data.manifest import Columns, Row
from consentry.training.errors import TrainingError

_NEITHER: Final = "neutral"
_OWN_CLASS: Final = ("label", "class")
"""Columns that may stand for the context where there is none."""


@dataclass(frozen=True)
class EvaluationRow:
    """One row, with whatever else its manifest says of it.

    Attributes:
        row: Path, context, split, group and source.
        columns: All columns, names in lower case, values stripped.
        word: What stands where the context is looked for.
    """

    row: Row
    columns: Mapping[str, str] = field(default_factory=dict)
    word: str = ""

    @property
    def group(self) -> str:
        """What is drawn as one in a bootstrap: the row's group, or the row."""
        return self.row.unit


@dataclass(frozen=True)
class EvaluationManifest:
    """The rows of one manifest.

    Attributes:
        digest: SHA-256 of the file.
    """

    path: Path
    digest: str
    rows: tuple[EvaluationRow, ...]

    def split(self, name: str) -> tuple[EvaluationRow, ...]:
        """The rows of one split.

        Raises:
            TrainingError: ``training.split`` if there are none.
        """
        rows = tuple(row for row in self.rows if row.row.split == name)
        if not rows:
            there = ", ".join(sorted({row.row.split for row in self.rows if row.row.split})) or "none at all"
            raise TrainingError(
                f"{self.path} has no rows of the split {name!r}.",
                f"Name one of the splits that are in it: {there}. `consentry data split` makes splits.",
                code="training.split",
            )
        return rows


def read_evaluation_manifest(
    path: Path, *, columns: Columns | None = None, label_map: Mapping[str, str] | None = None
) -> EvaluationManifest:
    """Read a manifest.

    Args:
        path: CSV (separated by commas, semicolons, tabs or bars; UTF-8, UTF-16 or Windows-1252), JSON lines, Parquet,
            or a folder of class folders.
        columns: What its columns are called, in any case. Those of path and context have to be there; a column
            ``label`` or ``class`` will do in place of the context.
        label_map: From the words in the context column to ours.

    Raises:
        TrainingError: ``training.manifest``.
    """
    columns = columns or Columns()
    records = read_records(path, (columns.path, columns.context))
    present = {name for record in records for name in record}
    if columns.context.casefold() not in present:
        own = next((name for name in _OWN_CLASS if name in present), columns.context)
        columns = replace(columns, context=own)
    require_columns(path, records, (columns.path, columns.context))
    words = checked_label_map((label_map or {}).items(), where="The label map")
    folder = path if path.is_dir() else path.parent
    rows = tuple(
        EvaluationRow(_row(record, folder, columns, words), record, record.get(columns.context.casefold(), ""))
        for record in records
    )
    return EvaluationManifest(path=path, digest=digest_of(path), rows=rows)


def _row(record: Record, folder: Path, columns: Columns, words: Mapping[str, str]) -> Row:
    def value(name: str) -> str:
        return record.get(name.casefold(), "")

    name = value(columns.path)
    path = folder / name
    if "\\" in name and not path.exists():
        path = folder / name.replace("\\", "/")
    return Row(
        path=path,
        name=name,
        context=context_of(value(columns.context), words, _NEITHER),
        split=value(columns.split),
        group=value(columns.group),
        source=next((value(name) for name in columns.source if name.casefold() in record), ""),
    )
