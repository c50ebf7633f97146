"""Purges that two people agree on, and looks at what is not shown to everybody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from consentry.desk.store.tables.base import APPEND_ONLY, Base, Id


class PurgeRow(Base):
    """Somebody asked for a case to be purged.

    Attributes:
        what: ``case`` (everything of it) or ``claim`` (reference photos and templates).
        state: ``asked``, ``approved``, ``refused``, ``withdrawn`` or ``lapsed``.
        reason: Of who asked, sealed under the case's key, so it goes with the case.
        settled_by: Who approved, refused or withdrew it.
    """

    __tablename__ = "purges"

    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    what: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), index=True)
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    settled_by: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]


class LookRow(Base):
    """Somebody looked at faces that are blurred for everybody else, or at a reference photo, and said why.

    Attributes:
        what: ``faces``, ``claimant`` or ``reference``.
        reason: One of the codes in `consentry.desk.cases.looking.REASONS`.
        words: More about it, sealed under the case's key; empty where nothing was said.
        until: When the look ends; until then the same person sees it again without saying why.
    """

    __tablename__ = "looks"
    __table_args__ = (APPEND_ONLY,)

    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"), index=True)
    what: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(40))
    words: Mapped[bytes] = mapped_column(LargeBinary)
    looked_by: Mapped[UUID]
    looked_at: Mapped[datetime]
    until: Mapped[datetime]
