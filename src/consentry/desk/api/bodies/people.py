"""Accounts, invitations, sessions and tokens, as they come in and go out."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, SecretStr

from consentry.desk.actor import Role
from consentry.desk.api.bodies.common import Body, Moment, View
from consentry.desk.people.roles import Act
from consentry.desk.store.tables.people import InvitationRow, TokenRow, UserRow

Email = Annotated[str, Field(min_length=3, max_length=254, examples=["ana@example.org"])]
Password = Annotated[SecretStr, Field(min_length=1, max_length=1024)]
Roles = Annotated[list[Role], Field(min_length=1, max_length=7)]


class Login(Body):
    """Who somebody is, and how they prove it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "ana@example.org", "password": "four words walk home"}]}
    )

    email: Email
    password: Password


class PasswordAgain(Body):
    """The password once more, before something that cannot be undone."""

    password: Password


class NewPassword(Body):
    """A password in place of another."""

    password: Password
    new_password: Password


class SessionView(View):
    """Who is logged in here.

    Attributes:
        csrf_token: Goes into X-CSRF-Token of everything that changes something; ``None`` for tokens, which need none.
        acts: What the caller may do.
    """

    user: UserView
    acts: list[Act]
    csrf_token: str | None
    ends_at: Moment | None
    proved_at: Moment | None


class NewInvitation(Body):
    """Somebody who is to have an account."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ana@example.org", "roles": ["reviewer"]}]})

    email: Email
    roles: Roles


class InvitationView(View):
    """An invitation."""

    id: UUID
    email: str
    roles: list[Role]
    made_at: Moment
    expires_at: Moment
    state: Literal["open", "accepted", "withdrawn"]


class InvitationMade(InvitationView):
    """An invitation, with its secret, which is shown this once."""

    secret: str


class Acceptance(Body):
    """An invitation that is taken."""

    secret: Annotated[str, Field(min_length=1, max_length=128)]
    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Ana Costa"])]
    password: Password


class NewService(Body):
    """A program that is to have an account."""

    name: Annotated[str, Field(min_length=2, max_length=64, examples=["report-form"])]


class UserView(View):
    """An account."""

    id: UUID
    kind: Literal["person", "service"]
    email: str
    name: str
    roles: list[Role]
    made_at: Moment
    closed_at: Moment | None
    other_login: bool = Field(description="Whether it is bound to a login by OIDC.")


class UserChange(Body):
    """What is to be different about an account."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"roles": ["reviewer", "senior"]}]})

    roles: Roles


class NewToken(Body):
    """A token that is to be made."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "report form", "scopes": ["cases.file", "cases.read"], "days": 90}]}
    )

    name: Annotated[str, Field(min_length=1, max_length=200)]
    scopes: Annotated[list[Act], Field(min_length=1, max_length=40)]
    days: Annotated[int, Field(ge=1, le=3650)] = 90


class TokenView(View):
    """A token, without its secret."""

    id: UUID
    user_id: UUID
    name: str
    begins_with: str
    scopes: list[Act]
    made_at: Moment
    expires_at: Moment
    used_at: Moment | None
    revoked_at: Moment | None


class TokenMade(TokenView):
    """A token, with its secret, which is shown this once."""

    token: str


SessionView.model_rebuild()


def user_view(row: UserRow) -> UserView:
    """An account as it is shown."""
    return UserView.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "email": row.email,
            "name": row.name,
            "roles": row.roles,
            "made_at": row.made_at,
            "closed_at": row.closed_at,
            "other_login": row.issuer is not None,
        }
    )


def invitation_fields(row: InvitationRow) -> dict[str, object]:
    """What is shown of an invitation."""
    state = "accepted" if row.accepted_at else "withdrawn" if row.withdrawn_at else "open"
    return {
        "id": row.id,
        "email": row.email,
        "roles": row.roles,
        "made_at": row.made_at,
        "expires_at": row.expires_at,
        "state": state,
    }


def token_fields(row: TokenRow) -> dict[str, object]:
    """What is shown of a token."""
    return {
        "id": row.id,
        "user_id": row.user_id,
        "name": row.name,
        "begins_with": row.shown,
        "scopes": row.scopes,
        "made_at": row.made_at,
        "expires_at": row.expires_at,
        "used_at": row.used_at,
        "revoked_at": row.revoked_at,
    }
