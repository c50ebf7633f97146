"""The other half of each key, in a file: what is destroyed with it cannot be brought back by a backup of the database.

The database holds one half of the key of a case or claim, wrapped under the master key; the other is a file of 32
random bytes. A key needs both. The folder is kept out of backups of the data, or has a backup of its own that is
brought up to date whenever something is purged (`mirror`); so whoever restores an old backup of the database finds that
purged cases stay unreadable, the owner of the master key included.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from consentry.desk.errors import DeskError
from consentry.writing import writing

HALF: Final = 32
"""Bytes of a half."""
_PLACE: Final = "the folder of keys"


class Halves:
    """A folder with a file for each key.

    Args:
        folder: Made when the first is; only its owner can read it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, case_id: UUID, kind: str) -> bytes:
        """A new half, on the disk; the one that is there if an act before this one came to nothing.

        Raises:
            OutputError: It cannot be written.
        """
        half = os.urandom(HALF)
        place = self._place(case_id, kind)
        with writing(_PLACE):
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside = place.parent / f".{uuid4().hex}"
            try:
                _write(beside, half)
                os.link(beside, place)  # never over one that is there: somebody may have sealed with it
            except FileExistsError:
                return place.read_bytes()
            finally:
                beside.unlink(missing_ok=True)
            _bring_to_disk(place.parent)
        return half

    def read(self, case_id: UUID, kind: str) -> bytes | None:
        """A half; ``None`` if it was destroyed.

        Raises:
            DeskError: ``desk.keys``: the folder is not there, or the file is not one of ours.
        """
        try:
            half = self._place(case_id, kind).read_bytes()
        except FileNotFoundError:
            if not self.folder.is_dir():
                raise _no_folder(self.folder) from None
            return None
        except OSError as error:
            raise _no_folder(self.folder) from error
        if len(half) != HALF:
            raise DeskError(
                "A file in the folder of keys is not as it was written.",
                "Restore the folder from its own backup.",
                code="desk.keys",
            )
        return half

    def destroy(self, case_id: UUID, kind: str) -> None:
        """Overwrite a half on the disk, then delete it; does no harm twice.

        Raises:
            OutputError: It cannot be written.
        """
        _destroy(self._place(case_id, kind))

    def changed(self, case_id: UUID, kind: str) -> float:
        """When a half was written, as the system counts; the end of time for one that is gone."""
        try:
            return self._place(case_id, kind).stat().st_mtime
        except FileNotFoundError:
            return float("inf")

    def all(self) -> Iterator[tuple[UUID, str]]:
        """Every half that is there."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*-*")):
            name, _, kind = path.name.partition("-")
            with suppress(ValueError):
                yield UUID(hex=name), kind

    def mirror(self, folder: Path) -> tuple[int, int]:
        """Bring a copy of this folder up to date: what is new is added, what was destroyed here is destroyed there.

        Args:
            folder: The copy; made if it is not there.

        Returns:
            How many were added, and how many destroyed.

        Raises:
            OutputError: It cannot be written.
        """
        copy = Halves(folder)
        here, there = set(self.all()), set(copy.all())
        for case_id, kind in there - here:
            copy.destroy(case_id, kind)
        for case_id, kind in here - there:
            half = self.read(case_id, kind)
            if half is not None:
                copy.take(case_id, kind, half)
        return len(here - there), len(there - here)

    def take(self, case_id: UUID, kind: str, half: bytes) -> None:
        """Keep a half that comes from a copy.

        Raises:
            OutputError: It cannot be written.
        """
        place = self._place(case_id, kind)
        with writing(_PLACE):
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside = place.parent / f".{uuid4().hex}"
            try:
                _write(beside, half)
                beside.replace(place)
            finally:
                beside.unlink(missing_ok=True)
            _bring_to_disk(place.parent)

    def _place(self, case_id: UUID, kind: str) -> Path:
        # Ids begin with the time; their ends spread evenly.
        return self.folder / case_id.hex[-2:] / f"{case_id.hex}-{kind}"


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _destroy(path: Path) -> None:
    with writing(_PLACE):
        try:
            with path.open("r+b") as file:
                file.write(bytes(max(HALF, path.stat().st_size)))
                file.flush()
                os.fsync(file.fileno())
        except FileNotFoundError:
            return
        path.unlink(missing_ok=True)
        _bring_to_disk(path.parent)


def _bring_to_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _no_folder(folder: Path) -> DeskError:
    return DeskError(
        f"The folder of keys, {folder}, is not there or cannot be read.",
        "Bring its disk back, or restore the folder from its own backup; without it nothing of a case can be read.",
        code="desk.keys",
    )
