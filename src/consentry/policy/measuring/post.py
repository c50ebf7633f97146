"""How the post and the report are read as single numbers and words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from consentry.policy.measuring.measurements import Number, Word, listing
from consentry.policy.measuring.situation import Situation
from consentry.records import with_zone


def account(situation: Situation) -> Word:
    """The kind of account that published the post."""
    return Word(situation.post.account, "the kind of account that published it")


def has_media(situation: Situation) -> Word:
    """Whether there is an image or a video."""
    count = len(situation.media_ids)
    return Word("yes" if count else "no", f"media in the post: {count}")


def has_text(situation: Situation) -> Word:
    """Whether words came with it."""
    return Word("yes" if situation.post.text.strip() else "no", "words came with it or not")


def media_readable(situation: Situation) -> Word:
    """Whether every medium was read whole; unknown for one that nobody tried to read."""
    failed = [media_id for media_id in situation.media_ids if situation.read_fully(media_id) is False]
    untried = [media_id for media_id in situation.media_ids if situation.read_fully(media_id) is None]
    if failed:
        return Word("no", f"not read, or not all of it: {listing(failed)}")
    if untried:
        return Word("unknown", f"nothing is known of: {listing(untried)}")
    return Word("yes", "every medium was read")


def standing(situation: Situation) -> Word:
    """As whom the reporter speaks."""
    report = situation.report
    return Word("none", "nobody has reported it") if report is None else Word(report.standing, "as the report says")


def authority(situation: Situation) -> Word:
    """On what grounds a representative speaks."""
    report = situation.report
    if report is None or report.standing != "authorised_representative":
        return Word("none", "the report is not by a representative")
    if report.authority is None:
        return Word("unknown", "the representative has not said on what grounds they speak")
    return Word(report.authority, "as the report says")


def identity(situation: Situation) -> Word:
    """What came of the identity check."""
    report = situation.report
    return Word("none", "nobody has reported it") if report is None else Word(report.identity, "outcome of the check")


def consent(situation: Situation) -> Word:
    """What the depicted person says of the publication."""
    report = situation.report
    if report is None:
        return Word("unknown", "nobody has reported it")
    return Word(report.consent, "as the report says")


def post_day(situation: Situation) -> Number:
    """The day of the post, counted from the year 1; open without a date."""
    posted = situation.post.posted_at
    return _open("the post has no date") if posted is None else _exactly(posted.toordinal())


def hours_after_post(situation: Situation) -> Number:
    """How long after the post the report came in; a moment without a zone is taken as UTC."""
    report, posted = situation.report, situation.post.posted_at
    if report is None or report.reported_at is None or posted is None:
        return _open("the post or the report has no date")
    hours = (with_zone(report.reported_at) - with_zone(posted)).total_seconds() / 3600
    return _open("the report is dated before the post") if hours < 0 else _exactly(round(hours, 4))


def report_count(
    field: Literal["reports_by_reporter", "rejected_reports_by_reporter", "reports_against_account"],
) -> Callable[[Situation], Number]:
    """A count that the platform gives with the report; open if it gives none."""

    def measure(situation: Situation) -> Number:
        report = situation.report
        count = None if report is None else getattr(report, field)
        return _open("the platform has not counted") if count is None else _exactly(count)

    return measure


def _exactly(number: float) -> Number:
    return Number(float(number), float(number))


def _open(gap: str) -> Number:
    return Number(0.0, math.inf, gap)
