"""What is deleted by itself, since nobody can use it any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from consentry.desk.people.slowing import FORGOTTEN_AFTER
from consentry.desk.serving_settings import ServingSettings
from consentry.desk.store.tables.people import LoginFailureRow, LoginSessionRow
from consentry.desk.store.tables.replies import ReplyRow

REPLIES_KEPT: Final = timedelta(hours=24)
"""How long the answer to a request with an idempotency key is kept."""


def tidy(session: Session, now: datetime, settings: ServingSettings) -> int:
    """Delete sessions that are over, failures that are forgotten, and answers that nobody asks for again.

    Returns:
        How many rows.
    """
    past = now - settings.session_length
    over = or_(LoginSessionRow.made_at < past, LoginSessionRow.ended_at < past)
    asked = (
        delete(LoginSessionRow).where(over),
        delete(LoginFailureRow).where(LoginFailureRow.last_at < now - FORGOTTEN_AFTER),
        delete(ReplyRow).where(ReplyRow.made_at < now - REPLIES_KEPT),
    )
    return sum(int(getattr(session.execute(each), "rowcount", 0)) for each in asked)
