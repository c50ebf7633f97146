"""File systems of a few hundred kilobytes, which are really full, and really read-only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

Kind = Literal["tmpfs", "ext4"]
BLOCK = 4096


class SmallDisk:
    """A mounted file system.

    Attributes:
        path: Where it is mounted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def fill(self, *, leaving: int = 0) -> None:
        """Use up all room but so many bytes."""
        self._filler.unlink(missing_ok=True)
        left = os.statvfs(self.path)
        size = left.f_bavail * left.f_frsize - leaving
        descriptor = os.open(self._filler, os.O_WRONLY | os.O_CREAT)
        try:
            for start in range(0, max(size, 0), BLOCK):
                os.write(descriptor, bytes(min(BLOCK, size - start)))
        except OSError:
            pass  # file systems keep some for themselves
        finally:
            os.close(descriptor)

    def free(self) -> None:
        """Make room."""
        self._filler.unlink(missing_ok=True)

    def read_only(self) -> None:
        """Take no more."""
        subprocess.run(["mount", "-o", "remount,ro", self.path], check=True)

    def writable(self) -> None:
        """Take more again."""
        subprocess.run(["mount", "-o", "remount,rw", self.path], check=True)


@contextmanager
def small_disk(folder: Path, kind: Kind = "tmpfs", *, size: int = 1 << 20) -> Iterator[SmallDisk]:
    """A file system until the end of the block; the test is skipped where nothing may be mounted."""
    path = folder / f"disk_{kind}"
    path.mkdir()
    if kind == "tmpfs":
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    else:
        image = folder / "image"
        image.write_bytes(bytes(size))
        made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", str(image)], capture_output=True)
        if made.returncode:
            pytest.skip(f"needs a program that makes an ext4 file system: {made.stderr.decode().strip()}")
        command = ["mount", "-o", "loop", str(image), str(path)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"needs the right to mount a {kind}")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)
