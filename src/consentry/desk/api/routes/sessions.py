"""Logging in, proving it again, logging out; and taking an invitation."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from consentry.desk.actor import SYSTEM
from consentry.desk.api.authentication import cookie_name, give_cookie, place_of, require_own_site, take_cookie
from consentry.desk.api.bodies.people import (
    Acceptance,
    Login,
    NewPassword,
    PasswordAgain,
    SessionView,
    UserView,
    user_view,
)
from consentry.desk.api.calls import Answer, CurrentCall, CurrentServing, slow_down
from consentry.desk.api.routing import Routes
from consentry.desk.api.serving import Serving
from consentry.desk.errors import DeskError
from consentry.desk.people.accounts import accept, email_of, end_sessions, user_of
from consentry.desk.people.roles import ACTS, acts_of
from consentry.desk.people.secrets import csrf_token_of
from consentry.desk.people.sessions import LoggedIn, admit, begin, end, failed, forgive, password_matches
from consentry.desk.store.tables.people import LoginSessionRow, UserRow

routes = Routes("sessions")


@routes.add_open("POST", "/session", answer=SessionView, about="Log in with a password", may_fail=(409,))
def log_in(serving: CurrentServing, request: Request, body: Login) -> Response:
    """Begins a session, whose cookie scripts cannot read, and ends the one that was shown.

    After failures, the next try has to wait; the answer is the same whether there is such an account or not.
    """
    open_door(serving, request)
    user = proved(serving, request, body.email, body.password.get_secret_value())
    return logged_in_response(serving, begun(serving, request, user))


@routes.add("POST", "/session/proof", act="self", answer=SessionView, screen=True, about="Log in again")
def log_in_again(call: CurrentCall, request: Request, body: PasswordAgain) -> Response:
    """Proves once more who is there, which some acts ask for. The session is exchanged for a new one."""
    user = proved(call.serving, request, call.caller.user.email, body.password.get_secret_value())
    return logged_in_response(call.serving, begun(call.serving, request, user))


@routes.add("GET", "/session", act="self", answer=SessionView, about="Who is logged in")
def who_am_i(call: CurrentCall) -> Response:
    """The account, what it may do, and the session's CSRF token."""
    caller = call.caller
    scopes = None if caller.token is None else caller.token.scopes
    return call.read(lambda _: Answer(_view(call.serving, caller.user, caller.session, caller.secret, scopes=scopes)))


@routes.add("DELETE", "/session", act="self", status=204, screen=True, about="Log out")
def log_out(call: CurrentCall) -> Response:
    """Ends the session, whoever else may have its cookie."""
    with call.serving.database.writing() as session:
        end(call.serving.desk(session, call.actor), call.caller.secret)
    response = Response(status_code=204)
    take_cookie(response, call.serving.settings)
    return response


@routes.add("POST", "/session/password", act="self", answer=SessionView, screen=True, about="Change one's password")
def change_password(call: CurrentCall, request: Request, body: NewPassword) -> Response:
    """Changes the password, and ends all sessions of the account but this one, which is exchanged."""
    serving = call.serving
    user = proved(serving, request, call.caller.user.email, body.password.get_secret_value())
    hashed = serving.passwords.hash(body.new_password.get_secret_value(), name=user.email)
    with serving.database.writing() as session:
        user_of(session, user.id).password = hashed
        end_sessions(session, user.id, serving.clock())
    return logged_in_response(serving, begun(serving, request, user))


@routes.add_open(
    "POST", "/invitations/accept", answer=UserView, status=201, about="Take an invitation", may_fail=(404, 409)
)
def accept_invitation(serving: CurrentServing, request: Request, body: Acceptance) -> Response:
    """Makes the account, with a password of one's own choice. An invitation works once."""
    open_door(serving, request)
    with serving.database.writing() as session:
        desk = serving.desk(session, SYSTEM)
        user = accept(desk, body.secret, body.name, body.password.get_secret_value(), serving.passwords)
        session.flush()
        view = user_view(user)
    return Response(view.model_dump_json(), 201, media_type="application/json")


def open_door(serving: Serving, request: Request) -> None:
    """What everybody has to pass who is not known yet."""
    settings = serving.settings
    slow_down(serving, f"place:{place_of(request)}", settings.anonymous_a_second, settings.anonymous_at_once)
    require_own_site(serving, request, None)


def proved(serving: Serving, request: Request, email: str, password: str) -> UserRow:
    """The account that a password proves.

    Raises:
        DeskError: ``desk.wrong_login``, ``desk.slow_down``.
    """
    place = place_of(request)
    try:
        address = email_of(email)
    except DeskError as error:
        raise _wrong_login() from error
    with serving.database.writing() as session:
        admit(serving.desk(session, SYSTEM), address, place)
    with serving.database.reading() as session:
        user = password_matches(session, address, password, serving.passwords)
        session.expunge_all()
    if user is None:
        with serving.database.writing() as session:
            failed(serving.desk(session, SYSTEM), address)
        raise _wrong_login()
    with serving.database.writing() as session:
        forgive(serving.desk(session, SYSTEM), address, place)
    if user.password is not None and serving.passwords.outdated(user.password):
        with serving.database.writing() as session:
            user_of(session, user.id).password = serving.passwords.rehash(password)
    return user


def begun(serving: Serving, request: Request, user: UserRow) -> LoggedIn:
    """A session for somebody who was proved; the one that was shown ends."""
    former = request.cookies.get(cookie_name(serving.settings))
    with serving.database.writing() as session:
        desk = serving.desk(session, SYSTEM)
        return begin(desk, user_of(session, user.id), place=place_of(request), former=former)


def logged_in_response(serving: Serving, logged_in: LoggedIn) -> Response:
    """The answer to a login, with its cookie."""
    view = _view(serving, logged_in.user, logged_in.session, logged_in.secret)
    response = Response(view.model_dump_json(), media_type="application/json")
    give_cookie(response, logged_in.secret, serving.settings)
    return response


def _view(
    serving: Serving, user: UserRow, session: LoginSessionRow | None, secret: str, *, scopes: list[str] | None = None
) -> SessionView:
    may = acts_of(user.roles, scopes)
    return SessionView(
        user=user_view(user),
        acts=[act for act in ACTS if act in may],
        csrf_token=csrf_token_of(secret) if secret else None,
        ends_at=session.made_at + serving.settings.session_length if session is not None else None,
        proved_at=session.proved_at if session is not None else None,
    )


def _wrong_login() -> DeskError:
    return DeskError(
        "This name and this password do not belong together.", "Check both, then try again.", code="desk.wrong_login"
    )
