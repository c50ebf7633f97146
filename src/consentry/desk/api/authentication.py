"""Who makes a request: a token in a header, or a session in a cookie, which then has to come from our own pages."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from consentry.desk.actor import Actor
from consentry.desk.api.serving import Serving
from consentry.desk.errors import DeskError
from consentry.desk.people.secrets import csrf_matches
from consentry.desk.people.sessions import actor_of, is_to_be_noted, session_of
from consentry.desk.people.tokens import token_of
from consentry.desk.serving_settings import ServingSettings
from consentry.desk.store.tables.people import LoginSessionRow, TokenRow, UserRow

BASIC_FOR: Final = "/api/v1/labels/"
"""Where a token may come as the password of basic authentication, since Label Studio sends it so and no other way."""
COOKIE: Final = "consentry_desk"
SECURE_COOKIE: Final = "__Host-consentry_desk"
"""A prefix that browsers accept over HTTPS alone, for this host alone."""


@dataclass(frozen=True)
class Caller:
    """Somebody who is known.

    Attributes:
        actor: As the services know them.
        user: The account.
        token: If a token was used.
        session: If a session was used; its secret is `secret`.
        secret: Of the session.
    """

    actor: Actor
    user: UserRow
    token: TokenRow | None = None
    session: LoginSessionRow | None = None
    secret: str = ""

    @property
    def user_id(self) -> UUID:
        """Of the account."""
        return self.user.id

    def is_fresh(self, now: datetime, settings: ServingSettings) -> bool:
        """Whether they have just logged in."""
        return self.session is not None and self.session.proved_at + settings.fresh > now


def cookie_name(settings: ServingSettings) -> str:
    """What the cookie of a session is called."""
    return SECURE_COOKIE if settings.secure else COOKIE


def give_cookie(response: Response, secret: str, settings: ServingSettings) -> None:
    """Put a session into a cookie that scripts cannot read and other sites cannot send."""
    response.set_cookie(
        cookie_name(settings),
        secret,
        max_age=round(settings.session_length.total_seconds()),
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def take_cookie(response: Response, settings: ServingSettings) -> None:
    """Have a browser forget its session."""
    response.delete_cookie(cookie_name(settings), path="/", secure=settings.secure, httponly=True, samesite="lax")


def place_of(request: Request) -> str:
    """The network address that a request comes from; a proxy's word counts where the server was told so."""
    return request.client.host if request.client is not None else ""


def caller_of(serving: Serving, request: Request) -> Caller | None:
    """Who makes a request; ``None`` if that is not known. A token goes before a cookie."""
    now = serving.clock()
    given = request.headers.get("authorization")
    if given is not None:
        scheme, _, secret = given.partition(" ")
        if scheme.lower() == "basic" and request.url.path.startswith(BASIC_FOR):
            return _by_token(serving, _password_in(secret), now)
        return _by_token(serving, secret.strip(), now) if scheme.lower() == "bearer" else None
    secret = request.cookies.get(cookie_name(serving.settings), "")
    return _by_session(serving, secret, now) if secret else None


def _password_in(given: str) -> str:
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _by_token(serving: Serving, secret: str, now: datetime) -> Caller | None:
    with serving.database.reading() as session:
        found = token_of(session, secret, now)
        if found is None:
            return None
        session.expunge_all()
    user, token = found
    if is_to_be_noted(token.used_at, now):
        with serving.database.writing() as session:
            if (row := session.get(TokenRow, token.id)) is not None:
                row.used_at = now
    actor = actor_of(user)
    # A person's token acts as the person, who answers for it; a program's is a program.
    return Caller(actor if user.kind == "person" else Actor(actor.id, "token", actor.roles), user, token=token)


def _by_session(serving: Serving, secret: str, now: datetime) -> Caller | None:
    with serving.database.reading() as session:
        found = session_of(session, secret, now, serving.settings)
        if found is None:
            return None
        session.expunge_all()
    user, row = found
    if is_to_be_noted(row.seen_at, now):
        with serving.database.writing() as session:
            if (seen := session.get(LoginSessionRow, row.id)) is not None:
                seen.seen_at = now
    return Caller(actor_of(user), user, session=row, secret=secret)


def require_own_site(serving: Serving, request: Request, caller: Caller | None, csrf: str = "") -> None:
    """Refuse what a page of another site has a browser send.

    Args:
        serving: The server.
        request: That changes something, or logs somebody in.
        caller: By session, whose CSRF token is asked for; ``None`` where there is no session yet.
        csrf: The token that was given.

    Raises:
        DeskError: ``desk.csrf``.
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "none")
    own = serving.settings.public_address or f"{request.url.scheme}://{request.headers.get('host', '')}"
    foreign = (origin is not None and _origin(origin) != _origin(own)) or site not in {"same-origin", "none"}
    if foreign or (caller is not None and not csrf_matches(caller.secret, csrf)):
        raise DeskError(
            "This request does not come from our own pages.",
            "Send the session's CSRF token in X-CSRF-Token; GET /api/v1/session has it.",
            code="desk.csrf",
        )


def _origin(address: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return ("", address, None)
    return (parts.scheme, (parts.hostname or "").lower(), port)
