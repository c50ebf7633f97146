"""Reference photos: which face of each counts, and why a photo is refused."""

from __future__ import annotations

from collections.abc import Sequence

from consentry.errors import ConsentryError
from consentry.faces.quality import QualityFloor
from consentry.records import FaceQuality

SECOND_FACE = 0.6
"""A second face at least this wide, relative to the widest, makes it unclear whose photo it is."""


class ReferencePhotoError(ConsentryError):
    """A reference photo cannot be used.

    Codes: ``reference.no_face``, ``reference.several_faces``, ``reference.too_small``, ``reference.blurred``.
    """

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
    if quality.width_pixels < floor.width_pixels:
        raise ReferencePhotoError(
            f"The face in the reference photo {media_id} is {quality.width_pixels} pixels wide; "
            f"at least {floor.width_pixels} are needed.",
            "Ask for a larger photo, or one taken from nearer.",
            code="reference.too_small",
        )
    if quality.sharpness < floor.sharpness:
        raise ReferencePhotoError(
            f"The face in the reference photo {media_id} is blurred "
            f"(sharpness {quality.sharpness:.0f}; at least {floor.sharpness:.0f} is needed).",
            "Ask for a photo that is in focus.",
            code="reference.blurred",
        )
    return widest
