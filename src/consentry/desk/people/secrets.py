"""Secrets that we hand out: random, told by their prefix, kept as a digest alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final, Literal

Kind = Literal["token", "session", "invitation"]
_PREFIXES: Final[dict[Kind, str]] = {"token": "cdt_", "session": "cds_", "invitation": "cdi_"}
"""So that scanners for leaked secrets can be told what to look for."""
_BYTES: Final = 32
_LONGEST: Final = 128


def new_secret(kind: Kind) -> str:
    """A secret of 256 random bits."""
    return _PREFIXES[kind] + secrets.token_urlsafe(_BYTES)


def looks_like(kind: Kind, text: str) -> bool:
    """Whether it could be a secret of ours; what cannot is not looked up."""
    return text.startswith(_PREFIXES[kind]) and len(text) <= _LONGEST and text.isascii()


def digest_of(secret: str) -> str:
    """What is stored: SHA-256 in hexadecimal.

    A secret of 256 random bits needs no slow hash: there is nothing to guess.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_token_of(session_secret: str) -> str:
    """The token that a page sends with what it changes; bound to its session, and of no use for making one."""
    made = hmac.digest(session_secret.encode("utf-8", "surrogatepass"), b"consentry desk csrf 1", "sha256")
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def csrf_matches(session_secret: str, given: str) -> bool:
    """Whether a token belongs to a session, in constant time."""
    return hmac.compare_digest(csrf_token_of(session_secret).encode(), given.encode("utf-8", "surrogatepass"))
