"""Assesses one case: its media out of the vault, through the pipeline, and into the case."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from consentry.desk.actor import SYSTEM
from consentry.desk.cases.assessed import begin_assessing, record_assessed, record_unmeasured
from consentry.desk.cases.locating import case_to_change, posts_of
from consentry.desk.cases.recording import Found, report_of, words_of
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import Clock, utc_now
from consentry.desk.store.database import Database
from consentry.desk.store.tables.cases import CaseRow, MediaRow, PostRow
from consentry.desk.vault.keys import KeyRing
from consentry.desk.vault.media import MediaStore
from consentry.desk.work.loop import Job, Record
from consentry.errors import ConsentryError
from consentry.pipeline.assessor import Assessor
from consentry.records import Case, ErrorNote, Media, Post, Report


class KeptMedia(Media):
    """A medium that lies in the vault until it is opened.

    Attributes:
        row: Which one.
    """

    row: UUID


class AssessCase:
    """The handler of jobs of the kind ``assess``.

    Args:
        database: The store.
        settings: Of the installation.
        keys: Opens what belongs to cases.
        assessor: Models and policy, loaded once.
        media: The vault.
        clock: The time.
    """

    def __init__(
        self,
        database: Database,
        settings: DeskSettings,
        keys: KeyRing,
        assessor: Assessor,
        media: MediaStore,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._settings = settings
        self._keys = keys
        self._assessor = assessor
        self._media = media
        self._clock = clock

    def work(self, job: Job) -> Record:
        """Measure the posts of a case.

        Raises:
            ConsentryError: One of them could not be assessed at all; it is tried again.
        """
        case_id = _subject(job)
        cases = self._inputs(case_id)
        if cases is None:
            return _nothing
        found: dict[UUID, Found] = {}
        for post, outcome in self._assessor.assess_as_ready(cases.items(), fetch=self._fetch):
            if isinstance(outcome, ConsentryError):
                raise outcome
            found[post] = Found.of(outcome)

        def record(session: Session) -> None:
            desk = self._desk(session)
            case = case_to_change(desk, case_id)
            if case.state == "assessing":  # otherwise it was withdrawn meanwhile
                record_assessed(desk, case, found, "measured", job.id)

        return record

    def give_up(self, job: Job, error: str) -> Record:
        """Open the case without measurements: people decide it, and see why there are none."""
        case_id = _subject(job)
        note = ErrorNote(
            stage="assess",
            code="desk.unmeasured",
            message=f"The case could not be assessed ({error}); what would have been measured is unknown.",
            remedy="Look at the media with care, and tell whoever runs the desk.",
        )

        def record(session: Session) -> None:
            desk = self._desk(session)
            case = case_to_change(desk, case_id)
            if case.state in {"received", "assessing"}:
                record_unmeasured(desk, case, note, job.id)

        return record

    def _inputs(self, case_id: UUID) -> dict[UUID, Case] | None:
        """The posts of the case with their media named, not read; ``None`` if it is not to be assessed any more."""
        with self._database.writing() as session:
            desk = self._desk(session)
            case = case_to_change(desk, case_id)
            if not begin_assessing(desk, case):
                return None
            report = report_of(desk, case)
            references = tuple(self._named(desk, row) for row in _media(desk, case, None)) if report else ()
            return {post.id: self._case(desk, case, post, report, references) for post in posts_of(desk, case_id)}

    def _case(
        self, desk: Desk, case: CaseRow, post: PostRow, report: Report | None, references: tuple[Media, ...]
    ) -> Case:
        published = Post.model_validate(
            {
                "post_id": post.post_id,
                "media": tuple(self._named(desk, row) for row in _media(desk, case, post)),
                "text": words_of(desk, post),
                "posted_at": post.posted_at,
                "account": post.account,
            }
        )
        return Case(post=published, report=report, references=references)

    def _named(self, desk: Desk, row: MediaRow) -> KeptMedia:
        name = desk.unseal(row.case_id, f"media.name:{row.id}", row.name)
        return KeptMedia(media_id=name, data=b"", row=row.id)

    def _fetch(self, medium: Media) -> Media:
        if not isinstance(medium, KeptMedia):
            return medium
        with self._database.reading() as session:
            row = session.get_one(MediaRow, medium.row)
            key = self._keys.key(session, row.case_id, "claim" if row.role == "reference" else "case")
        return Media(media_id=medium.media_id, data=self._media.read(row.address, key))

    def _desk(self, session: Session) -> Desk:
        return Desk(session, SYSTEM, self._settings, self._keys, self._clock)


def _media(desk: Desk, case: CaseRow, post: PostRow | None) -> list[MediaRow]:
    rows = desk.session.scalars(
        select(MediaRow)
        .where(
            MediaRow.case_id == case.id,
            MediaRow.post_id == (post.id if post else None),
            MediaRow.role == ("post" if post else "reference"),
            MediaRow.removed_at.is_(None),
        )
        .order_by(MediaRow.position)
    )
    return list(rows)


def _subject(job: Job) -> UUID:
    if job.subject_id is None:
        raise DeskError("A job to assess names no case.", "Set it aside.", code="desk.not_found")
    return job.subject_id


def _nothing(session: Session) -> None:
    """Nothing to record: the case went elsewhere before it was assessed."""
