"""What wraps all other keys: a master key or a key service, and those from before while keys are rotated."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from consentry.desk.errors import DeskError
from consentry.signals.faces.keys import MasterKey

MARK: Final = 8
"""Bytes in front of each wrapped key that say what wrapped it."""


class Wrapper(Protocol):
    """Encrypts keys; `LocalWrapper`, `consentry.desk.vault.key_service.KeyService`, or one of an installation's own."""

    @property
    def mark(self) -> bytes:
        """Eight bytes that tell it from others, and nothing about it."""
        ...

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A key, encrypted so that it can be had again with the same context only."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key again.

        Raises:
            ConsentryError: It was wrapped for another context, or has been altered.
        """
        ...


class LocalWrapper:
    """A master key of 32 bytes.

    Args:
        key: The key itself.
    """

    def __init__(self, key: bytes) -> None:
        self._master = MasterKey(key)
        self._mark = hashlib.sha256(b"consentry desk master" + key).digest()[:MARK]

    def __repr__(self) -> str:
        return "LocalWrapper(...)"

    @classmethod
    def from_text(cls, text: str) -> LocalWrapper:
        """A key written as 64 hexadecimal digits.

        Raises:
            DeskError: ``desk.master_key``.
        """
        try:
            key = bytes.fromhex(text.strip())
        except ValueError:
            key = b""
        if len(key) != 32:
            raise DeskError(
                "What is given as the master key is not 64 hexadecimal digits.",
                "Make one with `consentry desk keys new FILE`, and name the file as `master_key_file`.",
                code="desk.master_key",
            )
        return cls(key)

    @classmethod
    def from_file(cls, path: Path) -> LocalWrapper:
        """A key in a file that others cannot read.

        Raises:
            DeskError: ``desk.master_key``.
        """
        try:
            text = path.read_text(encoding="ascii", errors="replace")
            open_to_all = path.stat().st_mode & 0o007
        except OSError as error:
            raise DeskError(
                f"The master key in {path} cannot be read: {error.strerror}.",
                "Make one with `consentry desk keys new FILE`, and see that the desk's user may read it.",
                code="desk.master_key",
            ) from error
        if open_to_all:
            raise DeskError(
                f"Everybody on this machine may read the master key in {path}.",
                f"Run `chmod 600 {path}`, and take a new key if others have had access.",
                code="desk.master_key",
            )
        return cls.from_text(text)

    @property
    def mark(self) -> bytes:
        """See `Wrapper`."""
        return self._mark

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """See `Wrapper`."""
        return self._master.wrap(key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See `Wrapper`."""
        return self._master.unwrap(wrapped, context)


class MasterKeys:
    """The wrapper that new keys are wrapped with, and others that old ones are read with.

    Args:
        current: Wraps.
        others: Read only.
    """

    def __init__(self, current: Wrapper, others: Sequence[Wrapper] = ()) -> None:
        self.current = current
        self._by_mark = {each.mark: each for each in (*others, current)}

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A key under the current wrapper, behind its mark."""
        return self.current.mark + self.current.wrap(key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """A key that any of the wrappers wrapped.

        Raises:
            DeskError: ``desk.master_key``: none of them did.
        """
        wrapper = self._by_mark.get(bytes(wrapped[:MARK]))
        if wrapper is None:
            raise DeskError(
                "A key was wrapped under a master key that is not here.",
                "Name that one among `other_master_key_files` until `consentry desk keys rotate` has done all.",
                code="desk.master_key",
            )
        return wrapper.unwrap(wrapped[MARK:], context)

    def is_current(self, wrapped: bytes) -> bool:
        """Whether the current wrapper wrapped it."""
        return bytes(wrapped[:MARK]) == self.current.mark
