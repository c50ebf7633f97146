"""Keys: one a claim, wrapped under the master key of an installation. AES-256-GCM by the library ``cryptography``."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final, Protocol, Self

from consentry.errors import ConsentryError
from consentry.writing import discard, output_error

KEY_VARIABLE: Final = "CONSENTRY_CLAIM_KEY"
"""Environment variable with the master key, 64 hexadecimal digits."""
KEY_FILE_VARIABLE: Final = "CONSENTRY_CLAIM_KEY_FILE"
"""Environment variable with the path of a file that holds it."""
_BYTES: Final = 32
_NONCE: Final = 12
"""Bytes of a random nonce (NIST SP 800-38D). A claim's key seals one message ever, the master key one a claim."""
_MARK: Final = 8
_REMEDY: Final = (
    f"Make one with `consentry claim new-key FILE`, and name the file in {KEY_FILE_VARIABLE} (or put its content into "
    f"{KEY_VARIABLE})."
)


class MasterKeyError(ConsentryError):
    """The master key is missing, none, or not the one that was used. Its codes: ``consentry errors claim_key``."""

    default_code = "claim_key.missing"


class KeyWrapper(Protocol):
    """Encrypts keys of claims; `MasterKey`, or a key service that an installation has already."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A key, encrypted so that it can be had again with the same context only."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key again.

        Raises:
            ConsentryError: It was wrapped by another one, for another context, or has been altered.
        """
        ...


class MasterKey:
    """A key that wraps others. It shows nothing of itself when printed."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _BYTES:
            raise _invalid()
        self._key = key
        # Says which master key wrapped something without saying anything about the key.
        self._mark = hashlib.sha256(b"consentry claim key" + key).digest()[:_MARK]

    def __repr__(self) -> str:
        return "MasterKey(...)"

    @classmethod
    def from_environment(cls) -> Self:
        """The key that the environment names.

        Raises:
            MasterKeyError: It names none, or something that is no key.
        """
        if given := os.environ.get(KEY_VARIABLE):
            return cls(_parsed(given))
        if path := os.environ.get(KEY_FILE_VARIABLE):
            return cls.from_file(Path(path))
        raise MasterKeyError("There is no master key for the templates of claims.", _REMEDY)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The key in a file of 64 hexadecimal digits.

        Raises:
            MasterKeyError: The file is not there, or holds no key.
        """
        try:
            return cls(_parsed(path.read_text(encoding="ascii", errors="replace")))
        except OSError as error:
            raise MasterKeyError("The file with the master key cannot be read.", _REMEDY) from error

    @staticmethod
    def write_new(path: Path) -> None:
        """A new random key, in a file that only its owner can read.

        Raises:
            MasterKeyError: ``claim_key.exists`` if there is a file already: a lost key is a lost store.
            OutputError: It cannot be written; half a key is not left behind.
        """
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise MasterKeyError(
                f"{path} is there already, and is not overwritten.", "Name another file.", code="claim_key.exists"
            ) from error
        except OSError as error:
            raise output_error(path, error) from error
        try:
            with os.fdopen(descriptor, "w") as stream:
                stream.write(new_key().hex() + "\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            discard(path)
            raise output_error(path, error) from error

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """See `KeyWrapper`."""
        return self._mark + seal(self._key, key, self._mark + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See `KeyWrapper`.

        Raises:
            MasterKeyError: ``claim_key.other`` or ``claim_key.damaged``.
        """
        if wrapped[:_MARK] != self._mark:
            raise MasterKeyError(
                "These templates were enrolled under another master key.",
                f"Name the right one in {KEY_FILE_VARIABLE}.",
                code="claim_key.other",
            )
        key = open_sealed(self._key, wrapped[_MARK:], self._mark + context)
        if key is None:
            raise MasterKeyError(
                "The key of these templates, or what is said about them, was altered.",
                "Purge the claim and ask for new photos.",
                code="claim_key.damaged",
            )
        return key


def new_key() -> bytes:
    """256 random bits."""
    return os.urandom(_BYTES)


def seal(key: bytes, content: bytes, context: bytes) -> bytes:
    """Content encrypted and authenticated together with a context that is not part of it: nonce, ciphertext and tag."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, context)


def open_sealed(key: bytes, sealed: bytes, context: bytes) -> bytes | None:
    """What `seal` was given; ``None`` if key, content or context are not the same."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(sealed) < _NONCE:
        return None
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], context)
    except InvalidTag:
        return None


def _parsed(text: str) -> bytes:
    try:
        return bytes.fromhex(text.strip())
    except ValueError as error:
        raise _invalid() from error


def _invalid() -> MasterKeyError:
    return MasterKeyError(
        "What is given as the master key is not 64 hexadecimal digits.", _REMEDY, code="claim_key.invalid"
    )
