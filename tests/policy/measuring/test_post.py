"""What the post and the report say, and what they leave open."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from measured_inputs import note, read, word

from consentry.policy.measuring.inputs import INPUTS
from consentry.policy.measuring.measurements import Measurement, Number
from consentry.policy.measuring.situation import Situation
from consentry.records import MediaOutcome, Post, Report, Signals


def test_what_was_read() -> None:
    assert word("media.readable") == "yes"
    assert word("media.readable", media=(read("a"),)) == "unknown"
    assert word("media.readable", media=(read("a"), MediaOutcome(media_id="b"))) == "no"
    assert word("media.readable", errors=(note("media", "a"),)) == "no"
    assert word("media.readable", ids=()) == "yes"


def test_the_post() -> None:
    assert word("post.account") == "media_outlet"
    assert word("post.has_text") == word("post.has_media") == "yes"
    assert word("post.has_media", ids=()) == "no"


def test_without_a_report() -> None:
    names = ("report.standing", "report.identity", "report.authority", "report.consent")
    assert [word(name) for name in names] == ["none", "none", "none", "unknown"]


def test_with_a_report() -> None:
    lawyer = Report(report_id="r", standing="authorised_representative", authority="lawyer", consent="withdrawn")
    names = ("report.standing", "report.identity", "report.authority", "report.consent")
    assert [word(name, report=lawyer) for name in names] == [
        "authorised_representative",
        "unverified",
        "lawyer",
        "withdrawn",
    ]
    assert word("report.authority", report=Report(report_id="r", standing="authorised_representative")) == "unknown"
    assert word("report.authority", report=Report(report_id="r", standing="other")) == "none"


# --- dates and counts -------------------------------------------------------------------------------------------


def measured(name: str, *, posted: datetime | None = None, report: Report | None = None) -> Measurement:
    post = Post(post_id="p", posted_at=posted)
    return INPUTS[name].measure(Situation(post=post, report=report, signals=Signals()))


def reported(at: datetime | None = None, **counts: int) -> Report:
    return Report.model_validate({"report_id": "r", "standing": "other", "reported_at": at, **counts})


def test_the_day_of_the_post() -> None:
    day = float(date(2022, 4, 5).toordinal())
    assert measured("post.day", posted=datetime(2022, 4, 5, 23, 59, tzinfo=UTC)) == Number(day, day)
    assert measured("post.day") == Number(0.0, math.inf, "the post has no date")


def test_hours_from_the_post_to_the_report() -> None:
    posted = datetime(2022, 4, 5, 12, tzinfo=UTC)
    for late, hours in ((posted + timedelta(hours=30), 30.0), (posted.replace(tzinfo=None), 0.0)):
        assert measured("report.hours_after_post", posted=posted, report=reported(late)) == Number(hours, hours)
    for open_case in (
        measured("report.hours_after_post", posted=posted),
        measured("report.hours_after_post", posted=posted, report=reported()),
        measured("report.hours_after_post", report=reported(posted)),
    ):
        assert open_case == Number(0.0, math.inf, "the post or the report has no date")
    before = measured("report.hours_after_post", posted=posted, report=reported(posted - timedelta(hours=1)))
    assert before == Number(0.0, math.inf, "the report is dated before the post")


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("report.by_reporter", "reports_by_reporter"),
        ("report.rejected_by_reporter", "rejected_reports_by_reporter"),
        ("report.against_account", "reports_against_account"),
    ],
)
def test_counts_that_the_platform_gives(name: str, field: str) -> None:
    assert measured(name, report=reported(**{field: 7})) == Number(7.0, 7.0)
    for nothing in (measured(name), measured(name, report=reported())):
        assert nothing == Number(0.0, math.inf, "the platform has not counted")
