"""Reference photos: which face of each counts, why a photo is refused, and whether several show one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from consentry.errors import ConsentryError
from consentry.records import ErrorNote, FaceQuality
from consentry.signals.faces.bands import Calibration
from consentry.signals.faces.quality import QualityFloor, shortfalls
from consentry.signals.faces.templates import Template, distances

SECOND_FACE = 0.6
"""A second face at least this wide, relative to the widest, makes it unclear whose photo it is."""
STAGE = "references"
"""Of the notes on reference photos in an assessment."""


class ReferencePhotoError(ConsentryError):
    """A reference photo cannot be used. Its codes: ``consentry errors reference``."""

    default_code = "reference.no_face"


def reference_face(media_id: str, qualities: Sequence[FaceQuality], floor: QualityFloor) -> int:
    """Index of the face that a reference photo is of: its widest, if no other is nearly as wide and it is usable.

    Args:
        media_id: How messages speak of the photo.
        qualities: Of all faces in it.
        floor: What the face must reach.

    Raises:
        ReferencePhotoError: There is no such face; the message says why.
    """
    if not qualities:
        raise ReferencePhotoError(
            f"No face was found in the reference photo {media_id}.",
            "Ask for a photo in which the face is seen from the front, in good light.",
        )
    widths = [quality.width_pixels for quality in qualities]
    widest = widths.index(max(widths))
    similar = sum(width >= SECOND_FACE * widths[widest] for width in widths)
    if similar > 1:
        raise ReferencePhotoError(
            f"The reference photo {media_id} shows {similar} faces of similar size.",
            "Ask for a photo that shows the claimant alone.",
            code="reference.several_faces",
        )
    quality = qualities[widest]
    for shortfall in shortfalls(quality, floor):
        raise ReferencePhotoError(
            f"The face in the reference photo {media_id} {shortfall.said}.",
            shortfall.remedy,
            code=shortfall.code,
        )
    return widest


@dataclass(frozen=True)
class ReferenceTemplates:
    """What came of the reference photos of one claim.

    Attributes:
        templates: Of the photos that can be used, in their order.
        media_ids: Of those photos.
        refused: Why the others cannot.
    """

    templates: tuple[Template, ...] = ()
    media_ids: tuple[str, ...] = ()
    refused: tuple[ErrorNote, ...] = ()


def agreeing(found: ReferenceTemplates, numbers: Sequence[int], calibration: Calibration | None) -> ReferenceTemplates:
    """Leave out photos that seem to show somebody else than most of them do.

    The photo with the least total distance to the others stands for the claimant; those as far from it as a
    ``no_match`` are outliers, if most photos are not. Otherwise nobody can tell whose photos these are, and none is
    used.

    Args:
        found: Templates of the photos that are good enough.
        numbers: Their places among all photos of the claim, from 1, for messages.
        calibration: Of the embedder; without one, every photo is taken at its word.
    """
    if calibration is None or len(found.templates) < 2:
        return found
    apart = distances(found.templates)
    middle = int(np.argmin(apart.sum(axis=1)))
    near = apart[middle] < calibration.no_match_at_least
    if near.all():
        return found
    if 2 * int(near.sum()) <= len(near):
        error = ReferencePhotoError(
            f"The {len(near)} reference photos seem to show different people; none of them was used.",
            "Check whose photos they are, and ask for one more.",
            code="reference.disagree",
        )
        return ReferenceTemplates(refused=(*found.refused, error.note(stage=STAGE)))
    notes = [
        ReferencePhotoError(
            f"Reference photo {number}, {media_id}, seems to show somebody else than the other {int(near.sum())}.",
            "It was left out; check whose photo it is.",
            code="reference.outlier",
        ).note(stage=STAGE, media_id=media_id)
        for number, media_id, kept in zip(numbers, found.media_ids, near, strict=True)
        if not kept
    ]
    return ReferenceTemplates(
        tuple(template for template, kept in zip(found.templates, near, strict=True) if kept),
        tuple(media_id for media_id, kept in zip(found.media_ids, near, strict=True) if kept),
        (*found.refused, *notes),
    )


def minor_refused() -> ReferenceTemplates:
    """What comes of the references of a claim that is said to concern a minor: nothing."""
    error = ReferencePhotoError(
        "The person depicted is said to be a minor: no template is made of the reference photos.",
        "Let the people look at the post who handle media of minors.",
        code="reference.minor",
    )
    return ReferenceTemplates(refused=(error.note(stage=STAGE),))
