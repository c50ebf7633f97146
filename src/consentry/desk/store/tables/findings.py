"""What is known about the posts of a case: assessments, answers, notes. None of these rows is ever changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consentry.desk.store.tables.base import APPEND_ONLY, Base, Id


class AssessmentRow(Base):
    """One assessment of one post.

    Attributes:
        cause: ``measured``, ``imported``, ``answer`` (decided again from stored signals), ``unmeasured`` (the job was
            set aside) or ``policy`` (decided again under another policy).
        made_by: The job, answer or import that it came from; one of these makes one assessment of a post.
        models: Digest of everything that it depends on besides its input.
        body: The record, sealed.
    """

    __tablename__ = "assessments"
    __table_args__ = (UniqueConstraint("post_id", "number"), UniqueConstraint("post_id", "made_by"), APPEND_ONLY)

    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
    number: Mapped[int]
    cause: Mapped[str] = mapped_column(String(20))
    made_by: Mapped[UUID]
    round: Mapped[int]
    step: Mapped[str] = mapped_column(String(10))
    policy: Mapped[str] = mapped_column(String(200))
    models: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(40))
    questions: Mapped[int]
    private_context: Mapped[float | None]
    public_event: Mapped[float | None]
    match_probability: Mapped[float | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(index=True)


class AnswerRow(Base):
    """A fact that a person answered, or that was looked up, about one post."""

    __tablename__ = "answers"
    __table_args__ = (APPEND_ONLY,)

    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
    round: Mapped[int]
    step: Mapped[str] = mapped_column(String(10))
    answered_by: Mapped[UUID]
    fact: Mapped[str] = mapped_column(String(256))
    value: Mapped[str] = mapped_column(String(256))
    source: Mapped[str] = mapped_column(String(10))
    detail: Mapped[bytes] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime]


class NoteRow(Base):
    """A remark for colleagues. ``kind``: ``note``, or ``risk`` where somebody recorded a danger."""

    __tablename__ = "notes"
    __table_args__ = (APPEND_ONLY,)

    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    round: Mapped[int]
    step: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))
    written_by: Mapped[UUID]
    text: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime]
