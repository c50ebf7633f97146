"""Sessions: logging in, staying logged in, proving it again, logging out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consentry.desk.actor import SYSTEM, Actor
from consentry.desk.audit.appending import append
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.people.passwords import Passwords
from consentry.desk.people.secrets import digest_of, looks_like, new_secret
from consentry.desk.people.slowing import FORGOTTEN_AFTER, keys_of, waits_until
from consentry.desk.serving_settings import ServingSettings
from consentry.desk.store.tables.people import LoginFailureRow, LoginSessionRow, UserRow

_SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly it is kept when somebody was last there."""


class SlowDownError(DeskError):
    """Somebody has to wait.

    Attributes:
        retry_after: Seconds.
    """

    default_code = "desk.slow_down"

    def __init__(self, retry_after: float) -> None:
        super().__init__("There were too many failures to log in.", "Wait a while, then try again.")
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.retry_after,)


@dataclass(frozen=True)
class LoggedIn:
    """A session that was begun; its secret goes into the cookie and is kept nowhere else."""

    user: UserRow
    session: LoginSessionRow
    secret: str


def admit(desk: Desk, email: str, place: str) -> None:
    """Count a try before its password is looked at, or refuse it if it comes too soon after too many failures.

    Counting first means that many guesses sent at once are counted one after another, whatever each one's outcome.
    Done in a transaction of its own, which ends before the password is hashed; `forgive` takes back what was right.

    Raises:
        SlowDownError: with the seconds to wait.
    """
    for kind, key in keys_of(email, place).items():
        row = desk.session.get(LoginFailureRow, key, with_for_update=True, populate_existing=True)
        if row is None:
            desk.session.add(LoginFailureRow(key=key, failures=1, last_at=desk.now))
            desk.session.flush()
            continue
        if row.last_at + FORGOTTEN_AFTER <= desk.now:
            row.failures, row.last_at = 1, desk.now
            continue
        wait = (waits_until(kind, row.failures, row.last_at) - desk.now).total_seconds()
        if wait > 0:
            raise SlowDownError(wait)
        row.failures, row.last_at = row.failures + 1, desk.now


def forgive(desk: Desk, email: str, place: str) -> None:
    """Take back the count of a try whose password was right; earlier failures stay counted."""
    for key in keys_of(email, place).values():
        row = desk.session.get(LoginFailureRow, key, with_for_update=True, populate_existing=True)
        if row is not None:
            row.failures -= 1
            if row.failures <= 0:
                desk.session.delete(row)


def failed(desk: Desk, email: str) -> None:
    """Note a failure in the log."""
    user = desk.session.scalars(select(UserRow).where(UserRow.email == email)).first()
    append(desk.session, desk.clock, SYSTEM, "user.login_failed", "user", user.id if user else None)


def password_matches(session: Session, email: str, password: str, passwords: Passwords) -> UserRow | None:
    """The account that a name and a password belong to; it takes as long where there is none."""
    user = session.scalars(select(UserRow).where(UserRow.email == email)).first()
    usable = user is not None and user.closed_at is None and user.kind == "person"
    matches = passwords.matches(user.password if user is not None and usable else None, password)
    return user if matches and usable else None


def begin(desk: Desk, user: UserRow, *, place: str = "", former: str | None = None) -> LoggedIn:
    """Begin a session for somebody who has proved who they are.

    Args:
        desk: The transaction.
        user: Whose it is.
        place: Where failures were counted, which are forgotten now.
        former: The secret of the session that was shown; it ends, so that nobody can have chosen this one's.
    """
    if former:
        end(desk, former)
    if place:
        pair = keys_of(user.email, place)["pair"]
        desk.session.execute(delete(LoginFailureRow).where(LoginFailureRow.key == pair))
    secret = new_secret("session")
    row = LoginSessionRow(
        user_id=user.id, secret=digest_of(secret), made_at=desk.now, proved_at=desk.now, seen_at=desk.now
    )
    desk.session.add(row)
    desk.session.flush()
    append(desk.session, desk.clock, actor_of(user), "user.logged_in", "user", user.id)
    return LoggedIn(user, row, secret)


def end(desk: Desk, secret: str) -> None:
    """End the session that a secret belongs to, if there is one."""
    if not looks_like("session", secret):
        return
    row = desk.session.scalars(select(LoginSessionRow).where(LoginSessionRow.secret == digest_of(secret))).first()
    if row is not None and row.ended_at is None:
        row.ended_at = desk.now
        append(desk.session, desk.clock, Actor(row.user_id, "user"), "user.logged_out", "user", row.user_id)


def session_of(
    session: Session, secret: str, now: datetime, settings: ServingSettings
) -> tuple[UserRow, LoginSessionRow] | None:
    """Whose session a secret belongs to, if it has not ended."""
    if not looks_like("session", secret):
        return None
    found = session.execute(
        select(UserRow, LoginSessionRow)
        .join(LoginSessionRow, LoginSessionRow.user_id == UserRow.id)
        .where(LoginSessionRow.secret == digest_of(secret))
    ).first()
    if found is None:
        return None
    user, row = found
    over = row.made_at + settings.session_length <= now or row.seen_at + settings.session_idle <= now
    return None if over or row.ended_at is not None or user.closed_at is not None else (user, row)


def is_to_be_noted(last: datetime | None, now: datetime) -> bool:
    """Whether a use lies far enough from the last one that was kept: not every request writes."""
    return last is None or last + _SEEN_EVERY <= now


def actor_of(user: UserRow) -> Actor:
    """The account as somebody who acts."""
    return Actor(user.id, "user", frozenset(user.roles))  # type: ignore[arg-type]  # roles are checked when given
