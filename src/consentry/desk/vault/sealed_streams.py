"""Streams that are encrypted piece by piece: any length in little memory, and no piece can be lost, moved or added.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015: "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance", section 7), in the layout that Tink calls AES-GCM-HKDF: each stream has a key of its
own, derived from the case's with a random salt; the nonce of a piece is its number and whether it is the last one. So a
piece that is dropped, repeated or exchanged has another number than it was sealed with, and a stream that was cut off
at the end of a piece ends with one that was not sealed as the last.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from consentry.desk.errors import DeskError

PIECE: Final = 64 * 1024
"""Bytes of a piece before it is sealed."""
_TAG: Final = 16
_MARK: Final = b"CNTRYSS1"
_SALT: Final = 32
_HEADER: Final = len(_MARK) + _SALT
_KEY: Final = 32


class Sink(Protocol):
    """Something that takes bytes."""

    def write(self, content: bytes, /) -> object:
        """Take them."""
        ...


class SealingWriter:
    """Seals what it is given, in pieces of any size, into a file.

    Args:
        file: Written from where it stands; it stays open.
        key: 32 bytes, of the case or claim.
        about: What it is; it opens as nothing else.
    """

    def __init__(self, file: Sink, key: bytes, about: str) -> None:
        header = _MARK + os.urandom(_SALT)
        self._file = file
        self._cipher = _cipher_of(key, header, about)
        self._header = header
        self._number = 0
        self._held = bytearray()
        self.size = 0
        file.write(header)

    def write(self, content: bytes | bytearray | memoryview) -> None:
        """Further bytes."""
        self.size += len(content)
        self._held += content
        # The last piece is only known at the end, so one is always held back.
        whole = (len(self._held) - 1) // PIECE
        for place in range(whole):
            self._seal(bytes(self._held[place * PIECE : (place + 1) * PIECE]), last=False)
        if whole > 0:
            del self._held[: whole * PIECE]

    def end(self) -> None:
        """The last piece, which may be empty. Nothing can be written afterwards."""
        self._seal(bytes(self._held), last=True)
        self._held.clear()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, self._header))
        self._number += 1


def unsealed(file: BinaryIO, key: bytes, about: str) -> Iterator[bytes]:
    """What was sealed, piece by piece. What came before an error was sealed so, but was not all.

    Args:
        file: Read from where it stands to its end.
        key: That it was sealed with.
        about: What it was sealed as.

    Raises:
        DeskError: ``desk.damaged`` as soon as something is not as it was written, or missing.
    """
    header = file.read(_HEADER)
    if len(header) != _HEADER or not header.startswith(_MARK):
        raise damaged()
    cipher = _cipher_of(key, header, about)
    number = 0
    piece = file.read(PIECE + _TAG)
    while True:
        following = file.read(PIECE + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, header)
        except InvalidTag as error:
            raise damaged() from error
        if not following:
            return
        piece = following
        number += 1


def damaged() -> DeskError:
    """A file of the vault is not as it was written."""
    return DeskError(
        "A file of the vault was altered, cut off, or belongs elsewhere.",
        "Restore it from a backup of the media; the disk may fail, or somebody wrote to it.",
        code="desk.damaged",
    )


def derived(key: bytes, purpose: str, salt: bytes | None = None) -> bytes:
    """A key for one purpose, from another (HKDF with SHA-256, RFC 5869).

    Args:
        key: With 256 random bits.
        purpose: Keys of unlike purposes say nothing of each other.
        salt: Makes it another one each time.
    """
    return HKDF(algorithm=SHA256(), length=_KEY, salt=salt, info=b"consentry desk " + purpose.encode()).derive(key)


def _cipher_of(key: bytes, header: bytes, about: str) -> AESGCM:
    return AESGCM(derived(key, f"stream {about}", header[len(_MARK) :]))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
