"""Rows that are left out of training: a text file with one path of the manifest a line, ``#`` beginning a remark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from consentry.training.data.leakage import GIVING_WAY
from consentry.training.data.manifest import Row
from consentry.training.errors import TrainingError
from consentry.writing import write_text


def read_exclusions(path: Path) -> tuple[str, ...]:
    """The names in a file of exclusions.

    Raises:
        TrainingError: ``training.manifest`` if it cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(
            f"{path} cannot be read as a list of exclusions: {error}.",
            "Give a text file with one path of the manifest a line.",
            code="training.manifest",
        ) from error
    names = (line.partition("#")[0].strip() for line in lines)
    return tuple(dict.fromkeys(name for name in names if name))


def write_exclusions(path: Path, names: Iterable[str], *, because: str) -> Path:
    """Write a file of exclusions.

    Args:
        path: Where to.
        names: Paths as the manifest has them.
        because: The reason, for the first lines.
    """
    remarks = [f"# {line}\n" for line in because.splitlines()]
    return write_text(path, "".join([*remarks, *(f"{name}\n" for name in names)]), make_folder=True)


def leave_out(rows: Sequence[Row], names: Iterable[str], *, where: str = "The list of exclusions") -> tuple[Row, ...]:
    """The rows without those that are excluded.

    Args:
        rows: Of a manifest.
        names: From `read_exclusions`.
        where: What the messages call the list.

    Raises:
        TrainingError: ``training.manifest`` if a name is in no row; ``training.split`` if it is one of a test row,
            because a test that leaves out what is inconvenient proves nothing.
    """
    names = set(names)
    splits = {row.name: row.split for row in rows}
    for name in sorted(names):
        if name not in splits:
            close = get_close_matches(name, splits, n=1)
            raise TrainingError(
                f"{where} names {name!r}, which is not in the manifest" + (f"; {close[0]!r} is." if close else "."),
                "Name rows by their path as the manifest has it.",
                code="training.manifest",
            )
        if splits[name] not in (*GIVING_WAY, ""):
            raise TrainingError(
                f"{where} names {name!r}, a row of the split {splits[name]!r}.",
                "Leave out the training row that looks like it instead; test sets stay whole.",
                code="training.split",
            )
    return tuple(row for row in rows if row.name not in names)
