"""What the face models measured: the faces of a medium, and whether the claimant is among them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from consentry.records.words import Box, FaceBand, Probability, Record


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
