"""Gets the records out of a manifest: a table of any kind, or a folder of class folders.

A record maps column names, in lower case, to stripped text. What the columns mean is for `training.manifest`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from consentry.runtime.model_folder import sha256_of
from consentry.tables import BadRow, ColumnNames, TableError, format_of, likely_column, opened, read_table
from consentry.training.errors import TrainingError

Record = dict[str, str]

PICTURE_SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".mp4", ".mov", ".webm", ".mkv", ".avi", ".ts"}
)
"""What counts as a picture or a video in a folder of class folders, in lower case."""

SPLIT_FOLDERS: Final[Mapping[str, str]] = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}
"""Names of folders that are splits and not classes; a name that begins with ``test_`` is a further test split."""


def read_records(path: Path, wanted: Sequence[str] = (), *, renamed: Mapping[str, str] | None = None) -> list[Record]:
    """The records of a manifest.

    Args:
        path: A table in any form that `consentry.tables` reads (what does not say by its ending what it is, is taken
            for delimited text), or a folder.
        wanted: Columns that are needed. They tell the separators of delimited text apart, and which column of a folder
            is which does not matter: it always gives ``path``, ``label``, ``context`` (the same) and ``split``.
        renamed: From names of columns to those of the file.

    Raises:
        TrainingError: ``training.manifest`` if it cannot be read, has no rows, or a row is none.
    """
    try:
        records = [record for record in _records(path, wanted, renamed or {}) if any(record.values())]
    except (OSError, ValueError, ImportError, TableError) as error:
        said = error.message if isinstance(error, TableError) else f"{path} cannot be read as a manifest: {error}."
        remedy = "Give a table with a header, JSON lines, a Parquet file, or a folder with a folder for each class."
        remedy = error.remedy if isinstance(error, TableError) and error.code == "table.columns" else remedy
        raise TrainingError(said, remedy, code="training.manifest") from error
    if not records:
        raise TrainingError(f"{path} has no rows.", "Give a manifest with pictures.", code="training.manifest")
    present = {name for record in records for name in record}
    empty = {name.casefold(): "" for name in wanted if name.casefold() in present}  # objects need not have every key
    return [record if empty.keys() <= record.keys() else {**empty, **record} for record in records]


def require_columns(path: Path, records: Sequence[Record], wanted: Iterable[str]) -> None:
    """Make sure that a manifest has its columns.

    Raises:
        TrainingError: ``training.manifest``, with the columns that are there and those that were probably meant.
    """
    wanted = list(wanted)
    present = dict.fromkeys(name for record in records for name in record)
    missing = [name for name in wanted if name.casefold() not in present]
    if missing:
        meant = [(name, likely_column(name, present, wanted)) for name in missing]
        options = " ".join(f"--column {name}={near}" for name, near in meant if near)
        raise TrainingError(
            f"{path} has no column {' and no column '.join(missing)}; its columns are {', '.join(present)}.",
            f"Say what yours are called: {options} (in a configuration: data.columns)."
            if options
            else "Name them in its first line, or say with --column, or `columns` in a configuration, what yours are "
            "called.",
            code="training.manifest",
        )


def digest_of(path: Path) -> str:
    """SHA-256 of a manifest: of the file, or of the names and sizes of the files in a folder."""
    if not path.is_dir():
        return sha256_of(path)
    listed = [f"{file.relative_to(path).as_posix()}\t{file.stat().st_size}\n" for file in _pictures(path)]
    return sha256("".join(listed).encode()).hexdigest()


def _records(path: Path, wanted: Sequence[str], renamed: Mapping[str, str]) -> Iterable[Record]:
    if path.is_dir():
        return _folder_records(path)
    return list(_table_records(path, wanted, renamed))


def _table_records(path: Path, wanted: Sequence[str], renamed: Mapping[str, str]) -> Iterator[Record]:
    known = {name.casefold() for name in wanted}
    form = format_of(path.name) or "delimited"
    with opened(str(path)) as stream:
        rows = read_table(stream, str(path), form, names=ColumnNames(renamed), known=known)
        for number, row in enumerate(rows, 1):
            if isinstance(row, BadRow):
                raise TableError(f"{path} cannot be read as a manifest: row {number}: {row.reason}", "Correct the row.")
            yield {name: "" if value is None or value != value else str(value).strip() for name, value in row.items()}


def _folder_records(folder: Path) -> list[Record]:
    """``bedroom/a.jpg``, or ``train/bedroom/a.jpg`` where the outer folders are splits."""
    names = {file.relative_to(folder).parts[0] for file in _pictures(folder) if file.parent != folder}
    splits = {name: _split_of(name) for name in names}
    with_splits = bool(names) and all(splits.values())
    if not with_splits and any(splits.values()):
        odd = sorted(name for name, split in splits.items() if not split)
        raise ValueError(
            f"it holds folders of splits ({', '.join(sorted(set(names) - set(odd)))}) "
            f"beside others ({', '.join(odd)}); either all of them are splits or none is"
        )
    depth = 2 if with_splits else 1
    records = []
    for file in _pictures(folder):
        parts = file.relative_to(folder).parts
        if len(parts) <= depth:
            raise ValueError(f"{'/'.join(parts)} lies in no folder of a class")
        label = parts[depth - 1]
        split = splits[parts[0]] if with_splits else ""
        records.append({"path": "/".join(parts), "label": label, "context": label, "split": split})
    return records


def _split_of(folder: str) -> str:
    name = folder.casefold()
    return name if name.startswith("test_") else SPLIT_FOLDERS.get(name, "")


def _pictures(folder: Path) -> list[Path]:
    """In the order of their names, hidden files left out."""
    found = (
        file
        for file in folder.rglob("*")
        if file.suffix.casefold() in PICTURE_SUFFIXES
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )
    return sorted((file for file in found if file.is_file()), key=lambda file: file.relative_to(folder).as_posix())
