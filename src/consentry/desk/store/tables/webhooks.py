"""Webhooks: who wants to hear of what, and what was sent to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consentry.desk.store.tables.base import Base, Id


class EndpointRow(Base):
    """An address that events are sent to.

    Attributes:
        kinds: Of events; an empty list stands for all.
        secret: What messages are signed with, sealed under the master key.
        older: The secret before, sealed, which signs too until `older_until`.
    """

    __tablename__ = "webhook_endpoints"

    id: Mapped[Id]
    address: Mapped[str] = mapped_column(String(2000))
    described: Mapped[str] = mapped_column(String(200))
    kinds: Mapped[list[str]]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    older: Mapped[bytes | None] = mapped_column(LargeBinary)
    older_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own form


class DeliveryRow(Base):
    """One event on its way to one endpoint.

    Attributes:
        state: ``waiting``, ``delivered`` or ``given_up``.
        attempts: How often it was sent.
        status: Of the last answer; ``None`` if there was none.
        trouble: In one word, why there was no good answer.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (UniqueConstraint("endpoint_id", "event_id"),)

    id: Mapped[Id]
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id"), index=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    state: Mapped[str] = mapped_column(String(10), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    trouble: Mapped[str | None] = mapped_column(String(40))
    made_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
