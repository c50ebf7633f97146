"""Logging in and out at a screen."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from consentry.desk.actor import SYSTEM
from consentry.desk.api.authentication import caller_of, give_cookie, take_cookie
from consentry.desk.api.calls import CurrentServing, body_of
from consentry.desk.api.routes.sessions import begun, open_door, proved
from consentry.desk.errors import DeskError
from consentry.desk.pages.drawing import drawn_for_anybody, go_to, own_address
from consentry.desk.pages.forms import form_in
from consentry.desk.pages.routing import CurrentPage, Pages
from consentry.desk.people.accounts import accept
from consentry.desk.people.roles import acts_of
from consentry.desk.people.sessions import end

pages = Pages()
_STARTS = (("queue.read", "/queue"), ("numbers.read", "/overview"), ("audit.read", "/log"))
"""Where somebody's work begins: the first of these that they may."""


@pages.add_open("GET", "/")
def start(serving: CurrentServing, request: Request) -> Response:
    """Where somebody's work begins."""
    caller = caller_of(serving, request)
    if caller is None:
        return go_to(request, "/login")
    acts = acts_of(caller.actor.roles)
    return go_to(request, next((page for act, page in _STARTS if act in acts), "/account"))


@pages.add_open("GET", "/login")
def login_page(serving: CurrentServing, again: bool = False, next: str = "") -> Response:  # noqa: A002  its address
    """The form; and, where one is set up, the way to the other login."""
    return _login(serving, again=again, back=own_address(next))


@pages.add_open("POST", "/login")
def log_in_by_page(serving: CurrentServing, request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Begins a session, or says why not."""
    form = form_in(body)
    back = own_address(form.one("next"))
    try:
        open_door(serving, request)
        user = proved(serving, request, form.one("email"), form.one("password"))
    except DeskError as error:
        return _login(serving, again=False, back=back, email=form.one("email"), error=error)
    logged_in = begun(serving, request, user)
    response = go_to(request, back)
    give_cookie(response, logged_in.secret, serving.settings)
    return response


@pages.add_open("GET", "/join")
def join_page() -> Response:
    """The form for somebody who was invited."""
    return drawn_for_anybody("join", secret="", name="", error=None)


@pages.add_open("POST", "/join")
def join_by_page(serving: CurrentServing, request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Makes the account of an invitation, with a password of one's own choice, and leads to the login."""
    form = form_in(body)
    secret, name = form.one("secret").strip(), form.one("name")
    try:
        open_door(serving, request)
        with serving.database.writing() as session:
            accept(serving.desk(session, SYSTEM), secret, name, form.one("password"), serving.passwords)
    except DeskError as error:
        return drawn_for_anybody("join", status=422, secret=secret, name=name, error=error)
    return go_to(request, "/login")


@pages.add("POST", "/logout", act="self")
def log_out_by_page(call: CurrentPage) -> Response:
    """Ends the session."""
    with call.serving.database.writing() as session:
        end(call.serving.desk(session, call.actor), call.caller.secret)
    response = go_to(call.request, "/login")
    take_cookie(response, call.serving.settings)
    return response


def _login(
    serving: CurrentServing, *, again: bool, back: str, email: str = "", error: DeskError | None = None
) -> Response:
    return drawn_for_anybody(
        "login", status=200 if error is None else 422, again=again, next=back, email=email, error=error,
        other=bool(serving.settings.oidc_issuer),
    )  # fmt: skip
