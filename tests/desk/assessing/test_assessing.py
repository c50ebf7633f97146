"""Cases are assessed by the pipeline that everything uses, and what comes of it is recorded once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest
from desk_office import Office
from sqlalchemy import func, select

from consentry import Assessor
from consentry.desk.assessing.handler import AssessCase
from consentry.desk.cases.ending import withdraw
from consentry.desk.cases.filing import FiledPost, Filing, add_media, file_case, submit
from consentry.desk.cases.locating import posts_of
from consentry.desk.desk import Desk
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.findings import AssessmentRow
from consentry.desk.vault.media import MediaStore
from consentry.desk.work.jobs import take_job
from consentry.desk.work.loop import Worker
from consentry.records import Media, Post, Report

REPORT = Report(
    report_id="r", standing="depicted_person", identity="verified", consent="refused",
    reported_at="2026-11-30T08:00:00Z", statement="That is my bedroom.",
)  # fmt: skip
MEDIA = Path(__file__).parents[3] / "data" / "demo" / "media"
WORDS = "Look who forgot to lock the door."


@pytest.fixture(scope="module")
def assessor() -> Iterator[Assessor]:
    found = Assessor.load()
    yield found
    found.close()


def worker(office: Office, assessor: Assessor) -> Worker:
    handler = AssessCase(office.database, office.settings, office.keys, assessor, store(office), office.clock)
    return Worker(office.database, office.settings, {"assess": handler}, clock=office.clock)


def store(office: Office) -> MediaStore:
    return MediaStore(office.settings.data / "media")


def filed(office: Office, *media: str, references: tuple[str, ...] = ()) -> UUID:
    filing = Filing(source="api", report=REPORT, posts=(FiledPost(post_id="p", words=WORDS),))
    with office.at(office.intake) as desk:
        case = file_case(desk, filing)
        (post,) = posts_of(desk, case.id)
        for name in media:
            add(office, desk, case.id, post.id, name)
        for name in references:
            add(office, desk, case.id, None, name)
        return submit(desk, case.id).id


def add(office: Office, desk: Desk, case_id: UUID, post: UUID | None, name: str) -> None:
    kind: Literal["case", "claim"] = "claim" if post is None else "case"
    role: Literal["post", "reference"] = "reference" if post is None else "post"
    office.keys.ensure(desk.session, desk.clock, case_id, kind)
    kept = store(office).keep((MEDIA / name).read_bytes(), office.keys.key(desk.session, case_id, kind))
    place = {"post": post, "role": role, "name": name, "content_type": "image/jpeg"}
    add_media(desk, case_id, address=kept.address, size=kept.size, **place)  # type: ignore[arg-type]


def test_the_assessment_is_the_pipelines_byte_for_byte(office: Office, assessor: Assessor) -> None:
    case_id = filed(office, "bedroom.jpg", references=("reference_collins.jpg",))
    assert worker(office, assessor).run_all() == 1
    view = office.seen(case_id)
    expected = assessor.assess(
        Post(post_id="p", media=(Media(path=MEDIA / "bedroom.jpg"),), text=WORDS),
        REPORT,
        [MEDIA / "reference_collins.jpg"],
    )
    assert view.state == "open"
    assert view.posts[0].assessment is not None
    assert view.posts[0].assessment.model_dump_json() == expected.model_dump_json()
    assert view.action == "recommend_restrict"


def test_a_medium_that_cannot_be_read_stands_in_the_assessment(
    office: Office, assessor: Assessor, repository: Path
) -> None:
    case_id = filed(office, "damaged.jpg", "bedroom.jpg")
    worker(office, assessor).run_all()
    assessment = office.seen(case_id).posts[0].assessment
    assert assessment is not None
    assert [outcome.error is None for outcome in assessment.signals.media] == [False, True]


def test_a_case_that_no_worker_survives_is_opened_without_measurements(
    office: Office, assessor: Assessor, repository: Path
) -> None:
    case_id = filed(office, "bedroom.jpg")
    for _ in range(office.settings.job_attempts):
        with office.database.writing() as session:
            assert take_job(session, office.clock, office.settings, new_id(), ("assess",)) is not None
        office.clock.pass_(seconds=office.settings.job_lease_seconds + 1)
    worker(office, assessor).run_all()
    view = office.seen(case_id)
    assert view.state == "open"
    assert view.set_aside
    assert view.posts[0].assessment is not None
    assert view.posts[0].assessment.signals.errors[0].code == "desk.unmeasured"
    assert office.decided(case_id, office.anna, "no_action").followed  # it can be decided all the same


def test_a_case_that_was_withdrawn_meanwhile_stays_so(office: Office, assessor: Assessor) -> None:
    case_id = filed(office, "bedroom.jpg")
    with office.at(office.intake) as desk:
        withdraw(desk, case_id)
    assert worker(office, assessor).run_all() == 1
    assert office.seen(case_id).state == "withdrawn"
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AssessmentRow)) == 0


def test_media_that_are_added_later_are_assessed_too(office: Office, assessor: Assessor) -> None:
    case_id = filed(office, "bedroom.jpg")
    at_work = worker(office, assessor)
    at_work.run_all()
    with office.at(office.intake) as desk:
        (post,) = posts_of(desk, case_id)
        add(office, desk, case_id, post.id, "living_room.jpg")
        add(office, desk, case_id, post.id, "bedroom.jpg")
        submit(desk, case_id)
        submit(desk, case_id)  # twice does no harm
    assert at_work.run_all() == 1
    (seen,) = office.seen(case_id).posts
    assert [line.number for line in seen.assessments] == [1, 2]
    assert seen.assessment is not None
    names = [outcome.media_id for outcome in seen.assessment.signals.media]
    assert names == ["bedroom.jpg", "living_room.jpg", "bedroom.jpg#2"]
