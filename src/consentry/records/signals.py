"""What all models measured in a post, and what failed on the way."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from consentry.records.copy_signals import CopySignal
from consentry.records.extra_signals import ExtraSignal
from consentry.records.face_signals import FaceSignal
from consentry.records.scene_signals import SceneSignal
from consentry.records.text_signals import PictureTextSignal, TextSignal
from consentry.records.words import Name, Probability, Record, Words


class ErrorNote(Record):
    """A failure that belongs in the result: what happened, and what to do.

    Attributes:
        stage: The room it happened in: ``media``, ``references``, or the name of a signal: ``scene``, ``faces``,
            ``copies``, ``text``, and those that others added. Others leave no fact open: ``cues`` and ``reading`` could
            not be loaded, ``findings`` were not all listed.
        code: Stable, for programs.
        media_id: The medium concerned, if it is one.
    """

    stage: str
    code: str
    message: Words
    remedy: Words
    media_id: Name | None = None


class MediaOutcome(Record):
    """What came of opening one medium.

    Attributes:
        kind: ``None`` if it could not be told.
        width: Pixels, upright.
        height: Pixels, upright.
        duration: Seconds; ``None`` for an image.
        frames: How many frames were looked at.
        missing: Of a file that is cut off, the share of what it shows that is not there; ``None`` of others, and where
            that is not known.
    """

    media_id: str
    kind: Literal["image", "video"] | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    frames: int = 0
    missing: Probability | None = None
    error: ErrorNote | None = None


class Signals(Record):
    """Everything that was measured. A medium without a signal was not measured: unknown, not absent.

    Attributes:
        media: One outcome for every medium of the post, in its order.
        picture_text: Of the media that were read; empty unless reading was asked for.
        references_given: How many reference photos came with the claim.
        references_used: How many of them were good enough to compare with.
        errors: What failed on the way, media and references included.
        extra: Of signals that others added; left out of JSON where there are none.
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
    extra: tuple[ExtraSignal, ...] = Field(default=(), exclude_if=lambda found: not found)
