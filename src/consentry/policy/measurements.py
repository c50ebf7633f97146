"""How the post, the report and the signals are read as single numbers and words.

A number is an interval, because a medium that was not measured still has a score that nobody knows: the largest
score of a post with an unread picture lies somewhere between the largest one seen and 1. Where a model abstains
(band ``uncertain``, ``inconclusive``, no face found) its number is not used either: the interval is widened just the
same. So whatever thresholds a policy holds against them, what was not measured comes out as *unknown*, never as *no*.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, get_args

from consentry.policy.kleene import NO, UNKNOWN, YES, Truth, name
from consentry.policy.situation import Situation
from consentry.records import CrowdLevel, FaceSignal, SceneScore, SceneSignal, TextKind

_CROWD_LEVELS: Final[tuple[CrowdLevel, ...]] = get_args(CrowdLevel)
"""From nobody up."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that lies somewhere between two ends, both included.

    Attributes:
        gap: Why the ends are apart, in words; empty when they meet.
    """

    low: float
    high: float
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the input's list, or ``unknown``.

    Attributes:
        detail: How it came about.
    """

    value: str
    detail: str = ""


Measurement = Number | Word


# --- the post and the report ------------------------------------------------------------------------------------


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
        return Word("no", f"not read, or not all of it: {_listing(failed)}")
    if untried:
        return Word("unknown", f"nothing is known of: {_listing(untried)}")
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


def with_zone(moment: datetime) -> datetime:
    """A moment that can be compared with others: one without a zone is taken as UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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


# --- scene ------------------------------------------------------------------------------------------------------


def scene(score: Callable[[SceneSignal], SceneScore], *, of_all: bool) -> Callable[[Situation], Number]:
    """The least (``of_all``) or the largest score over the media, with what was not measured left open."""

    def measure(situation: Situation) -> Number:
        if not situation.media_ids:
            return Number(0.0, 0.0)  # what is not there shows neither a private scene nor an event
        signals = situation.of_media(situation.signals.scene)
        scores = [score(signal) for signal in signals]
        seen = [item.probability for item in scores if item.band != "uncertain"]
        abstained = [signal.media_id for signal, item in zip(signals, scores, strict=True) if item.band == "uncertain"]
        missing = situation.incomplete("scene", signals)
        gap = _gap(missing, abstained)
        if of_all:
            return Number(0.0 if gap else min(seen), min(seen, default=1.0), gap)
        return Number(max(seen, default=0.0), 1.0 if gap else max(seen), gap)

    return measure


def private_context(signal: SceneSignal) -> SceneScore:
    """The score of a private scene."""
    return signal.private_context


def public_event(signal: SceneSignal) -> SceneScore:
    """The score of a public event."""
    return signal.public_event


def crowd_level(situation: Situation) -> Word:
    """The largest crowd of any medium; unknown while a medium that nobody counted could show a larger one."""
    if not situation.media_ids:
        return Word("none", "the post has no media")
    signals = situation.of_media(situation.signals.scene)
    certain = {s.media_id: s.crowd.level for s in signals if s.crowd is not None and s.crowd.certain}
    largest = max(certain.values(), key=_CROWD_LEVELS.index, default=_CROWD_LEVELS[0])
    missing = situation.incomplete("scene", signals)
    missing += [s.media_id for s in signals if s.crowd is None and s.media_id not in missing]
    abstained = [s.media_id for s in signals if s.crowd is not None and not s.crowd.certain]
    gap = _gap(missing, abstained)
    if gap and largest != _CROWD_LEVELS[-1]:
        return Word("unknown", gap)
    return Word(largest, f"in {_listing(media_id for media_id, level in certain.items() if level == largest)}")


# --- faces ------------------------------------------------------------------------------------------------------


def face_band(situation: Situation) -> Word:
    """The best band of any medium; unknown without references, or while an unseen medium could hold a match."""
    if not situation.media_ids:
        return Word("no_face", "the post has no media")
    if situation.signals.references_used == 0:
        given = situation.signals.references_given
        return Word("unknown", f"no usable reference photo (given: {given})")
    signals = situation.of_media(situation.signals.faces)
    bands = {signal.band for signal in signals}
    if "match" in bands:
        return Word("match", f"in {_listing(signal.media_id for signal in signals if signal.band == 'match')}")
    missing = situation.incomplete("faces", signals)
    missing += [signal.media_id for signal in signals if signal.band is None and signal.media_id not in missing]
    if missing:
        return Word("unknown", f"no comparison, or not a full one, for: {_listing(missing)}")
    for band in ("inconclusive", "no_match"):
        if band in bands:
            return Word(band, f"in {_listing(signal.media_id for signal in signals if signal.band == band)}")
    return Word("no_face", "no face was found in any medium")


def match_probability(situation: Situation) -> Number:
    """The best match of any medium. Where no face was found, nothing was compared: the number stays open."""
    if not situation.media_ids:
        return Number(0.0, 0.0)
    if situation.signals.references_used == 0:
        return Number(0.0, 1.0, "no usable reference photo")
    signals = situation.of_media(situation.signals.faces)
    compared = [s for s in signals if s.match_probability is not None and s.band in ("match", "no_match")]
    seen = [s.match_probability for s in compared if s.match_probability is not None]
    abstained = [s.media_id for s in signals if s not in compared]
    gap = _gap(situation.incomplete("faces", signals), abstained)
    return Number(max(seen, default=0.0), 1.0 if gap else max(seen), gap)


def face_count(situation: Situation) -> Number:
    """The largest number of faces at one moment of any medium."""
    signals = situation.of_media(situation.signals.faces)
    most = float(max((_faces_at_once(signal) for signal in signals), default=0))
    missing = situation.incomplete("faces", signals)
    return Number(most, math.inf if missing else most, _gap(missing, []))


def _faces_at_once(signal: FaceSignal) -> int:
    """The largest number of faces in one picture: a face that stays in a video is one face, not one a second."""
    seconds = [face.second for face in signal.faces]
    return max((seconds.count(second) for second in seconds), default=0)


# --- copies and text --------------------------------------------------------------------------------------------


def copies(
    bank: Literal["public", "removed"], combine: Callable[[Iterable[Truth]], Truth]
) -> Callable[[Situation], Word]:
    """A near-duplicate in a bank, for the media taken together by ``combine``; unknown where none was comparable."""

    def measure(situation: Situation) -> Word:
        if not situation.media_ids:
            return Word("no", "the post has no media")
        signals = situation.of_media(situation.signals.copies)
        missing = set(situation.incomplete("copies", signals))
        found = {s.media_id for s in signals if any(match.bank == bank for match in s.matches)}
        open_ids = missing | {s.media_id for s in signals if not s.comparable}
        truths: list[Truth] = [
            YES if media_id in found else UNKNOWN if media_id in open_ids else NO for media_id in situation.media_ids
        ]
        detail = f"copies in the bank '{bank}' for {len(found)} of {len(truths)} media"
        not_compared = [media_id for media_id in situation.media_ids if media_id in open_ids - found]
        if not_compared:
            detail += f"; not compared: {_listing(not_compared)}"
        return Word(name(combine(truths)), detail)

    return measure


def text(kind: TextKind) -> Callable[[Situation], Number]:
    """The largest probability of a kind of passage; open if the words of the post were not searched for it.

    Words inside pictures only add to it: reading them is a switch, and with the switch off a post is not unknown.
    """

    def measure(situation: Situation) -> Number:
        read = situation.of_media(situation.signals.picture_text)
        inside = [item.probability for one in read for item in one.findings if item.kind == kind]
        signal = situation.signals.text
        if signal is None:
            return Number(max(inside, default=0.0), 1.0, "the words were not searched")
        found = max((item.probability for item in signal.findings if item.kind == kind), default=0.0)
        found = max(found, *inside) if inside else found
        if kind not in signal.searched or situation.failed("text"):
            return Number(found, 1.0, "the words were not searched for it")
        return Number(found, found)

    return measure


# --- words for gaps ---------------------------------------------------------------------------------------------


def _gap(missing: Iterable[str], abstained: Iterable[str]) -> str:
    missing, abstained = list(missing), list(abstained)
    parts = []
    if missing:
        parts.append(f"not measured, or not all of it: {_listing(missing)}")
    if abstained:
        parts.append(f"the model cannot tell: {_listing(abstained)}")
    return "; ".join(parts)


def _listing(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
