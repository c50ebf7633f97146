"""Tokens for programs: made, used, revoked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from consentry.desk.audit.appending import append
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.people.accounts import not_found
from consentry.desk.people.roles import ACTS, NEVER_BY_TOKEN, acts_of
from consentry.desk.people.secrets import digest_of, looks_like, new_secret
from consentry.desk.store.tables.people import TokenRow, UserRow

_SHOWN = 10


def make_token(desk: Desk, user: UserRow, name: str, scopes: Collection[str], days: int) -> tuple[TokenRow, str]:
    """A token for an account.

    Args:
        desk: The transaction.
        user: Whose token it is; it can never do more than they may.
        name: What people call it.
        scopes: Acts that it may do.
        days: How long it lasts.

    Returns:
        The token's row, and the token, which is kept nowhere.

    Raises:
        DeskError: ``desk.input``: the account may not do an act, or no token may; it would last too long;
            ``desk.closed``: the account is closed.
    """
    if user.closed_at is not None:
        raise DeskError("This account is closed.", "Make a token for another one.", code="desk.closed")
    refused = set(scopes) - (acts_of(user.roles) - NEVER_BY_TOKEN)
    if not scopes or refused:
        raise DeskError(
            "A token of this account cannot be made for these acts.",
            "Name acts that the account may do itself, and that are not done at a screen only; see docs/desk/roles.md.",
        )
    if not 1 <= days <= desk.settings.token_days:
        raise DeskError(
            f"A token lasts from one day to {desk.settings.token_days}.", "Make a shorter one, and a new one in time."
        )
    secret = new_secret("token")
    row = TokenRow(
        user_id=user.id,
        name=name,
        secret=digest_of(secret),
        shown=secret[:_SHOWN],
        scopes=[act for act in ACTS if act in set(scopes)],
        made_by=desk.actor.id,
        made_at=desk.now,
        expires_at=desk.now + timedelta(days=days),
    )
    desk.session.add(row)
    desk.session.flush()
    append(desk.session, desk.clock, desk.actor, "token.made", "token", row.id, user=user.id, scopes=row.scopes)
    return row, secret


def revoke_token(desk: Desk, token_id: UUID) -> None:
    """End a token.

    Raises:
        DeskError: ``desk.not_found``.
    """
    row = desk.session.get(TokenRow, token_id)
    if row is None:
        raise not_found("token")
    if row.revoked_at is None:
        row.revoked_at = desk.now
        append(desk.session, desk.clock, desk.actor, "token.revoked", "token", row.id)


def token_of(session: Session, secret: str, now: datetime) -> tuple[UserRow, TokenRow] | None:
    """Whose token it is, if it can be used."""
    if not looks_like("token", secret):
        return None
    found = session.execute(
        select(UserRow, TokenRow)
        .join(TokenRow, TokenRow.user_id == UserRow.id)
        .where(TokenRow.secret == digest_of(secret))
    ).first()
    if found is None:
        return None
    user, row = found
    usable = row.revoked_at is None and row.expires_at > now and user.closed_at is None
    return (user, row) if usable else None
