"""Jobs, and what happened for others to hear of: written in the transaction that they belong to (an outbox)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from consentry.desk.store.tables.base import Base, Id


class JobRow(Base):
    """Something that a worker has to do.

    Attributes:
        subject_id: What it is about: a case, an event, ...
        key: At most one job of a key is there; ``None`` where that does not matter.
        state: ``ready``, ``running``, ``done`` or ``set_aside``.
        attempts: How often it was begun.
        run_at: Not before.
        worker: Who runs it; whoever finishes a job must still be the one.
        lease_until: When it is taken for abandoned.
        error: The code of what went wrong last.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_next", "state", "run_at"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime]
    worker: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(100))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class EventRow(Base):
    """Something that happened, for webhooks. Ids and codes only; ids rise with time."""

    __tablename__ = "events"

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(60), index=True)
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    data: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime]
