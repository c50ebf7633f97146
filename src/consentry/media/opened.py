"""What `open_media` hands on: frames with their times, and what is known of the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from consentry.records import ErrorNote, MediaOutcome


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture, ready to be looked at.

    Attributes:
        pixels: ``(height, width, 3)``, uint8, sRGB, upright, C-contiguous.
        second: When in the video, from its start; ``None`` for an image.
        until: Until when the video goes on looking like this: the second of the next frame that is kept, or the end.
            The frames in between were looked at and left out as near-identical. ``None`` for an image.
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    second: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class OpenedMedia:
    """One medium, decoded as far as its limits allow.

    Attributes:
        kind: An animated picture counts as a video.
        width: Pixels as published, upright.
        height: Pixels as published, upright.
        duration: Seconds; ``None`` for an image, and where the end was not seen and no header tells.
        frames: At least one, in the order of time, all of one size.
        scale: Decoded pixels per published pixel along a side, at most 1.
        note: Why the frames are not all that there is to see; ``None`` if they are.
        missing: Of a file that is cut off, the share of what it shows that is not there (of the picture's rows, which
            are then black, or of a film's time); ``None`` of others, and where it is not known.
    """

    media_id: str
    kind: Literal["image", "video"]
    width: int
    height: int
    duration: float | None
    frames: tuple[Frame, ...]
    scale: float
    note: ErrorNote | None = None
    missing: float | None = None

    def outcome(self) -> MediaOutcome:
        """What the assessment says of this medium."""
        return MediaOutcome(
            media_id=self.media_id,
            kind=self.kind,
            width=self.width,
            height=self.height,
            duration=self.duration,
            frames=len(self.frames),
            missing=self.missing,
            error=self.note,
        )
