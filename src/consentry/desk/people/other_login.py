"""Logging in elsewhere: OpenID Connect, authorisation code with PKCE (RFC 7636), by Authlib and joserfc.

What the provider says is believed once its signature, issuer, audience, time and nonce are checked. It says who
somebody is, and never what they may do: roles are given here, by invitation.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select

from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.people.accounts import joined, open_invitation
from consentry.desk.serving_settings import ServingSettings
from consentry.desk.store.tables.people import UserRow

LASTS: Final = timedelta(minutes=10)
"""How long somebody may take to log in there."""
_SIGNED_BY: Final = ["RS256", "PS256", "ES256", "EdDSA"]
"""No algorithm with a shared secret, and not `none`."""
_LEEWAY: Final = 60
_SECONDS: Final = 10.0
_MOST: Final = 1 << 20


@dataclass(frozen=True)
class Departure:
    """Somebody on their way to log in elsewhere.

    Attributes:
        address: Where their browser goes.
        state: What it keeps until it comes back, signed.
    """

    address: str
    state: str


@dataclass(frozen=True)
class Proven:
    """Who somebody is, as the provider says.

    Attributes:
        email: Empty unless the provider says that it is verified.
    """

    issuer: str
    subject: str
    email: str
    name: str


class OtherLogin:
    """One provider.

    Args:
        settings: Its issuer, and what the desk is called there.
        key: Signs what browsers keep meanwhile.
        returns_to: The address that the provider sends browsers back to.
    """

    def __init__(self, settings: ServingSettings, key: bytes, returns_to: str) -> None:
        if not settings.oidc_issuer or not settings.oidc_client_id:
            raise DeskError(
                "There is no other login here.", "Log in with a password, or have one set up.", code="desk.not_found"
            )
        self._settings = settings
        self._key = key
        self._returns_to = returns_to

    def depart(self, now: datetime, *, again: bool = False) -> Departure:
        """Send somebody there.

        Args:
            now: The moment.
            again: They have to prove anew who they are, although they are logged in there.

        Raises:
            DeskError: ``desk.other_login``: the provider cannot be reached.
        """
        kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        wanted = {"prompt": "login", "max_age": "0"} if again else {}
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self._described()["authorization_endpoint"],
                state=kept["state"],
                nonce=kept["nonce"],
                code_verifier=kept["verifier"],
                **wanted,
            )
        told = {**kept, "until": (now + LASTS).timestamp(), "after": int(now.timestamp()) if again else 0}
        return Departure(str(address), self._signed(told))

    def returned(self, given: str, kept: str, code: str, now: datetime) -> Proven:
        """Who has come back.

        Args:
            given: The state in the address.
            kept: What the browser kept; it must be of the same departure.
            code: In the address.
            now: The moment.

        Raises:
            DeskError: ``desk.other_login``: they come from elsewhere, too late, or the provider's word is no good.
        """
        held = self._read(kept)
        if held is None or held["until"] < now.timestamp() or not hmac.compare_digest(held["state"], given):
            raise _refused("This login was not begun in this browser, or too long ago.")
        described = self._described()
        try:
            with self._client() as client:
                answer = client.fetch_token(
                    described["token_endpoint"],
                    code=code,
                    grant_type="authorization_code",
                    code_verifier=held["verifier"],
                )
            return self._proven(str(answer["id_token"]), self._keys(described["jwks_uri"]), held, now)
        except (OAuthError, JoseError, KeyError, ValueError, TypeError) as error:
            raise _refused("What the login answered cannot be believed.") from error
        except Exception as error:
            if "httpx" in type(error).__module__:  # Authlib brings the one or the other of its generations
                raise _refused("The login cannot be reached.") from error
            raise

    def _proven(self, token: str, keys: KeySet, held: dict[str, Any], now: datetime) -> Proven:
        claims = jwt.decode(token, keys, algorithms=_SIGNED_BY).claims
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": self._settings.oidc_issuer},
            sub={"essential": True},
            aud={"essential": True, "value": self._settings.oidc_client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": held["nonce"]},
        )
        registry.validate(claims)
        if claims.get("azp", self._settings.oidc_client_id) != self._settings.oidc_client_id:
            raise ValueError("it was made for somebody else")
        if int(claims.get("auth_time", 0)) + _LEEWAY < held["after"]:
            raise ValueError("they did not log in again")
        email = str(claims.get("email", "")).strip().lower() if claims.get("email_verified") is True else ""
        return Proven(str(claims["iss"]), str(claims["sub"])[:255], email, str(claims.get("name") or email or "?"))

    def _described(self) -> dict[str, str]:
        """The provider's own description (OpenID Connect Discovery 1.0, section 4)."""
        issuer = self._settings.oidc_issuer
        found = self._read_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != issuer or not all(_like(str(found.get(name, "")), issuer) for name in wanted):
            raise _refused("The login describes itself as another one.")
        return {name: str(found[name]) for name in wanted}

    def _keys(self, address: str) -> KeySet:
        return KeySet.import_key_set(self._read_json(address))  # type: ignore[arg-type]  # checked by what it does

    def _read_json(self, address: str) -> dict[str, Any]:
        try:
            with (
                httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client,
                client.stream("GET", address) as answer,
            ):
                answer.raise_for_status()
                content = b""
                for piece in answer.iter_bytes():
                    content += piece
                    if len(content) > _MOST:
                        raise _refused("What the login answered has no end.")
            found = json.loads(content)
        except (httpx.HTTPError, ValueError) as error:
            raise _refused("The login cannot be reached.") from error
        if not isinstance(found, dict):
            raise _refused("What the login answered cannot be read.")
        return found

    def _client(self) -> Any:
        settings = self._settings
        secret = settings.oidc_client_secret
        if settings.oidc_client_secret_file is not None:
            secret = settings.oidc_client_secret_file.read_text(encoding="utf-8").strip()
        return OAuth2Client(
            settings.oidc_client_id,
            secret or None,
            scope="openid email profile",
            redirect_uri=self._returns_to,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            timeout=_SECONDS,
            trust_env=False,
        )

    def _signed(self, kept: dict[str, Any]) -> str:
        body = json.dumps(kept, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._tag(body) + body).decode()

    def _read(self, kept: str) -> dict[str, Any] | None:
        try:
            packed = base64.urlsafe_b64decode(kept.encode())
        except ValueError:
            return None
        tag, body = packed[:32], packed[32:]
        if not hmac.compare_digest(tag, self._tag(body)):
            return None
        found: dict[str, Any] = json.loads(body)
        return found

    def _tag(self, body: bytes) -> bytes:
        return hmac.digest(self._key, b"consentry desk other login 1\x00" + body, "sha256")


def account_of(desk: Desk, proven: Proven) -> UserRow:
    """The account of somebody who logged in elsewhere; made, if they were invited under a verified address.

    An account that has a password is not taken over by an address of e-mail: what is bound is the provider's subject.

    Raises:
        DeskError: ``desk.not_invited``; ``desk.closed``.
    """
    bound = UserRow.issuer == proven.issuer, UserRow.subject == proven.subject
    user = desk.session.scalars(select(UserRow).where(*bound)).first()
    if user is not None:
        if user.closed_at is not None:
            raise DeskError("This account is closed.", "Speak with whoever runs the desk.", code="desk.closed")
        return user
    invitation = open_invitation(desk.session, desk.now, email=proven.email) if proven.email else None
    if invitation is None:
        raise DeskError(
            "Nobody invited you under the address that your login has verified.",
            "Ask for an invitation; if you have a password here, log in with it.",
            code="desk.not_invited",
        )
    return joined(desk, invitation, proven.name, issuer=proven.issuer, subject=proven.subject)


def _like(address: str, issuer: str) -> bool:
    """Whether an address can be a part of the login: over HTTPS, unless the login itself is tried without."""
    scheme = urlsplit(address).scheme
    return scheme == "https" or (scheme == "http" and urlsplit(issuer).scheme == "http")


def _refused(what: str) -> DeskError:
    return DeskError(what, "Begin again; if it stays so, tell whoever runs the desk.", code="desk.other_login")
