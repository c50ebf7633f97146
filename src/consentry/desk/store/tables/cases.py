"""Cases: one report each, with its posts and their media."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consentry.desk.store.tables.base import Base, Id


class CaseRow(Base):
    """A case. Words of people are sealed under its key; what the queue sorts by is not.

    Attributes:
        origin: What it was made of, so that no report becomes two cases: ``report:ID``, or ``post:ID`` without one.
        round: 0 until the first appeal, which begins round 1.
        step: Whose turn it is in a round: ``first``, ``second`` (blind) or ``senior``.
        filed_by: The actor who filed it; a program sees those of its own.
        waiting: Whether it stands in the queue.
        due_slot: The hour in which it is due, from 1970; cases due in the same hour are equally pressing.
        rank: Urgency and risk in one number, the most pressing the least.
        version: Raised by every change; whoever changes a case says which version they saw.
        risk: What people have recorded about danger to somebody, 0-3.
        urgency: How far the strongest recommendation goes, 0-6.
        confident: The assessment leaves no question open and recommends a final action.
        audit_sample: Drawn at random for a second opinion; reviewers are not told.
        set_aside: It could not be assessed; people decide it without measurements.
        report: The report as a record, sealed.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_queue", "waiting", "due_slot", "rank", "id"),
        Index("ix_cases_lease", "lease_holder", "lease_until"),
        Index("ix_cases_list", "state", "id"),
        Index("ix_cases_filed", "filed_by", "id"),
    )

    id: Mapped[Id]
    origin: Mapped[str] = mapped_column(String(1100), unique=True)
    source: Mapped[str] = mapped_column(String(20))
    report_id: Mapped[str | None] = mapped_column(String(1024), index=True)
    report: Mapped[bytes | None] = mapped_column(LargeBinary)
    standing: Mapped[str | None] = mapped_column(String(40))
    identity: Mapped[str | None] = mapped_column(String(20))
    reported_at: Mapped[datetime | None]
    article_16: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(20))
    round: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(String(10), default="first")
    version: Mapped[int] = mapped_column()
    filed_by: Mapped[UUID]
    waiting: Mapped[bool] = mapped_column(default=False)
    lease_holder: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    due_at: Mapped[datetime]
    due_slot: Mapped[int]
    rank: Mapped[int]
    urgency: Mapped[int] = mapped_column(default=0)
    risk: Mapped[int] = mapped_column(default=0)
    action: Mapped[str | None] = mapped_column(String(40))
    confident: Mapped[bool] = mapped_column(default=False)
    audit_sample: Mapped[bool] = mapped_column(default=False)
    set_aside: Mapped[bool] = mapped_column(default=False)
    standing_decision_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    purged_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own form


class PostRow(Base):
    """One of up to five posts of a case.

    Attributes:
        post_id: The platform's name for it.
        words: What came with the media, sealed.
        action: What is recommended at present, as those see it who see everything.
    """

    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("case_id", "post_id"), UniqueConstraint("case_id", "position"))

    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    position: Mapped[int]
    post_id: Mapped[str] = mapped_column(String(1024), index=True)
    words: Mapped[bytes] = mapped_column(LargeBinary)
    posted_at: Mapped[datetime | None]
    account: Mapped[str] = mapped_column(String(40))
    language: Mapped[str | None] = mapped_column(String(2))
    action: Mapped[str | None] = mapped_column(String(40))


class MediaRow(Base):
    """A medium of a post, or a reference photo of the claim (which has no post). The bytes lie in the vault.

    Attributes:
        role: ``post`` or ``reference``.
        name: What results call it (``media_id`` of the records), sealed.
        address: Where the vault keeps the bytes: a digest.
    """

    __tablename__ = "media"

    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("posts.id"))
    role: Mapped[str] = mapped_column(String(10))
    position: Mapped[int]
    name: Mapped[bytes] = mapped_column(LargeBinary)
    address: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content_type: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class DeadlineRow(Base):
    """Something that has to be done about a post by a certain moment, as the policy says."""

    __tablename__ = "deadlines"
    __table_args__ = (UniqueConstraint("post_id", "name", "round"),)

    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
    round: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    do: Mapped[str] = mapped_column(String(2000))
    counted_from: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    met_at: Mapped[datetime | None]
