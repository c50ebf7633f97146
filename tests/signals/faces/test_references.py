"""Which reference photos are refused, and what is said about it."""

from __future__ import annotations

import numpy as np
import pytest

from consentry.records import FaceQuality
from consentry.signals.faces.bands import Calibration
from consentry.signals.faces.quality import QualityFloor
from consentry.signals.faces.references import (
    ReferencePhotoError,
    ReferenceTemplates,
    agreeing,
    minor_refused,
    reference_face,
)
from consentry.signals.faces.templates import Template

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


CALIBRATION = Calibration(intercept=30.0, slope=-50.0, match_at_most=0.5, no_match_at_least=0.6, certainty=0.001)


def photos(*places: float) -> ReferenceTemplates:
    """Photos whose faces lie on a line; 0.6 apart or more is somebody else."""
    templates = tuple(Template("a@1", np.array([place, 0.0], np.float32)) for place in places)
    return ReferenceTemplates(templates, tuple(f"{number}.jpg" for number in range(1, len(places) + 1)))


def judged(*places: float) -> tuple[tuple[str, ...], list[tuple[str, str | None]]]:
    found = agreeing(photos(*places), range(1, len(places) + 1), CALIBRATION)
    assert len(found.templates) == len(found.media_ids)
    return found.media_ids, [(note.code, note.media_id) for note in found.refused]


def test_photos_of_one_person_are_all_used() -> None:
    assert judged(0.0, 0.2, 0.4) == (("1.jpg", "2.jpg", "3.jpg"), [])
    assert judged(0.0) == (("1.jpg",), [])
    assert judged() == ((), [])


def test_a_photo_of_somebody_else_is_left_out_by_name() -> None:
    assert judged(0.0, 0.2, 1.5) == (("1.jpg", "2.jpg"), [("reference.outlier", "3.jpg")])
    assert judged(1.5, 0.2, 0.1, 0.0, 1.9) == (
        ("2.jpg", "3.jpg", "4.jpg"),
        [("reference.outlier", "1.jpg"), ("reference.outlier", "5.jpg")],
    )
    found = agreeing(photos(0.0, 0.2, 1.5), [1, 3, 4], CALIBRATION)
    assert found.refused[0].message == ("Reference photo 4, 3.jpg, seems to show somebody else than the other 2.")


@pytest.mark.parametrize("places", [(0.0, 1.0), (0.0, 0.1, 1.0, 1.1), (0.0, 1.0, 2.0)])
def test_where_no_majority_agrees_none_is_used(places: tuple[float, ...]) -> None:
    assert judged(*places) == ((), [("reference.disagree", None)])


def test_without_a_calibration_photos_are_taken_at_their_word() -> None:
    assert len(agreeing(photos(0.0, 9.0), [1, 2], None).templates) == 2


def test_no_template_is_made_of_a_minor() -> None:
    refused = minor_refused()
    assert refused.templates == ()
    assert [note.code for note in refused.refused] == ["reference.minor"]
