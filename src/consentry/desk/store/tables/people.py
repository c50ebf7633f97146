"""Accounts: people and programs, their invitations, sessions, tokens, and failures to log in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consentry.desk.store.tables.base import Base, Id


class UserRow(Base):
    """An account.

    Attributes:
        kind: ``person``, who logs in, or ``service``, which only has tokens.
        email: In small letters; of a service, its name.
        password: An argon2id hash; ``None`` for those who log in elsewhere, and for services.
        issuer: Whose login (OIDC) it is bound to, with its subject there.
        closed_at: From when on it may do nothing.
    """

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(10))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]]
    password: Mapped[str | None] = mapped_column(String(200))
    issuer: Mapped[str | None] = mapped_column(String(400))
    subject: Mapped[str | None] = mapped_column(String(255))
    version: Mapped[int] = mapped_column()
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own form


class InvitationRow(Base):
    """An invitation: an account that somebody may make, once, until it expires."""

    __tablename__ = "invitations"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), index=True)
    roles: Mapped[list[str]]
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by: Mapped[UUID]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class LoginSessionRow(Base):
    """Somebody who is logged in at a screen.

    Attributes:
        secret: The digest of what their cookie holds.
        proved_at: When they last proved who they are; some acts want that to be recent.
        seen_at: When they last did something, to the minute.
    """

    __tablename__ = "login_sessions"

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class TokenRow(Base):
    """A token of an account, for a program.

    Attributes:
        secret: Its digest.
        shown: Its first characters, so that people can tell which it is.
        scopes: The acts that it was made for.
        used_at: When it was last used, to the minute.
    """

    __tablename__ = "api_tokens"

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    shown: Mapped[str] = mapped_column(String(12))
    scopes: Mapped[list[str]]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LoginFailureRow(Base):
    """Failures to log in, in a row; the key is a digest of account and place."""

    __tablename__ = "login_failures"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
