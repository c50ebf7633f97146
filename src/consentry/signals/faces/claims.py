"""What goes into the comparison of faces for one claim, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.records import ErrorNote, FaceSignal
from consentry.signals.faces.templates import Template


@dataclass(frozen=True, eq=False)
class FacePicture:
    """One frame, as decoded.

    Attributes:
        media_id: The medium that it belongs to.
        pixels: (H, W, 3) uint8 RGB.
        scale: Decoded pixels per published pixel.
        second: Its place in a video.
    """

    media_id: str
    pixels: NDArray[np.uint8]
    scale: float = 1.0
    second: float | None = None


@dataclass(frozen=True, eq=False)
class Claim:
    """One post's frames, and the reference photos of its own report.

    Attributes:
        frames: Of all media of the post; those of one medium in the order of time.
        references: Photos of the claimant.
        enrolled: Templates of photos that were enrolled for this very claim, in place of photos.
    """

    frames: tuple[FacePicture, ...]
    references: tuple[FacePicture, ...] = ()
    enrolled: tuple[Template, ...] = ()

    def __post_init__(self) -> None:
        if self.references and self.enrolled:
            raise ValueError("give reference photos or enrolled templates, not both")


@dataclass(frozen=True)
class ClaimFaces:
    """What came of one claim.

    Attributes:
        signals: One for every medium that has frames, in order of appearance.
        references_used: How many reference photos were good enough.
        refused: Why the others were not, and whatever else kept faces from being compared.
        distances: Only in evaluation mode: for each signal, the distance of each of its faces to the references, in
            the order of the signal's faces; NaN for faces that were not compared.
    """

    signals: tuple[FaceSignal, ...]
    references_used: int
    refused: tuple[ErrorNote, ...]
    distances: tuple[tuple[float, ...], ...] = ()
