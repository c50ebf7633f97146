"""What all models measured in a post, and what failed on the way."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from consentry.records.scene_signals import SceneSignal
from consentry.records.words import Box, FaceBand, Probability, Record


class ErrorNote(Record):
    """A failure that belongs in the result: what happened, and what to do.

    Attributes:
        stage: The room it happened in: ``media``, ``references``, ``scene``, ``faces``, ``copies``, ``text``.
        code: Stable, for programs.
        media_id: The medium concerned, if it is one.
    """

    stage: str
    code: str
    message: str
    remedy: str
    media_id: str | None = None


class MediaOutcome(Record):
    """What came of opening one medium.

    Attributes:
        kind: ``None`` if it could not be told.
        width: Pixels, upright.
        height: Pixels, upright.
        duration: Seconds; ``None`` for an image.
        frames: How many frames were looked at.
    """

    media_id: str
    kind: Literal["image", "video"] | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    frames: int = 0
    error: ErrorNote | None = None


class FaceQuality(Record):
    """How much a face gives to go by.

    Attributes:
        width_pixels: Width of the face box in the picture as published.
        sharpness: Variance of the Laplacian of the aligned grey face (0-255 scale); low is blurred.
        usable: Whether it passes the floor below which an answer is only ``inconclusive``.
        yaw: Degrees that it is turned towards the viewer's right (negative: left); estimated from five points, as are
            pitch and roll.
        pitch: Degrees that it is raised (negative: lowered); coarse.
        roll: Degrees that it is tilted clockwise.
        brightness: Mean of the aligned grey face, 0-255.
        contrast: Standard deviation of the aligned grey face, 0-255.
        clipped: Share of it that is black or white altogether.
        outside: Share of it that lies beyond the picture.
        detection_probability: The detector's own; low where a face is covered, or none. A weak cue.
    """

    width_pixels: int
    sharpness: float
    usable: bool
    yaw: float | None = None
    pitch: float | None = None
    roll: float | None = None
    brightness: float | None = None
    contrast: float | None = None
    clipped: float | None = None
    outside: float | None = None
    detection_probability: float | None = None


class Face(Record):
    """One detected face. It carries no template: those never leave the comparison.

    Attributes:
        second: Where in a video; ``None`` in an image.
        detection_probability: The detector's own, uncalibrated.
        band: Against the claim's references, in a video that of its track; ``None`` without references.
        match_probability: Calibrated, at even prior odds, of this face alone (in a video, of its track); coarse on
            purpose. ``None`` without references, and where nothing can be said of the face.
        track: In a video, which of the signal's tracks it belongs to.
    """

    box: Box
    second: float | None = None
    detection_probability: Probability
    quality: FaceQuality
    band: Literal["match", "inconclusive", "no_match"] | None = None
    match_probability: Probability | None = None
    track: int | None = None


class FaceTrack(Record):
    """One person in a video, as far as can be told: faces of successive frames that belong together.

    Attributes:
        track: Its number, by first appearance; `Face.track` refers to it.
        from_second: First sampled second in which it was found.
        until_second: Last one.
        spans: When it is seen, first and last sampled second of each stretch.
        best_second: Where it is seen best.
        frames: In how many sampled frames it was found.
        usable_frames: In how many of them well enough to be compared.
        band: Against the claim's references; ``None`` without any.
        match_probability: As `Face.match_probability`.
    """

    track: int
    from_second: float
    until_second: float
    spans: tuple[tuple[float, float], ...]
    best_second: float
    frames: int
    usable_frames: int
    band: Literal["match", "inconclusive", "no_match"] | None = None
    match_probability: Probability | None = None


class FaceSignal(Record):
    """The faces of one medium, against the references of the one claim at hand.

    Attributes:
        model: Detector and embedder.
        band: Of the whole medium; ``None`` when the claim has no usable reference.
        match_probability: That the claimant is in the medium, at even prior odds, all its faces considered.
        faces: All of them, best match first.
        tracks: In a video, the persons that the faces belong to, best match first.
        compared: How many faces (in a video, tracks) had a chance to match; a stranger gets that many chances.
        likelihood_ratio: How many times likelier these faces are if the claimant is in the medium than if not; to one
            significant digit, and never further from 1 than has been measured.
        false_match_probability: At most this likely, a medium without the claimant, with as many faces, holds one that
            looks as much alike; ``None`` where that has not been measured.
    """

    media_id: str
    model: str
    band: FaceBand | None = None
    match_probability: Probability | None = None
    faces: tuple[Face, ...] = ()
    tracks: tuple[FaceTrack, ...] = ()
    compared: int = 0
    likelihood_ratio: float | None = Field(default=None, gt=0)
    false_match_probability: Probability | None = None


Transform = Literal[
    "none", "mirrored", "upside_down", "turned_left", "turned_right", "turned_around", "transposed", "transversed"
]
"""The eight ways to lay a picture; ``transposed`` and ``transversed`` are mirrored on a diagonal."""


class CopyMatch(Record):
    """A fingerprint of a bank that is near that of the medium. Evidence, never proof.

    Attributes:
        bank: ``public`` (known to be available elsewhere) or ``removed`` (taken down before).
        distance: Hamming distance of the 256-bit PDQ fingerprints, of the nearest frame if there are several.
        where: Where else it is, or the case in which it was removed.
        since: Since when.
        second: The nearest frame of the medium, if it is a video.
        transform: How that frame was turned or mirrored.
        border_removed: Whether a plain border around it was left out of the comparison.
        share_of_medium: How many of a video's frames are near the entry, as a share; ``None`` for an image.
        entry_second: The frame of the entry that is nearest, if the entry is a video.
        share_of_entry: How many of that video's seconds are near the medium, as a share; ``None`` if the entry is an
            image.
        expires: From when on the entry no longer counts; ``None`` if never.
        picture: Where a picture of the entry is kept, as the bank says; empty if it is not.
    """

    bank: Literal["public", "removed"]
    entry_id: str
    distance: int = Field(ge=0, le=256)
    where: str = ""
    since: date | None = None
    second: float | None = None
    transform: Transform = "none"
    border_removed: bool = False
    share_of_medium: Probability | None = None
    entry_second: float | None = None
    share_of_entry: Probability | None = None
    expires: date | None = None
    picture: str = ""


class CopySignal(Record):
    """Whether one medium is a near-duplicate of something known.

    Attributes:
        quality: PDQ's own 0-100; below the method's floor nothing is compared and ``comparable`` is false.
        comparable: Whether the picture has enough detail for a fingerprint to mean something.
        matches: Nearest first.
        parts: Entries that only a part of a video is near: for the reviewer to see, not enough to call it a copy.
    """

    media_id: str
    model: str
    quality: int = Field(ge=0, le=100)
    comparable: bool
    matches: tuple[CopyMatch, ...] = ()
    parts: tuple[CopyMatch, ...] = ()


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
        searched: The kinds that were looked for; a kind outside it is unknown, not absent.
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


class Signals(Record):
    """Everything that was measured. A medium without a signal was not measured: unknown, not absent.

    Attributes:
        media: One outcome for every medium of the post, in its order.
        picture_text: Of the media that were read; empty unless reading was asked for.
        references_given: How many reference photos came with the claim.
        references_used: How many of them were good enough to compare with.
        errors: What failed on the way, media and references included.
    """

    media: tuple[MediaOutcome, ...] = ()
    scene: tuple[SceneSignal, ...] = ()
    faces: tuple[FaceSignal, ...] = ()
    copies: tuple[CopySignal, ...] = ()
    text: TextSignal | None = None
    picture_text: tuple[PictureTextSignal, ...] = ()
    references_given: int = 0
    references_used: int = 0
    errors: tuple[ErrorNote, ...] = ()
