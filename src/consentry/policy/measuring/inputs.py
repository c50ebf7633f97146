"""Every input that a policy file may name after ``from:``, in one list."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final, get_args

from consentry.policy.definitions import YES_NO
from consentry.policy.logic.kleene import conjunction, disjunction
from consentry.policy.measuring import moments
from consentry.policy.measuring import post as measured_post
from consentry.policy.measuring import signals as measured_signals
from consentry.policy.measuring.measurements import Measurement
from consentry.policy.measuring.situation import Situation
from consentry.records import AccountKind, CrowdLevel, FactSource, TextKind


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that a policy file may name after ``from:``.

    Attributes:
        about: What it is, in words.
        source: What a fact that is read from it has as its source.
        measure: Reads it.
        words: Its closed list; empty for a number.
        lower: The least a number can be.
        upper: The most it can be.
        abstentions: Words by which a model says that it cannot tell; they may not stand for yes or no.
        is_day: Whether the number is a day, as `datetime.date.toordinal` counts them; its thresholds are dates.
    """

    name: str
    about: str
    source: FactSource
    measure: Callable[[Situation], Measurement]
    words: tuple[str, ...] = ()
    lower: float = 0.0
    upper: float = 1.0
    abstentions: tuple[str, ...] = ()
    is_day: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is cut by thresholds."""
        return not self.words


_PROBABILITY_OF: Final = "calibrated probability that the post's words hold"
_BANK: Final = "a near-duplicate in the bank of media"

_PASSAGES: Final[tuple[tuple[TextKind, str], ...]] = (
    ("email", "an e-mail address"),
    ("phone", "a telephone number"),
    ("postal_address", "a postal address"),
    ("location", "coordinates, a plus code or a link into a map"),
    ("identity_number", "the number of an identity document"),
    ("bank_account", "the number of a bank account"),
    ("payment_card", "the number of a payment card"),
    ("licence_plate", "a licence plate"),
    ("credentials", "a password or key"),
    ("medical", "medical details of somebody"),
    ("reward_offer", "an offer or a demand of a reward for exposing somebody or for not doing so"),
    ("exposure_threat", "a threat to expose somebody"),
    ("money_demand", "a demand of money, or of something else, for not exposing somebody"),
    ("call_to_find", "a call to others to find somebody"),
    ("reporting_cue", "reporting, by the way they read"),
    ("eyewitness_cue", "an eyewitness account, by the way they read"),
    ("official_duty_cue", "talk of official duties, by the way they read"),
    ("help_cue", "a call for help for somebody missing or in danger, by the way they read"),
)

_ALL: Final[tuple[Input, ...]] = (
    Input(
        "post.account",
        "the kind of account that published the post",
        "post",
        measured_post.account,
        words=tuple(word for word in get_args(AccountKind) if word != "unknown"),
    ),
    Input("post.has_media", "whether the post has an image or a video", "post", measured_post.has_media, words=YES_NO),
    Input("post.has_text", "whether words came with it", "post", measured_post.has_text, words=YES_NO),
    Input(
        "post.day",
        "the day on which it was posted",
        "post",
        measured_post.post_day,
        upper=math.inf,
        is_day=True,
    ),
    Input(
        "media.readable",
        "whether every medium of the post was read whole",
        "post",
        measured_post.media_readable,
        words=YES_NO,
    ),
    Input(
        "report.standing",
        "as whom the reporter speaks; none without a report",
        "report",
        measured_post.standing,
        words=("depicted_person", "authorised_representative", "other", "none"),
    ),
    Input(
        "report.authority",
        "on what grounds a representative speaks; none if the report is not by one",
        "report",
        measured_post.authority,
        words=("parent_guardian", "lawyer", "legal_representative", "none"),
    ),
    Input(
        "report.identity",
        "outcome of the identity check; none without a report",
        "report",
        measured_post.identity,
        words=("unverified", "pending", "verified", "rejected", "expired", "none"),
    ),
    Input(
        "report.consent",
        "what the depicted person says of the publication",
        "report",
        measured_post.consent,
        words=("refused", "withdrawn", "given"),
    ),
    Input(
        "report.hours_after_post",
        "hours from the post to the report",
        "report",
        measured_post.hours_after_post,
        upper=math.inf,
    ),
    Input(
        "report.by_reporter",
        "reports by the same reporter in the window that the platform counts over",
        "report",
        measured_post.report_count("reports_by_reporter"),
        upper=math.inf,
    ),
    Input(
        "report.rejected_by_reporter",
        "how many of those a person has rejected",
        "report",
        measured_post.report_count("rejected_reports_by_reporter"),
        upper=math.inf,
    ),
    Input(
        "report.against_account",
        "reports by anybody in the window against the account that published the post",
        "report",
        measured_post.report_count("reports_against_account"),
        upper=math.inf,
    ),
    Input(
        "scene.private_context.max",
        "largest private-context probability over the media",
        "model",
        measured_signals.scene(measured_signals.private_context, of_all=False),
    ),
    Input(
        "scene.private_context.min",
        "least private-context probability over the media",
        "model",
        measured_signals.scene(measured_signals.private_context, of_all=True),
    ),
    Input(
        "scene.public_event.max",
        "largest public-event probability over the media",
        "model",
        measured_signals.scene(measured_signals.public_event, of_all=False),
    ),
    Input(
        "scene.public_event.min",
        "least public-event probability over the media",
        "model",
        measured_signals.scene(measured_signals.public_event, of_all=True),
    ),
    Input(
        "scene.private_context.with_claimant.max",
        "largest private-context probability over the media and over the moments of films that show the claimant",
        "model",
        moments.with_claimant(measured_signals.private_context, of_all=False),
    ),
    Input(
        "scene.public_event.with_claimant.min",
        "least public-event probability over the media and over the moments of films that show the claimant",
        "model",
        moments.with_claimant(measured_signals.public_event, of_all=True),
    ),
    Input(
        "scene.private_context.stretch.max",
        "private-context probability of the most private stretch, of at least a second, of any film; 0 without a film",
        "model",
        moments.private_stretch,
    ),
    Input(
        "scene.crowd.level",
        "how many people are to be seen, in steps: the largest crowd of any medium",
        "model",
        measured_signals.crowd_level,
        words=get_args(CrowdLevel),
    ),
    Input(
        "faces.band",
        "best band of any medium against the claim's references",
        "model",
        measured_signals.face_band,
        words=("match", "inconclusive", "no_match", "no_face"),
        abstentions=("inconclusive", "no_face"),
    ),
    Input(
        "faces.match_probability",
        "largest match probability of any face against the claim's references",
        "model",
        measured_signals.match_probability,
    ),
    Input(
        "faces.count",
        "largest number of faces at one moment of any medium",
        "model",
        measured_signals.face_count,
        upper=math.inf,
    ),
    Input(
        "copies.public.any",
        f"any medium has {_BANK} known to be public",
        "model",
        measured_signals.copies("public", disjunction),
        words=YES_NO,
    ),
    Input(
        "copies.public.all",
        f"every medium has {_BANK} known to be public",
        "model",
        measured_signals.copies("public", conjunction),
        words=YES_NO,
    ),
    Input(
        "copies.removed.any",
        f"any medium has {_BANK} removed before",
        "model",
        measured_signals.copies("removed", disjunction),
        words=YES_NO,
    ),
    Input(
        "copies.removed.all",
        f"every medium has {_BANK} removed before",
        "model",
        measured_signals.copies("removed", conjunction),
        words=YES_NO,
    ),
    *(
        Input(f"text.{kind}.probability", f"{_PROBABILITY_OF} {what}", "model", measured_signals.text(kind))
        for kind, what in _PASSAGES
    ),
)

INPUTS: Final[dict[str, Input]] = {item.name: item for item in _ALL}
"""Every name that may stand after ``from:`` in a policy file, besides those of signals that others added."""

_EXTRA: Final = re.compile(r"signal\.([a-z][a-z0-9_]{0,39})(?:\.([a-z][a-z0-9_]{0,39}))?\.probability")


@cache
def find_input(name: str) -> Input | None:
    """The input of a name, or ``None``.

    Besides `INPUTS`, there is ``signal.NAME.WORD.probability`` for every name of a signal and every word that it gives,
    and for the word that is its name ``signal.NAME.probability``. Whether such a signal is installed shows only when
    posts are measured; where it is not, the input is unknown.
    """
    matched = _EXTRA.fullmatch(name)
    if matched is None:
        return INPUTS.get(name)
    signal, word = matched.groups()
    if word == signal:
        return None  # one name is enough: signal.NAME.probability
    word = word or signal
    return Input(
        name,
        f"calibrated probability of '{word.replace('_', ' ')}', by the signal '{signal}' that was added to Consentry",
        "model",
        measured_signals.added(signal, word),
    )


def input_named(name: str) -> Input:
    """As `find_input`, for a name that a policy was loaded with.

    Raises:
        KeyError: There is none.
    """
    found = find_input(name)
    if found is None:
        raise KeyError(name)
    return found


def observed_at(item: Input, situation: Situation) -> datetime | None:
    """When an input was said: a report's facts on the day of the report, a post's when it was posted."""
    if item.source == "report":
        return situation.report.reported_at if situation.report else None
    if item.source == "post":
        return situation.post.posted_at
    return None
