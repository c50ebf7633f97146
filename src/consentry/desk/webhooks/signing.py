"""Signatures as Standard Webhooks 1.0 has them (https://www.standardwebhooks.com): HMAC-SHA256 over id, time and body.

A receiver checks them with any of the published libraries; the secret begins with ``whsec_``. While a secret is being
exchanged, a message carries a signature by each.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

_PREFIX: Final = "whsec_"
_SCHEME: Final = "v1"
_FEWEST: Final = 24
_MOST: Final = 64
"""Bytes of a secret, as the specification has them."""


def new_secret() -> str:
    """A secret of 256 random bits."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def is_secret(text: str) -> bool:
    """Whether a text is a secret of 24 to 64 bytes."""
    try:
        return text.startswith(_PREFIX) and _FEWEST <= len(_key(text)) <= _MOST
    except (binascii.Error, ValueError):
        return False


def signature(secret: str, message_id: str, sent_at: datetime, body: bytes) -> str:
    """One signature: ``v1,`` and the base64 of the HMAC."""
    signed = b".".join((message_id.encode(), str(int(sent_at.timestamp())).encode(), body))
    return f"{_SCHEME},{base64.b64encode(hmac.digest(_key(secret), signed, 'sha256')).decode()}"


def signed_headers(known: Iterable[str], message_id: str, sent_at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message.

    Args:
        known: The endpoint's secrets; one, or two while it is exchanged.
        message_id: The same for every attempt, so that a receiver takes a message once.
        sent_at: Of this attempt; receivers refuse what is older than a few minutes.
        body: Exactly the bytes that are sent.
    """
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(signature(secret, message_id, sent_at, body) for secret in known),
    }


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
