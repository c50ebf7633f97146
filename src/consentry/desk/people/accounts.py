"""Accounts: made by invitation (people) or by an admin (services), changed, closed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consentry.desk.actor import ROLES
from consentry.desk.audit.appending import append
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.people.passwords import Passwords
from consentry.desk.people.secrets import digest_of, looks_like, new_secret
from consentry.desk.store.tables.people import InvitationRow, LoginSessionRow, TokenRow, UserRow

_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}")
_SERVICE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


def email_of(text: str) -> str:
    """An address of e-mail in the form in which it is kept.

    Raises:
        DeskError: ``desk.input``.
    """
    plain = text.strip().lower()
    if not plain.isprintable() or _EMAIL.fullmatch(plain) is None:
        raise DeskError("This is no address of e-mail.", "Write it as name@example.org.")
    return plain


def checked_roles(roles: Iterable[str], *, service: bool = False) -> list[str]:
    """Roles in the order of the table, each once.

    Raises:
        DeskError: ``desk.input``: one is none, or does not belong to this kind of account.
    """
    wanted = set(roles)
    fits = {"service"} if service else set(ROLES) - {"service"}
    if not wanted or wanted - fits:
        raise DeskError(
            "These roles cannot be given to this account.",
            "People have one or several of intake, reviewer, senior, policy, admin, auditor; a program has service.",
        )
    return [role for role in ROLES if role in wanted]


def invite(desk: Desk, email: str, roles: Collection[str]) -> tuple[InvitationRow, str]:
    """Invite somebody; earlier invitations of theirs that are still open end.

    Returns:
        The invitation and its secret, which is kept nowhere.

    Raises:
        DeskError: ``desk.input``; ``desk.exists``: there is an account already.
    """
    address, given = email_of(email), checked_roles(roles)
    if desk.session.scalar(select(UserRow.id).where(UserRow.email == address)) is not None:
        raise _exists()
    desk.session.execute(
        update(InvitationRow)
        .where(InvitationRow.email == address, InvitationRow.accepted_at.is_(None))
        .where(InvitationRow.withdrawn_at.is_(None))
        .values(withdrawn_at=desk.now)
    )
    secret = new_secret("invitation")
    row = InvitationRow(
        email=address,
        roles=given,
        secret=digest_of(secret),
        invited_by=desk.actor.id,
        made_at=desk.now,
        expires_at=desk.now + timedelta(days=desk.settings.invitation_days),
    )
    desk.session.add(row)
    desk.session.flush()
    append(desk.session, desk.clock, desk.actor, "user.invited", "invitation", row.id, roles=given)
    return row, secret


def withdraw_invitation(desk: Desk, invitation_id: UUID) -> None:
    """End an invitation.

    Raises:
        DeskError: ``desk.not_found``.
    """
    row = desk.session.get(InvitationRow, invitation_id)
    if row is None or row.accepted_at is not None:
        raise not_found("invitation")
    if row.withdrawn_at is None:
        row.withdrawn_at = desk.now
        append(desk.session, desk.clock, desk.actor, "user.invitation_withdrawn", "invitation", row.id)


def open_invitation(session: Session, now: datetime, *, secret: str = "", email: str = "") -> InvitationRow | None:
    """The invitation that a secret, or a proven address of e-mail, belongs to, if it can be accepted."""
    if secret and not looks_like("invitation", secret):
        return None
    which = InvitationRow.secret == digest_of(secret) if secret else InvitationRow.email == email
    row = session.scalars(select(InvitationRow).where(which).order_by(InvitationRow.made_at.desc()).limit(1)).first()
    if row is None or row.accepted_at is not None or row.withdrawn_at is not None or row.expires_at <= now:
        return None
    return row


def accept(desk: Desk, secret: str, name: str, password: str, passwords: Passwords) -> UserRow:
    """Make the account that somebody was invited to.

    Raises:
        DeskError: ``desk.not_found``: there is no such invitation, or it was used, withdrawn or has expired;
            ``desk.weak_password``.
    """
    row = open_invitation(desk.session, desk.now, secret=secret)
    if row is None:
        raise not_found("invitation")
    return joined(desk, row, name, password=passwords.hash(password, name=row.email))


def joined(
    desk: Desk,
    invitation: InvitationRow,
    name: str,
    *,
    password: str | None = None,
    issuer: str | None = None,
    subject: str | None = None,
) -> UserRow:
    """The account that an invitation makes, whichever way its owner proved that it is theirs."""
    row = UserRow(
        kind="person",
        email=invitation.email,
        name=_plain_name(name),
        roles=list(invitation.roles),
        password=password,
        issuer=issuer,
        subject=subject,
        made_at=desk.now,
    )
    invitation.accepted_at = desk.now
    desk.session.add(row)
    desk.session.flush()
    append(desk.session, desk.clock, desk.actor, "user.joined", "user", row.id, roles=row.roles)
    return row


def make_service(desk: Desk, name: str) -> UserRow:
    """An account for a program; it has tokens and cannot log in.

    Raises:
        DeskError: ``desk.input``; ``desk.exists``.
    """
    if _SERVICE.fullmatch(name) is None:
        raise DeskError("This is no name for a program.", "Take small letters, digits, dots and dashes.")
    if desk.session.scalar(select(UserRow.id).where(UserRow.email == name)) is not None:
        raise _exists()
    row = UserRow(kind="service", email=name, name=name, roles=["service"], made_at=desk.now)
    desk.session.add(row)
    desk.session.flush()
    append(desk.session, desk.clock, desk.actor, "user.service_made", "user", row.id)
    return row


def change_roles(desk: Desk, user: UserRow, roles: Collection[str]) -> None:
    """Give somebody other roles, which count from their next request on.

    Raises:
        DeskError: ``desk.input``; ``desk.last_admin``: nobody would be left who can give roles.
    """
    given = checked_roles(roles, service=user.kind == "service")
    if given == user.roles:
        return
    if "admin" in user.roles and "admin" not in given:
        _keep_an_admin(desk.session, user.id)
    append(desk.session, desk.clock, desk.actor, "user.roles_changed", "user", user.id, before=user.roles, after=given)
    user.roles = given


def close(desk: Desk, user: UserRow) -> None:
    """Close an account: its sessions and tokens end at once. It stays, since the log and decisions name it.

    Raises:
        DeskError: ``desk.last_admin``.
    """
    if user.closed_at is not None:
        return
    if "admin" in user.roles:
        _keep_an_admin(desk.session, user.id)
    user.closed_at = desk.now
    user.password = None
    end_sessions(desk.session, user.id, desk.now)
    mine = TokenRow.user_id == user.id
    desk.session.execute(update(TokenRow).where(mine, TokenRow.revoked_at.is_(None)).values(revoked_at=desk.now))
    append(desk.session, desk.clock, desk.actor, "user.closed", "user", user.id)


def end_sessions(session: Session, user_id: UUID, now: datetime) -> None:
    """End all sessions of somebody."""
    mine = LoginSessionRow.user_id == user_id
    session.execute(update(LoginSessionRow).where(mine, LoginSessionRow.ended_at.is_(None)).values(ended_at=now))


def user_of(session: Session, user_id: UUID) -> UserRow:
    """An account.

    Raises:
        DeskError: ``desk.not_found``.
    """
    row = session.get(UserRow, user_id)
    if row is None:
        raise not_found("account")
    return row


def not_found(what: str) -> DeskError:
    """The error for something that is not there, or not for whoever asks."""
    return DeskError(f"There is no such {what}.", "Check its id.", code="desk.not_found")


def _keep_an_admin(session: Session, leaving: UUID) -> None:
    others = session.scalars(select(UserRow).where(UserRow.closed_at.is_(None), UserRow.id != leaving))
    if not any("admin" in other.roles for other in others):
        raise DeskError(
            "This is the last account that can manage others.",
            "Give somebody else the role admin first.",
            code="desk.last_admin",
        )


def _exists() -> DeskError:
    return DeskError("There is an account of this name already.", "Change its roles instead.", code="desk.exists")


def _plain_name(name: str) -> str:
    plain = " ".join("".join(part for part in name if part.isprintable()).split())[:200]
    if not plain:
        raise DeskError("An account needs a name.", "Give the name that colleagues know.")
    return plain
