"""The other half of each key, in a file: what is destroyed there cannot be brought back by a backup of the database.

The database holds one half of the key of a case or claim, wrapped under the master key; the other are 32 random bytes
in a sheet. A key needs both. The folder of sheets is kept out of backups of the data, and has a copy of its own that is
brought up to date whenever something was purged (`mirror`); so whoever restores an old backup of the database finds
that purged cases stay unreadable, the owner of the master key included.

A sheet has room for a thousand halves and is written once, whole, by the process that will hand them out. So a new case
costs no write here, and a hundred thousand cases are a hundred files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Final
from uuid import uuid4

from consentry.desk.errors import DeskError
from consentry.writing import writing

HALF: Final = 32
"""Bytes of a half."""
ON_A_SHEET: Final = 1024
_DESTROYED: Final = bytes(HALF)
_PLACE: Final = "the folder of keys"
_NAME: Final = re.compile(r"([0-9a-f]{32}):([0-9]{1,4})")


class Halves:
    """A folder of sheets. Only its owner can read it.

    Args:
        folder: Made when the first half is taken.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._turn = Lock()
        self._owner = 0
        self._sheet = b""
        self._name = ""
        self._next = ON_A_SHEET

    def take(self) -> tuple[str, bytes]:
        """A half that nobody has had, and its place. It is on the disk already.

        Raises:
            OutputError: A new sheet cannot be written.
        """
        with self._turn:
            if self._next == ON_A_SHEET or self._owner != os.getpid():
                self._begin_sheet()
            place, start = f"{self._name}:{self._next}", self._next * HALF
            self._next += 1
            return place, self._sheet[start : start + HALF]

    def read(self, place: str) -> bytes | None:
        """A half; ``None`` if it was destroyed, or its sheet is not here.

        Raises:
            DeskError: ``desk.keys``: the folder is not there, or a sheet is not as it was written.
        """
        path, offset = self._at(place)
        try:
            with path.open("rb") as file:
                file.seek(offset)
                half = file.read(HALF)
        except FileNotFoundError:
            if not self.folder.is_dir():
                raise _no_folder(self.folder) from None
            return None
        except OSError as error:
            raise _no_folder(self.folder) from error
        if len(half) != HALF:
            raise DeskError(
                "A sheet in the folder of keys is not as it was written.",
                "Restore the folder from its own copy.",
                code="desk.keys",
            )
        return None if half == _DESTROYED else half

    def destroy(self, place: str) -> None:
        """Overwrite a half on the disk; does no harm twice.

        Raises:
            OutputError: It cannot be written.
        """
        path, offset = self._at(place)
        with writing(_PLACE):
            try:
                with path.open("r+b") as file:
                    file.seek(offset)
                    file.write(_DESTROYED)
                    file.flush()
                    os.fsync(file.fileno())
            except FileNotFoundError:
                return

    def sheets(self) -> Iterator[Path]:
        """Every sheet."""
        return (path for path in sorted(self.folder.glob("*.keys")))

    def mirror(self, folder: Path) -> tuple[int, int]:
        """Bring a copy of this folder up to date: new sheets are added, what was destroyed here is destroyed there.

        Args:
            folder: The copy; made if it is not there.

        Returns:
            How many sheets were added, and how many halves destroyed.

        Raises:
            OutputError: It cannot be written.
        """
        added = destroyed = 0
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for path in self.sheets():
                here, copy = path.read_bytes(), folder / path.name
                if not copy.exists():
                    _write(copy, here)
                    added += 1
                    continue
                there = copy.read_bytes()
                for offset in range(0, len(here), HALF):
                    if here[offset : offset + HALF] == _DESTROYED != there[offset : offset + HALF]:
                        Halves(folder).destroy(f"{path.stem}:{offset // HALF}")
                        destroyed += 1
        return added, destroyed

    def _begin_sheet(self) -> None:
        name, sheet = uuid4().hex, os.urandom(ON_A_SHEET * HALF)
        with writing(_PLACE):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(self.folder / f"{name}.keys", sheet)
        self._owner, self._name, self._sheet, self._next = os.getpid(), name, sheet, 0

    def _at(self, place: str) -> tuple[Path, int]:
        found = _NAME.fullmatch(place)
        if found is None or int(found[2]) >= ON_A_SHEET:
            raise ValueError("the place of a half is the name of a sheet and a number")
        return self.folder / f"{found[1]}.keys", int(found[2]) * HALF


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _no_folder(folder: Path) -> DeskError:
    return DeskError(
        f"The folder of keys, {folder}, is not there or cannot be read.",
        "Bring its disk back, or restore the folder from its own copy; without it nothing of a case can be read.",
        code="desk.keys",
    )
