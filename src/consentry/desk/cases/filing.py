"""Making a case of a report: its posts and their words, media that lie in the vault, and the job that assesses it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Final, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from consentry.desk.cases.answers import keep_answers
from consentry.desk.cases.locating import case_to_change, move, order, post_of, tell, touch
from consentry.desk.cases.policies import policy_of
from consentry.desk.cases.states import require_move, require_role
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow, MediaRow, PostRow
from consentry.desk.work.jobs import enqueue
from consentry.media import Limits
from consentry.policy import check_answer
from consentry.records import MOST_POSTS_A_REPORT, AccountKind, Fact, Record, Report
from consentry.records.words import LONGEST_ID, Name, Words, plain_name

ASSESS: Final = "assess"
"""The kind of job that assesses a case."""
FILING: Final = ("intake", "service", "senior", "system")
_LONGEST_WORDS: Final = 1_000_000
_LONGEST_NAME: Final = 255


class FiledPost(Record):
    """A post as it is reported; its media are added to the case afterwards.

    Attributes:
        post_id: The platform's name for it.
        words: What came with the media.
        language: Of the post, as two capital letters, for the statement of reasons.
        facts: Look-ups, and what the report says besides.
    """

    post_id: Name = Field(min_length=1, max_length=LONGEST_ID)
    words: Words = Field(default="", max_length=_LONGEST_WORDS)
    posted_at: datetime | None = None
    account: AccountKind = "unknown"
    language: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    facts: tuple[Fact, ...] = Field(default=(), max_length=100)


class Filing(Record):
    """A report with the posts that it names.

    Attributes:
        source: How it came here.
        report: ``None`` for a post that the platform itself came across.
        article_16: Whether it was a notice of illegal content under Article 16 of the DSA.
    """

    source: Literal["api", "form", "import", "demo"]
    report: Report | None = None
    posts: tuple[FiledPost, ...] = Field(min_length=1, max_length=MOST_POSTS_A_REPORT)
    article_16: bool = False

    @model_validator(mode="after")
    def _posts_are_named_once(self) -> Self:
        if len({post.post_id for post in self.posts}) != len(self.posts):
            raise ValueError("every post must be named once")
        if self.report is None and len(self.posts) != 1:
            raise ValueError("several posts need a report that names them")
        return self

    @property
    def origin(self) -> str:
        """What makes it the same filing as another one."""
        return f"post:{self.posts[0].post_id}" if self.report is None else f"report:{self.report.report_id}"


def file_case(desk: Desk, filing: Filing, *, submit: bool = False) -> CaseRow:
    """Make a case; one report makes one case.

    Args:
        desk: Intake, a program or a senior.
        filing: The report and its posts.
        submit: Whether it can be assessed at once, since no media are to come.

    Raises:
        DeskError: ``desk.duplicate`` for a report that was filed before, ``desk.not_allowed``.
        PolicyError: A fact that the policy does not know.
    """
    require_role(desk.actor, *FILING)
    for post in filing.posts:
        for fact in post.facts:
            _check_fact(desk, fact)
    now = desk.now
    report = filing.report
    if report is not None and report.reported_at is None:
        report = report.model_copy(update={"reported_at": now})
    case = CaseRow(
        id=new_id(), origin=filing.origin, source=filing.source, filed_by=desk.actor.id, state="received",
        report_id=report.report_id if report else None, standing=report.standing if report else None,
        identity=report.identity if report else None, reported_at=report.reported_at if report else None,
        article_16=filing.article_16, created_at=now, changed_at=now, urgency=0, risk=0, round=0, step="first",
    )  # fmt: skip
    order(case, (case.reported_at or now) + timedelta(hours=desk.settings.decide_within_hours))
    _insert(desk, case)
    desk.keys.make(desk.session, desk.clock, case.id)
    desk.session.flush()
    if report is not None:
        case.report = desk.seal(case.id, "cases.report", report.model_dump_json())
    for position, post in enumerate(filing.posts):
        _add_post(desk, case, position, post)
    touch(desk, case)
    desk.log("case.file", case.id, source=filing.source, posts=len(filing.posts))
    tell(desk, case, "case.filed")
    return _begin(desk, case) if submit else case


def add_media(
    desk: Desk,
    case_id: UUID,
    *,
    post: UUID | None,
    role: Literal["post", "reference"],
    name: str,
    address: str,
    size: int,
    content_type: str,
) -> MediaRow:
    """Note a medium of a post, or a reference photo of the claim, whose bytes lie in the vault.

    It is assessed once the case is submitted (`submit`), again if need be.

    Args:
        desk: Who may file cases.
        case_id: A case that is received or open.
        post: The post; ``None`` for a reference photo.
        role: What it is.
        name: What results call it; one of a post's media gets a number if another has the name.
        address: Where the vault keeps it.
        size: In bytes.
        content_type: As found by its content.

    Raises:
        DeskError: ``desk.transition`` if it is too late, ``desk.input`` for one too many.
    """
    require_role(desk.actor, *FILING)
    case = case_to_change(desk, case_id)
    if case.state not in {"received", "open"}:
        raise DeskError(
            f"Media cannot be added to a case that is '{case.state}'.",
            "Add them before it is assessed, or while it waits in the queue.",
            code="desk.transition",
        )
    if (role == "post") == (post is None) or (role == "reference" and case.report_id is None):
        raise DeskError("A medium belongs to a post, a reference photo to a report.", "Name the post, or leave it out.")
    row = None if post is None else post_of(desk, case, post)
    held = desk.session.scalar(
        select(func.count())
        .select_from(MediaRow)
        .where(MediaRow.case_id == case.id, MediaRow.role == role, MediaRow.post_id == post)
    )
    limits = Limits()
    most = limits.media_per_post if role == "post" else limits.photos_per_report
    if held is not None and held >= most:
        raise DeskError(f"There can be {most} of these at most.", "Leave out what shows nothing new.")
    medium = MediaRow(
        id=new_id(), case_id=case.id, post_id=row.id if row else None, role=role, position=held or 0,
        address=address, size=size, content_type=content_type, added_at=desk.now, name=b"",
    )  # fmt: skip
    medium.name = desk.seal(case.id, f"media.name:{medium.id}", _distinct(desk, case, role, post, name))
    desk.session.add(medium)
    touch(desk, case)
    desk.log("case.add_medium", case.id, medium=medium.id, role=role, size=size)
    return medium


def submit(desk: Desk, case_id: UUID, *, version: int | None = None) -> CaseRow:
    """Have a case assessed, or assessed again with what was added. Submitting twice does no harm.

    Raises:
        DeskError: ``desk.transition`` unless the case is received or open.
    """
    require_role(desk.actor, *FILING, "reviewer")
    case = case_to_change(desk, case_id, version)
    if case.state == "received":
        return _begin(desk, case)
    require_move(desk.actor, "reassess", case.state)
    move(desk, case, "reassess", "received")
    return _begin(desk, case)


def _begin(desk: Desk, case: CaseRow) -> CaseRow:
    # Of what the case holds: submitting again without anything new is the same job.
    media = desk.session.scalar(select(func.count()).select_from(MediaRow).where(MediaRow.case_id == case.id)) or 0
    reassessed = case.action is not None or case.set_aside
    key = f"assess:{case.id}:{case.version}" if reassessed else f"assess:{case.id}:first"
    enqueue(desk.session, desk.clock, ASSESS, case.id, key=key, arguments={"media": media})
    return case


def _distinct(desk: Desk, case: CaseRow, role: str, post: UUID | None, name: str) -> str:
    """A name that no other medium of the same post has, so that results speak of one medium."""
    rows = desk.session.scalars(
        select(MediaRow).where(MediaRow.case_id == case.id, MediaRow.role == role, MediaRow.post_id == post)
    )
    taken = {desk.unseal(case.id, f"media.name:{row.id}", row.name) for row in rows}
    wanted = plain_name(name)[:_LONGEST_NAME] or role
    numbered = (f"{wanted}#{number}" for number in count(2))
    return wanted if wanted not in taken else next(each for each in numbered if each not in taken)


def _insert(desk: Desk, case: CaseRow) -> None:
    held = select(CaseRow.id).where(CaseRow.origin == case.origin)
    try:
        if desk.session.scalars(held).first() is not None:
            raise _filed_before()
        with desk.session.begin_nested():
            desk.session.add(case)
            desk.session.flush()
    except IntegrityError as error:
        raise _filed_before() from error


def _filed_before() -> DeskError:
    return DeskError(
        "This report was filed before.", "Look for the case by the id of the report.", code="desk.duplicate"
    )


def _add_post(desk: Desk, case: CaseRow, position: int, filed: FiledPost) -> None:
    post = PostRow(
        id=new_id(), case_id=case.id, position=position, post_id=filed.post_id, posted_at=filed.posted_at,
        account=filed.account, language=filed.language, words=b"",
    )  # fmt: skip
    post.words = desk.seal(case.id, f"posts.words:{post.id}", filed.words)
    desk.session.add(post)
    desk.session.flush()
    keep_answers(desk, case, post, filed.facts)


def _check_fact(desk: Desk, fact: Fact) -> None:
    check_answer(policy_of(desk.settings), fact)
    if fact.source == "reviewer" and desk.actor.kind != "system":
        raise DeskError(
            f"The fact '{fact.name}' is given as a reviewer's answer, and no reviewer has seen the case.",
            "Give look-ups, and what the report says; reviewers answer in the case.",
        )
