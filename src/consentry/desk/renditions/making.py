"""From a decoded medium to what a screen gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from consentry.desk.renditions.encoding import clip, contact_sheet, jpeg
from consentry.desk.renditions.finding import FaceFinder, Place, places_in_film, places_in_picture
from consentry.desk.renditions.hiding import hidden, hidden_whole
from consentry.media import OpenedMedia
from consentry.records import FaceSignal

Show = Literal["usual", "claimant", "faces"]
"""``usual``: as the settings say; ``claimant``: the claimant's face as well; ``faces``: every face."""
Kind = Literal["picture", "still", "clip"]
JPEG: Final = "image/jpeg"
MP4: Final = "video/mp4"


@dataclass(frozen=True, slots=True)
class Rendition:
    """What a screen gets.

    Attributes:
        hidden: Faces that are hidden in it, all frames counted; ``-1`` where all of it is, because nobody could look.
        shown: Faces that are left to be seen.
        stills: Of how many pictures the medium consists for a screen; 1 for an image.
    """

    content: bytes
    content_type: str
    hidden: int
    shown: int
    stills: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rendition.

    Attributes:
        still: Which of the pictures of a video, for the kind ``still``.
        side: Longest side, in pixels.
        blur_claimant: Whether the claimant's face is hidden in the usual one.
    """

    kind: Kind
    show: Show
    still: int = 0
    side: int = 1024
    blur_claimant: bool = False

    def leaves(self, place: Place) -> bool:
        """Whether a face is left to be seen."""
        if self.show == "faces":
            return True
        return place.is_claimant and (self.show == "claimant" or not self.blur_claimant)


def make(opened: OpenedMedia, wanted: Wanted, signal: FaceSignal | None, finder: FaceFinder) -> Rendition:
    """A rendition.

    Args:
        opened: The medium, decoded as finely as is wanted.
        wanted: Which one.
        signal: Faces that the assessment found in the medium; ``None`` if it was not measured.
        finder: Finds faces where that says nothing.
    """
    frames = opened.frames
    places: Sequence[Sequence[Place]] | None
    if wanted.show == "faces":
        places = [()] * len(frames)  # nobody has to look for what is not hidden
    elif opened.kind == "image":
        found = places_in_picture(frames[0], signal, finder)
        places = None if found is None else [found]
    else:
        places = places_in_film(frames, signal, finder)
    if places is None:
        pictures = [hidden_whole(frame.pixels) for frame in frames]
        return _encoded(opened, pictures, wanted, concealed=-1, shown=0)
    pictures = [
        hidden(frame.pixels, [place.box for place in here if not wanted.leaves(place)])
        for frame, here in zip(frames, places, strict=True)
    ]
    left = sum(wanted.leaves(place) for here in places for place in here)
    return _encoded(opened, pictures, wanted, concealed=sum(map(len, places)) - left, shown=left)


def _encoded(
    opened: OpenedMedia, pictures: Sequence[NDArray[np.uint8]], wanted: Wanted, *, concealed: int, shown: int
) -> Rendition:
    stills = len(pictures)
    if wanted.kind == "clip":
        frames = [replace(frame, pixels=pixels) for frame, pixels in zip(opened.frames, pictures, strict=True)]
        return Rendition(clip(frames), MP4, concealed, shown, stills)
    if wanted.kind == "still":
        picture = pictures[min(wanted.still, stills - 1)]
    else:
        picture = pictures[0] if stills == 1 else contact_sheet(pictures, wanted.side)
    return Rendition(jpeg(picture), JPEG, concealed, shown, stills)
