"""Gets the records out of a manifest: CSV, JSON lines, Parquet, or a folder of class folders.

A record maps column names, in lower case, to stripped text. What the columns mean is for `training.manifest`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from consentry.runtime.model_folder import sha256_of
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

_DELIMITERS: Final = (",", ";", "\t", "|")


def read_records(path: Path, wanted: Sequence[str] = ()) -> list[Record]:
    """The records of a manifest.

    Args:
        path: A ``.parquet`` file, a ``.jsonl`` or ``.ndjson`` file, a folder, or else a CSV file: UTF-8, UTF-16 or
            Windows-1252, separated by commas, semicolons, tabs or bars.
        wanted: Columns that are needed. They tell the separators of a CSV file apart, and which column of a folder
            is which does not matter: it always gives ``path``, ``label``, ``context`` (the same) and ``split``.

    Raises:
        TrainingError: ``training.manifest`` if it cannot be read, has no rows, or lacks a wanted column.
    """
    try:
        records = [record for record in _records(path, wanted) if any(record.values())]
    except (OSError, csv.Error, ValueError, ImportError) as error:
        raise TrainingError(
            f"{path} cannot be read as a manifest: {error}.",
            "Give a CSV file with a header, JSON lines, a Parquet file, or a folder with a folder for each class.",
            code="training.manifest",
        ) from error
    if not records:
        raise TrainingError(f"{path} has no rows.", "Give a manifest with pictures.", code="training.manifest")
    return records


def require_columns(path: Path, records: Sequence[Record], wanted: Iterable[str]) -> None:
    """Make sure that a manifest has its columns.

    Raises:
        TrainingError: ``training.manifest``, with the columns that are there.
    """
    present = dict.fromkeys(name for record in records for name in record)
    missing = [name for name in wanted if name.casefold() not in present]
    if missing:
        raise TrainingError(
            f"{path} has no column {' and no column '.join(missing)}; its columns are {', '.join(present)}.",
            "Name the columns in its first line, or say in `columns` what yours are called.",
            code="training.manifest",
        )


def digest_of(path: Path) -> str:
    """SHA-256 of a manifest: of the file, or of the names and sizes of the files in a folder."""
    if not path.is_dir():
        return sha256_of(path)
    listed = [f"{file.relative_to(path).as_posix()}\t{file.stat().st_size}\n" for file in _pictures(path)]
    return sha256("".join(listed).encode()).hexdigest()


def _records(path: Path, wanted: Sequence[str]) -> Iterable[Record]:
    if path.is_dir():
        return _folder_records(path)
    suffix = path.suffix.casefold()
    if suffix == ".parquet":
        from pyarrow import parquet

        return [_record(row) for row in parquet.read_table(path).to_pylist()]
    if suffix in {".jsonl", ".ndjson"}:
        return _json_records(_text(path.read_bytes()))
    text = _text(path.read_bytes())
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=lambda mark: _columns_found(header, mark, wanted))
    return [_record(row) for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)]


def _json_records(text: str) -> list[Record]:
    records = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                found = json.loads(line)
            except ValueError as error:
                raise ValueError(f"line {number} is not JSON: {error}") from error
            if not isinstance(found, dict):
                raise ValueError(f"line {number} is not an object")
            records.append(_record(found))
    return records


def _record(row: Mapping[Any, Any]) -> Record:
    return {
        str(name).strip().casefold(): "" if value is None or value != value else str(value).strip()
        for name, value in row.items()
        if name is not None  # a line with more cells than the header has names
    }


def _text(content: bytes) -> str:
    """Text in whatever encoding it was written; Windows-1252 is what spreadsheets write that is not Unicode."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in content:
            raise
        return content.decode("cp1252", errors="replace")


def _columns_found(header: str, delimiter: str, wanted: Sequence[str]) -> tuple[int, int]:
    names = [name.strip().casefold() for name in next(csv.reader([header], delimiter=delimiter), [])]
    return sum(name.casefold() in names for name in wanted), len(names)


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
