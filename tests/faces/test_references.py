"""Which reference photos are refused, and what is said about it."""

from __future__ import annotations

import pytest

from consentry.faces.quality import QualityFloor
from consentry.faces.references import ReferencePhotoError, reference_face
from consentry.records import FaceQuality

FLOOR = QualityFloor(width_pixels=60, sharpness=8.0)


def face(width: int, sharpness: float = 50.0) -> FaceQuality:
    return FaceQuality(width_pixels=width, sharpness=sharpness, usable=width >= 60 and sharpness >= 8)


def test_the_widest_face_counts_when_others_are_small() -> None:
    assert reference_face("a.jpg", [face(30), face(90), face(40)], FLOOR) == 1


@pytest.mark.parametrize(
    ("qualities", "code", "said"),
    [
        ([], "reference.no_face", "No face was found in the reference photo a.jpg"),
        ([face(90), face(80)], "reference.several_faces", "2 faces of similar size"),
        ([face(24)], "reference.too_small", "24 pixels wide; at least 60 are needed"),
        ([face(90, 3.0)], "reference.blurred", "blurred"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(qualities: list[FaceQuality], code: str, said: str) -> None:
    with pytest.raises(ReferencePhotoError) as raised:
        reference_face("a.jpg", qualities, FLOOR)
    assert raised.value.code == code
    assert said in raised.value.message
    assert raised.value.remedy.startswith("Ask for")
