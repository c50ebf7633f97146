"""Logging in elsewhere, and coming back."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Query, Request
from starlette.responses import RedirectResponse, Response

from consentry.desk.actor import SYSTEM
from consentry.desk.api.authentication import cookie_name, place_of
from consentry.desk.api.bodies.people import SessionView
from consentry.desk.api.calls import CurrentServing, slow_down
from consentry.desk.api.routes.sessions import logged_in_response
from consentry.desk.api.routing import PREFIX, Routes
from consentry.desk.api.serving import Serving
from consentry.desk.people.other_login import LASTS, OtherLogin, account_of
from consentry.desk.people.sessions import begin

routes = Routes("sessions", "/session/other")
_COOKIE: Final = "consentry_desk_login"
_PATH: Final = f"{PREFIX}/session/other"
Word = Annotated[str, Query(min_length=1, max_length=4096)]


@routes.add_open(
    "GET", "", status=303, about="Log in elsewhere", may_fail=(404, 502),
    responses={303: {"description": "To the login.", "headers": {"Location": {"schema": {"type": "string"}}}}},
)  # fmt: skip
def depart(serving: CurrentServing, request: Request, again: bool = False) -> Response:
    """Sends the browser to the company's login (OpenID Connect), if one is set up.

    With `again`, people who are logged in there have to prove anew who they are, as some acts ask for.
    """
    open_door(serving, request)
    departure = _login(serving, request).depart(serving.clock(), again=again)
    response = RedirectResponse(departure.address, 303)
    response.set_cookie(
        _COOKIE,
        departure.state,
        max_age=round(LASTS.total_seconds()),
        path=_PATH,
        secure=serving.settings.secure,
        httponly=True,
        samesite="lax",
    )
    return response


@routes.add_open("GET", "/return", answer=SessionView, about="Come back from there", may_fail=(404, 409, 502))
def come_back(serving: CurrentServing, request: Request, state: Word, code: Word) -> Response:
    """Checks what the login says, makes the account if its owner was invited, and begins a session."""
    open_door(serving, request)
    kept = request.cookies.get(_COOKIE, "")
    proven = _login(serving, request).returned(state, kept, code, serving.clock())
    former = request.cookies.get(cookie_name(serving.settings))
    with serving.database.writing() as session:
        desk = serving.desk(session, SYSTEM)
        logged_in = begin(desk, account_of(desk, proven), former=former)
    response = logged_in_response(serving, logged_in)
    response.delete_cookie(_COOKIE, path=_PATH)
    return response


def open_door(serving: Serving, request: Request) -> None:
    """What everybody has to pass who is not known yet; the other login comes back from another site."""
    settings = serving.settings
    slow_down(serving, f"place:{place_of(request)}", settings.anonymous_a_second, settings.anonymous_at_once)


def _login(serving: Serving, request: Request) -> OtherLogin:
    own = serving.settings.public_address or f"{request.url.scheme}://{request.headers.get('host', '')}"
    return OtherLogin(serving.settings, serving.server_key, f"{own}{_PATH}/return")
