"""The log: one entry an act, each holding the digest of the one before, and its signed heads."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from consentry.desk.store.tables.base import APPEND_ONLY, Base


class EntryRow(Base):
    """One act. It holds ids, codes and digests, and nothing that anybody said."""

    __tablename__ = "log_entries"
    __table_args__ = (APPEND_ONLY,)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[UUID] = mapped_column(index=True)
    act: Mapped[str] = mapped_column(String(60), index=True)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    details: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class LastEntryRow(Base):
    """The end of the log; whoever appends holds this row."""

    __tablename__ = "log_end"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class HeadRow(Base):
    """A signed statement of how far the log had come."""

    __tablename__ = "log_heads"
    __table_args__ = (APPEND_ONLY,)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime]
    key_id: Mapped[str] = mapped_column(String(16))
    signature: Mapped[str] = mapped_column(String(128))
