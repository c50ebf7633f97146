"""What people decided, appeals against it, and what was written to people afterwards."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consentry.desk.store.tables.base import APPEND_ONLY, Base, Id


class DecisionRow(Base):
    """What one person decided of one case, once.

    The database itself refuses a second decision of one person in a case: so no second opinion and no appeal is
    decided by whoever decided before.

    Attributes:
        effective: Whether it took effect; a first one that waits for a second opinion did not.
        followed: Whether it was the recommendation for every post, as this person saw it.
        agreed: Whether it was what the first person of this round decided; ``None`` for that first one.
        reason: Their words, sealed.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("case_id", "decided_by"),
        UniqueConstraint("case_id", "round", "step"),
        APPEND_ONLY,
    )

    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    round: Mapped[int]
    step: Mapped[str] = mapped_column(String(10))
    decided_by: Mapped[UUID]
    effective: Mapped[bool]
    followed: Mapped[bool]
    agreed: Mapped[bool | None]
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    decided_at: Mapped[datetime] = mapped_column(index=True)


class VerdictRow(Base):
    """What a decision says of one post, and on which assessment and clauses it rests."""

    __tablename__ = "verdicts"
    __table_args__ = (UniqueConstraint("decision_id", "post_id"), APPEND_ONLY)

    id: Mapped[Id]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"))
    recommended: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(40))
    clauses: Mapped[list[str]]


class AppealRow(Base):
    """An objection to a decision, which begins a new round.

    Attributes:
        party: ``uploader``, ``reporter`` or ``internal`` (a senior who saw a mistake, or new proof).
        outcome: ``upheld`` (the decision stays), ``overturned`` or ``withdrawn``.
    """

    __tablename__ = "appeals"
    __table_args__ = (UniqueConstraint("case_id", "round"),)

    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    round: Mapped[int]
    party: Mapped[str] = mapped_column(String(10))
    against: Mapped[UUID] = mapped_column(ForeignKey("decisions.id"))
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    filed_by: Mapped[UUID]
    filed_at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[str | None] = mapped_column(String(10))
    settled_at: Mapped[datetime | None]


class LetterRow(Base):
    """What was made for people after a decision: ``statement`` (of reasons, JSON), ``uploader``, ``reporter``."""

    __tablename__ = "letters"
    __table_args__ = (UniqueConstraint("decision_id", "post_id", "kind"), APPEND_ONLY)

    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id"))
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
    kind: Mapped[str] = mapped_column(String(10))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
