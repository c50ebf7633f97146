"""Idempotency keys: a request that is sent again is answered again, and done once.

The reply is written in the transaction that does the work. So either both are there or neither, whenever the process
dies; and of two requests with one key at the same time, the second waits for the first and gets its answer. What is
kept is sealed under the key that the client made up: replies hold people's words, and secrets that are shown once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consentry.desk.errors import DeskError
from consentry.desk.people.tidying import REPLIES_KEPT
from consentry.desk.store.tables.replies import ReplyRow

_KEY: Final = re.compile(r"[\x21-\x7e]{16,255}")
_NONCE: Final = 12


@dataclass(frozen=True)
class Reply:
    """What a request was answered with."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Once:
    """A request that is done once.

    Attributes:
        actor_id: Whose key it is; keys of others are others.
        key: As it was sent.
        request: A digest of what was asked.
    """

    actor_id: UUID
    key: str
    request: str

    def hold(self, session: Session) -> None:
        """Have another request with the same key wait for the end of this one.

        SQLite has one writer at a time, so there it waits already.
        """
        if session.get_bind().dialect.name == "postgresql":
            mark = hashlib.sha256(self.actor_id.bytes + self.key.encode()).digest()[:8]
            session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(mark, signed=True))))

    def earlier(self, session: Session, now: datetime) -> Reply | None:
        """The answer that was given before, if there is one.

        Raises:
            DeskError: ``desk.key_reused``: the key was used for something else.
        """
        row = session.get(ReplyRow, (self.actor_id, self._name()))
        if row is None:
            return None
        if row.made_at + REPLIES_KEPT <= now:
            session.delete(row)
            session.flush()
            return None
        if row.request != self.request:
            raise DeskError(
                "This idempotency key was used for another request.",
                "Make a new key for every request, and use it again only to send the same one again.",
                code="desk.key_reused",
            )
        try:
            plain = AESGCM(self._cipher_key()).decrypt(row.sealed[:_NONCE], row.sealed[_NONCE:], self._bound())
        except InvalidTag as error:
            raise DeskError(
                "The answer that was given before cannot be read.",
                "Look whether it was done, then send it with a new key.",
                code="desk.key_reused",
            ) from error
        found = json.loads(plain)
        return Reply(found["status"], found["headers"], base64.b64decode(found["body"]))

    def keep(self, session: Session, reply: Reply, now: datetime) -> None:
        """Keep an answer, in the transaction of the work that it tells of."""
        body = base64.b64encode(reply.body).decode()
        plain = json.dumps({"status": reply.status, "headers": reply.headers, "body": body}).encode()
        nonce = os.urandom(_NONCE)
        sealed = nonce + AESGCM(self._cipher_key()).encrypt(nonce, plain, self._bound())
        session.add(
            ReplyRow(actor_id=self.actor_id, key=self._name(), request=self.request, sealed=sealed, made_at=now)
        )

    def _name(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()

    def _bound(self) -> bytes:
        return self.actor_id.bytes + self.request.encode()

    def _cipher_key(self) -> bytes:
        kdf = HKDF(algorithm=SHA256(), length=32, salt=self.actor_id.bytes, info=b"consentry desk reply 1")
        return kdf.derive(self.key.encode())


def key_in(header: str | None) -> str | None:
    """The idempotency key of a request.

    Raises:
        DeskError: ``desk.bad_request``: it is too short to be one's own, too long, or not printable.
    """
    if header is None:
        return None
    if _KEY.fullmatch(header) is None:
        raise DeskError(
            "The idempotency key cannot be used.",
            "Send 16 to 255 printable characters that are random, such as a UUID.",
            code="desk.bad_request",
        )
    return header


def request_digest(method: str, path: str, query: str, body_digest: str) -> str:
    """What tells one request from another."""
    return hashlib.sha256("\x00".join((method, path, query, body_digest)).encode()).hexdigest()
