"""Media on the disk: named after their content, encrypted under the key of their case or claim while they arrive.

The name is a keyed digest (HMAC-SHA-256 under a key derived from the case's), so that one medium that comes twice in a
case is kept once, and nobody who reads the folder or a backup can tell whether it holds a picture that they know.
Nothing here knows the database; a file that no row speaks of is swept (`consentry.desk.vault.sweeping`).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple
from uuid import uuid4

from consentry.desk.errors import DeskError
from consentry.desk.vault.sealed_streams import SealingWriter, derived, unsealed
from consentry.writing import writing

PARTIAL: Final = ".part"
"""The ending of what is still being written, or was given up."""
_ADDRESS: Final = re.compile(r"[0-9a-f]{64}")
_PLACE: Final = "the vault's media"


class Kept(NamedTuple):
    """What lies in the vault now.

    Attributes:
        address: Where: 64 hexadecimal digits.
        size: Of the medium, in bytes.
    """

    address: str
    size: int


class Receiving:
    """A medium that is arriving. Used by one thread at a time, which need not be the same.

    Args:
        store: Where it will lie.
        key: Of the case or claim.
    """

    def __init__(self, store: MediaStore, key: bytes) -> None:
        self._store = store
        self._key = key
        self._digest = hashlib.sha256()
        with writing(_PLACE):
            store.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path = store.folder / f"{uuid4().hex}{PARTIAL}"
            self._file: BinaryIO = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
            self._sealing = SealingWriter(self._file, key, "medium")

    def write(self, content: bytes | bytearray | memoryview) -> None:
        """Further bytes.

        Raises:
            OutputError: The disk does not take them.
        """
        self._digest.update(content)
        with writing(_PLACE):
            self._sealing.write(content)

    def finish(self) -> Kept:
        """Bring it to the disk and give it its name.

        Raises:
            OutputError: The disk does not take it.
        """
        address = _address_of(self._key, self._digest.digest())
        with writing(_PLACE):
            self._sealing.end()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            place = self._store.path(address)
            place.parent.mkdir(exist_ok=True, mode=0o700)
            # Also over one that is there: the sweep leaves alone what was written lately.
            self._path.replace(place)
            _bring_to_disk(place.parent)
        return Kept(address, self._sealing.size)

    def abandon(self) -> None:
        """Forget it; does no harm after `finish`."""
        with suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)


class MediaStore:
    """The folder with the media.

    Args:
        folder: Made when something is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def receive(self, key: bytes) -> Receiving:
        """Begin to keep a medium.

        Args:
            key: Of its case, or of its claim for reference photos.
        """
        return Receiving(self, key)

    def keep(self, content: bytes, key: bytes) -> Kept:
        """Keep a medium that is in memory already."""
        receiving = self.receive(key)
        try:
            receiving.write(content)
            return receiving.finish()
        finally:
            receiving.abandon()

    def pieces(self, address: str, key: bytes) -> Iterator[bytes]:
        """A medium, decrypted piece by piece; whoever needs all of it checked before its first byte uses `plain`.

        Raises:
            DeskError: ``desk.damaged``, also where it is missing.
        """
        try:
            with self.path(address).open("rb") as file:
                yield from unsealed(file, key, "medium")
        except FileNotFoundError as error:
            raise _missing() from error

    def read(self, address: str, key: bytes) -> bytes:
        """All of a medium.

        Raises:
            DeskError: ``desk.damaged``, also where it is missing.
        """
        content = b"".join(self.pieces(address, key))
        if _address_of(key, hashlib.sha256(content).digest()) != address:
            raise _missing()
        return content

    @contextmanager
    def plain(self, address: str, key: bytes) -> Iterator[Path]:
        """A medium as a file for decoders, in memory alone (memfd): no disk has it, and it ends with the block.

        Raises:
            DeskError: ``desk.damaged``, also where it is missing.
        """
        digest = hashlib.sha256()
        with os.fdopen(os.memfd_create("medium"), "w+b") as file:
            for piece in self.pieces(address, key):
                digest.update(piece)
                file.write(piece)
            file.flush()
            if _address_of(key, digest.digest()) != address:
                raise _missing()
            yield Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")

    def remove(self, address: str) -> None:
        """Delete what lies there; its bytes are unreadable anyway once the key is destroyed."""
        with writing(_PLACE):
            self.path(address).unlink(missing_ok=True)

    def path(self, address: str) -> Path:
        """Where a medium lies.

        Raises:
            ValueError: That is no address.
        """
        if not _ADDRESS.fullmatch(address):
            raise ValueError("an address of the vault is 64 hexadecimal digits")
        return self.folder / address[:2] / address


def _address_of(key: bytes, digest: bytes) -> str:
    return hmac.new(derived(key, "address"), digest, hashlib.sha256).hexdigest()


def _missing() -> DeskError:
    return DeskError(
        "A medium is not in the vault, or another one lies in its place.",
        "Restore it from a backup of the media.",
        code="desk.damaged",
    )


def _bring_to_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
