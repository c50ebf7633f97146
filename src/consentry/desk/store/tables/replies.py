"""Answers that were given, kept for those who ask again with the same idempotency key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from consentry.desk.store.tables.base import Base


class ReplyRow(Base):
    """An answer to a request that carried an idempotency key.

    Attributes:
        key: Digest of the key.
        request: Digest of method, path, query and body.
        sealed: Status, headers and body, encrypted under the idempotency key itself, which is kept nowhere: only
            whoever sends it again can have them read.
    """

    __tablename__ = "replies"

    actor_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(index=True)
