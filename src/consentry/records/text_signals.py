"""What stands in the words of a post, and in those inside its pictures."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from consentry.records.words import Box, Probability, Record

TextKind = Literal[
    "email",
    "phone",
    "postal_address",
    "location",
    "identity_number",
    "bank_account",
    "payment_card",
    "licence_plate",
    "credentials",
    "medical",
    "reward_offer",
    "exposure_threat",
    "money_demand",
    "call_to_find",
    "reporting_cue",
    "eyewitness_cue",
    "official_duty_cue",
    "help_cue",
]
"""What is looked for in words: private information, prohibited behaviour, and cues that a publication may be excused.

A cue only says that the words read like reporting, an eyewitness, official duties or a call for help; it decides
nothing.
"""


class TextFinding(Record):
    """A passage of the post's text.

    Attributes:
        start: Offset of its first character in the text.
        end: Offset behind its last character.
        rule: Which detector found it.
    """

    kind: TextKind
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    probability: Probability
    rule: str


class TextSignal(Record):
    """What stands in the words that came with the media.

    Attributes:
        searched: The kinds that were looked for so well that finding none counts; a kind outside it is unknown, not
            absent. For prohibited behaviour that depends on the language of the words.
        findings: In the order of the text.
    """

    model: str
    searched: tuple[TextKind, ...]
    findings: tuple[TextFinding, ...] = ()


class PictureTextFinding(Record):
    """A passage of the words inside a picture. The words themselves are not kept.

    Attributes:
        box: Around the lines that it stands in.
        second: Where in a video; ``None`` in an image.
        rule: Which detector found it.
    """

    kind: TextKind
    box: Box
    second: float | None = None
    probability: Probability
    rule: str


class PictureTextSignal(Record):
    """What stands in the words inside one medium, where pictures were read.

    Attributes:
        model: Reader and detectors.
        lines: How many lines were read.
        complete: Whether all lines of all frames that show text were read.
        findings: In the order of time, then from the top down.
    """

    media_id: str
    model: str
    lines: int
    complete: bool = True
    findings: tuple[PictureTextFinding, ...] = ()
