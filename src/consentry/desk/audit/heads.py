"""Signed heads: how far the log had come at a moment, by ed25519, to be stored where nobody at the desk can write."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.orm import Session

from consentry.desk.errors import DeskError
from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import Clock
from consentry.desk.store.tables.log import HeadRow, LastEntryRow
from consentry.writing import output_error, write_bytes

KEY_FILE: Final = "log-key.pem"
PUBLIC_FILE: Final = "log-key.pub.pem"
_KEY_DIGITS: Final = 16


class Head(BaseModel):
    """A signed head, as it is stored elsewhere.

    Attributes:
        number: Of the last entry at that moment.
        digest: Of that entry.
        key_id: The beginning of the public key's SHA-256.
        signature: 128 hexadecimal digits, of `message`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    digest: str
    signed_at: datetime
    key_id: str
    signature: str = ""

    @property
    def message(self) -> bytes:
        """What is signed."""
        said = {
            "number": self.number,
            "digest": self.digest,
            "signed_at": self.signed_at.isoformat(),
            "log": "consentry",
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def of_row(cls, row: HeadRow) -> Self:
        """A head from the database."""
        return cls(
            number=row.number, digest=row.digest, signed_at=row.signed_at, key_id=row.key_id, signature=row.signature
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """A head from a file.

        Raises:
            DeskError: ``desk.head``.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise DeskError(
                f"{path} is no signed head.", "Give a file that the desk wrote.", code="desk.head"
            ) from error


class PublicLogKey:
    """What signatures are checked with."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = hashlib.sha256(raw).hexdigest()[:_KEY_DIGITS]

    @classmethod
    def read(cls, path: Path) -> Self:
        """The key in a PEM file.

        Raises:
            DeskError: ``desk.log_key``.
        """
        try:
            key = load_pem_public_key(path.read_bytes())
        except (OSError, ValueError, UnsupportedAlgorithm) as error:
            raise _no_key(path) from error
        if not isinstance(key, Ed25519PublicKey):
            raise _no_key(path)
        return cls(key)

    def signed(self, head: Head) -> bool:
        """Whether a head was signed with this key's other half, and is unchanged."""
        try:
            self._key.verify(bytes.fromhex(head.signature), head.message)
        except (InvalidSignature, ValueError):
            return False
        return head.key_id == self.id

    def pem(self) -> bytes:
        """The key as a file holds it."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class LogKey:
    """What heads are signed with."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicLogKey(key.public_key())

    def __repr__(self) -> str:
        return f"LogKey({self.public.id})"

    @classmethod
    def of(cls, settings: DeskSettings) -> Self:
        """The key of an installation; made, with its public half beside it, if there is none yet.

        Raises:
            DeskError: ``desk.log_key`` if what is there is none.
            OutputError: It cannot be written.
        """
        path = settings.log_key_file or settings.data / KEY_FILE
        if not path.exists():
            _write_new(path)
        try:
            key = load_pem_private_key(path.read_bytes(), None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _no_key(path) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise _no_key(path)
        found = cls(key)
        public = path.with_name(PUBLIC_FILE if path.name == KEY_FILE else f"{path.stem}.pub.pem")
        if not public.exists():
            write_bytes(public, found.public.pem())
        return found

    def sign(self, head: Head) -> Head:
        """The head with its signature."""
        return head.model_copy(update={"signature": self._key.sign(head.message).hex()})


def sign_head(session: Session, clock: Clock, key: LogKey, folder: Path | None = None) -> Head | None:
    """Sign how far the log has come; ``None`` if that is signed already, or the log is empty.

    Args:
        session: A writing transaction.
        clock: Says when.
        key: Signs.
        folder: Where the head is also written as a file.
    """
    end = session.get_one(LastEntryRow, 1, with_for_update=True)
    if end.number == 0 or session.get(HeadRow, end.number) is not None:
        return None
    head = key.sign(Head(number=end.number, digest=end.digest, signed_at=clock(), key_id=key.public.id))
    session.add(HeadRow(**head.model_dump()))
    session.flush()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(folder / f"head-{head.number:012d}.json", head.model_dump_json().encode() + b"\n")
    return head


def _write_new(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was quicker, and its key is the one
        return
    except OSError as error:
        raise output_error(path, error) from error
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(pem)
        stream.flush()
        os.fsync(stream.fileno())


def _no_key(path: Path) -> DeskError:
    return DeskError(
        f"{path} holds no ed25519 key.", "Name the right file, or take it away to have a new one made.",
        code="desk.log_key",
    )  # fmt: skip
