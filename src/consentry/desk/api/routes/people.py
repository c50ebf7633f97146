"""Accounts, invitations and tokens, for admins."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select
from starlette.responses import Response

from consentry.desk.api.bodies.common import Page
from consentry.desk.api.bodies.people import (
    InvitationMade,
    InvitationView,
    NewInvitation,
    NewService,
    NewToken,
    TokenMade,
    TokenView,
    UserChange,
    UserView,
    invitation_fields,
    token_fields,
    user_view,
)
from consentry.desk.api.calls import Answer, CurrentCall
from consentry.desk.api.paging import Cursor, Limit, page_by_id
from consentry.desk.api.routing import PREFIX, Routes
from consentry.desk.api.versions import stale
from consentry.desk.desk import Desk
from consentry.desk.people.accounts import change_roles, close, invite, make_service, user_of, withdraw_invitation
from consentry.desk.people.tokens import make_token, revoke_token
from consentry.desk.store.tables.people import InvitationRow, TokenRow, UserRow

routes = Routes("people")


@routes.add("GET", "/users", act="people.manage", answer=Page[UserView], screen=True, about="All accounts")
def list_users(call: CurrentCall, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """Accounts, the oldest first, those that are closed among them."""

    def work(desk: Desk) -> Answer:
        return page_by_id(call, desk, "users", select(UserRow), UserRow.id, user_view, cursor, limit)

    return call.read(work)


@routes.add("GET", "/users/{user}", act="people.manage", answer=UserView, screen=True, about="One account")
def get_user(call: CurrentCall, user: UUID) -> Response:
    """One account, with its version."""

    def work(desk: Desk) -> Answer:
        row = user_of(desk.session, user)
        return Answer(user_view(row), version=row.version)

    return call.read(work)


@routes.add(
    "PATCH", "/users/{user}", act="people.manage", answer=UserView, screen=True, versioned=True, about="Change roles"
)
def change_user(call: CurrentCall, user: UUID, body: UserChange) -> Response:
    """Gives an account other roles, from its next request on."""
    seen = call.version()

    def work(desk: Desk) -> Answer:
        row = user_of(desk.session, user)
        if row.version != seen:
            raise stale()
        change_roles(desk, row, body.roles)
        desk.session.flush()
        return Answer(user_view(row), version=row.version)

    return call.write(work)


@routes.add(
    "DELETE",
    "/users/{user}",
    act="people.manage",
    status=204,
    screen=True,
    fresh=True,
    may_fail=(409,),
    about="Close an account",
)
def close_user(call: CurrentCall, user: UUID) -> Response:
    """Closes an account; its sessions and tokens end at once. It stays in the list, since the log names it."""

    def work(desk: Desk) -> Answer:
        close(desk, user_of(desk.session, user))
        return Answer()

    return call.write(work)


@routes.add(
    "POST",
    "/services",
    act="people.manage",
    answer=UserView,
    status=201,
    screen=True,
    about="Make an account for a program",
)
def add_service(call: CurrentCall, body: NewService) -> Response:
    """Makes an account with the role service; give it a token then."""

    def work(desk: Desk) -> Answer:
        row = make_service(desk, body.name)
        return Answer(user_view(row), version=row.version, location=f"{PREFIX}/users/{row.id}")

    return call.once(work)


@routes.add(
    "GET", "/invitations", act="people.manage", answer=Page[InvitationView], screen=True, about="All invitations"
)
def list_invitations(call: CurrentCall, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """Invitations, the oldest first."""

    def work(desk: Desk) -> Answer:
        def view(row: InvitationRow) -> InvitationView:
            return InvitationView.model_validate(invitation_fields(row))

        return page_by_id(call, desk, "invitations", select(InvitationRow), InvitationRow.id, view, cursor, limit)

    return call.read(work)


@routes.add(
    "POST", "/invitations", act="people.manage", answer=InvitationMade, status=201, screen=True, about="Invite somebody"
)
def add_invitation(call: CurrentCall, body: NewInvitation) -> Response:
    """Makes an invitation. Its secret is shown in this answer and never again; bring it to the person yourself."""

    def work(desk: Desk) -> Answer:
        row, secret = invite(desk, body.email, body.roles)
        return Answer(InvitationMade.model_validate({**invitation_fields(row), "secret": secret}))

    return call.once(work)


@routes.add(
    "DELETE", "/invitations/{invitation}", act="people.manage", status=204, screen=True, about="End an invitation"
)
def remove_invitation(call: CurrentCall, invitation: UUID) -> Response:
    """Ends an invitation that was not taken."""

    def work(desk: Desk) -> Answer:
        withdraw_invitation(desk, invitation)
        return Answer()

    return call.write(work)


@routes.add("GET", "/tokens", act="tokens.manage", answer=Page[TokenView], screen=True, about="All tokens")
def list_tokens(
    call: CurrentCall, user: Annotated[UUID | None, Query()] = None, cursor: Cursor = None, limit: Limit = 50
) -> Response:
    """Tokens, the oldest first, without their secrets."""

    def work(desk: Desk) -> Answer:
        def view(row: TokenRow) -> TokenView:
            return TokenView.model_validate(token_fields(row))

        found = select(TokenRow) if user is None else select(TokenRow).where(TokenRow.user_id == user)
        return page_by_id(call, desk, "tokens", found, TokenRow.id, view, cursor, limit, user=user)

    return call.read(work)


@routes.add(
    "POST", "/users/{user}/tokens", act="tokens.manage", answer=TokenMade, status=201, screen=True, about="Make a token"
)
def add_token(call: CurrentCall, user: UUID, body: NewToken) -> Response:
    """Makes a token for an account, which can do no more than the account may. It is shown in this answer alone."""

    def work(desk: Desk) -> Answer:
        row, secret = make_token(desk, user_of(desk.session, user), body.name, body.scopes, body.days)
        return Answer(TokenMade.model_validate({**token_fields(row), "token": secret}))

    return call.once(work)


@routes.add("DELETE", "/tokens/{token}", act="tokens.manage", status=204, screen=True, about="End a token")
def remove_token(call: CurrentCall, token: UUID) -> Response:
    """Ends a token at once."""

    def work(desk: Desk) -> Answer:
        revoke_token(desk, token)
        return Answer()

    return call.write(work)
