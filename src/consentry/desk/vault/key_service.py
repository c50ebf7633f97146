"""A key service in place of a master key: the protocol of the transit engine of HashiCorp Vault and OpenBao.

Two requests of it are used, ``POST /v1/transit/encrypt/NAME`` and ``POST /v1/transit/decrypt/NAME``, both with
``associated_data``, so that a wrapped key opens for its own case only. Whoever has another service puts these two in
front of it; tests/desk/vault/local_key_service.py is one of about sixty lines.

A case's key is asked for once a transaction. So that a busy desk does not ask a hundred times a second, what was
unwrapped is remembered for a minute; a purge is not held up by that, since what is wrapped is gone from the database.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections import OrderedDict
from threading import Lock
from typing import Any, Final, Self

import httpx

from consentry.desk.errors import DeskError
from consentry.desk.settings import DeskSettings
from consentry.desk.vault.master import MARK

REMEMBERED_SECONDS: Final = 60.0
_MOST_REMEMBERED: Final = 2000
_ATTEMPTS: Final = 3
_BUSY: Final = frozenset({429, 502, 503, 504})


class KeyService:
    """One key of a key service.

    Args:
        address: Of the service.
        name: Of the key.
        token: Sent as ``X-Vault-Token``.
        seconds: For one answer.
    """

    def __init__(self, address: str, name: str, token: str = "", *, seconds: float = 5.0) -> None:
        self._address = address.rstrip("/")
        self._name = name
        self._client = httpx.Client(
            headers={"X-Vault-Token": token} if token else {}, timeout=seconds, follow_redirects=False, trust_env=False
        )
        self._mark = hashlib.sha256(f"consentry desk key service {self._address} {name}".encode()).digest()[:MARK]
        self._remembered: OrderedDict[tuple[bytes, bytes], tuple[float, bytes]] = OrderedDict()
        self._turn = Lock()

    def __repr__(self) -> str:
        return f"KeyService({self._address!r}, {self._name!r})"

    @classmethod
    def of(cls, settings: DeskSettings, name: str) -> Self:
        """As the settings say.

        Raises:
            DeskError: ``desk.master_key``: the token cannot be read.
        """
        token = ""
        if settings.key_service_token_file is not None:
            try:
                token = settings.key_service_token_file.read_text(encoding="ascii").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise DeskError(
                    f"The token of the key service in {settings.key_service_token_file} cannot be read.",
                    "See that the desk's user may read it.",
                    code="desk.master_key",
                ) from error
        return cls(settings.key_service, name, token, seconds=settings.key_service_seconds)

    @property
    def mark(self) -> bytes:
        """See `consentry.desk.vault.master.Wrapper`."""
        return self._mark

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """See `consentry.desk.vault.master.Wrapper`.

        Raises:
            DeskError: ``desk.key_service``.
        """
        said = self._ask("encrypt", plaintext=_text(key), associated_data=_text(context))
        wrapped = said.get("ciphertext")
        if not isinstance(wrapped, str) or not wrapped.isascii():
            raise _odd()
        self._remember(wrapped.encode(), context, key)
        return wrapped.encode()

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See `consentry.desk.vault.master.Wrapper`.

        Raises:
            DeskError: ``desk.key_service``.
        """
        with self._turn:
            until, key = self._remembered.get((wrapped, context), (0.0, b""))
        if until > time.monotonic():
            return key
        said = self._ask("decrypt", ciphertext=wrapped.decode("ascii"), associated_data=_text(context))
        try:
            key = base64.b64decode(said.get("plaintext") or "", validate=True)
        except (ValueError, TypeError) as error:
            raise _odd() from error
        if len(key) != 32:
            raise _odd()
        self._remember(wrapped, context, key)
        return key

    def _remember(self, wrapped: bytes, context: bytes, key: bytes) -> None:
        with self._turn:
            self._remembered[wrapped, context] = (time.monotonic() + REMEMBERED_SECONDS, key)
            while len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.popitem(last=False)

    def _ask(self, what: str, **body: str) -> dict[str, Any]:
        refused = 0
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(0.2 * 2**attempt)
            try:
                answer = self._client.post(f"{self._address}/v1/transit/{what}/{self._name}", json=body)
                said = answer.json() if answer.status_code == 200 else None
            except httpx.TransportError:
                continue
            except ValueError as error:
                raise _odd() from error
            if answer.status_code in _BUSY:
                continue
            if isinstance(said, dict) and isinstance(said.get("data"), dict):
                return dict(said["data"])
            refused = answer.status_code
            break
        raise DeskError(
            f"The key service refused ({refused})." if refused else "The key service does not answer.",
            "See that it runs, that the token is valid, and that its policy lets the desk encrypt and decrypt with the "
            f"key '{self._name}'.",
            code="desk.key_service",
        )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _odd() -> DeskError:
    return DeskError(
        "The key service gave an answer that is none.",
        "See what answers at its address.",
        code="desk.key_service",
    )
