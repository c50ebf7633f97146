"""Passwords: hashed with argon2id, long rather than odd, compared in constant time."""

from __future__ import annotations

import threading
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from consentry.desk.errors import DeskError

SHORTEST: Final = 12
"""Characters. Length counts for more than mixture (NIST SP 800-63B, 5.1.1.2), which therefore is not asked for."""
LONGEST: Final = 256
_FEWEST_DIFFERENT: Final = 5
AT_ONCE: Final = 4
"""Hashes that are made at a time: each takes all of its memory, and strangers choose when."""


class Passwords:
    """Makes and checks hashes; they hold their own parameters, so those can be raised at any time.

    Args:
        seconds: Passes of argon2id (its time cost).
        memory_kib: Memory of one hash. Defaults are those of RFC 9106 for memory-constrained machines.
    """

    def __init__(self, *, passes: int = 3, memory_kib: int = 65_536) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = self._hasher.hash("nobody's password")

    def hash(self, password: str, *, name: str = "") -> str:
        """The hash of a new password.

        Args:
            password: As it was typed.
            name: The account's, which a password may not be.

        Raises:
            DeskError: ``desk.weak_password``.
        """
        plain = _normal(password)
        named = bool(name) and plain.casefold() in name.casefold()
        if not SHORTEST <= len(plain) <= LONGEST or len(set(plain)) < _FEWEST_DIFFERENT or named:
            raise DeskError(
                "This password is too easy to guess, or too long.",
                f"Take {SHORTEST} to {LONGEST} characters, such as a few words that do not belong together.",
                code="desk.weak_password",
            )
        with self._turns:
            return self._hasher.hash(plain)

    def rehash(self, password: str) -> str:
        """A hash by today's parameters of a password that was just found to be right."""
        with self._turns:
            return self._hasher.hash(_normal(password))

    def matches(self, hashed: str | None, password: str) -> bool:
        """Whether a password belongs to a hash; without one, it takes as long and is false.

        So the time of an answer does not tell whether there is such an account.
        """
        plain = _normal(password)
        try:
            with self._turns:
                return self._hasher.verify(hashed or self._nobody, plain[:LONGEST]) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, hashed: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)


def _normal(password: str) -> str:
    """One form for what different keyboards make of the same characters (NIST SP 800-63B: NFKC)."""
    return unicodedata.normalize("NFKC", password)
