"""Claims against real faces; promise 5 with tests that try to break it."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from consentry.faces import Claim, FaceMatcher
from consentry.records import FaceSignal


def compare(matcher: FaceMatcher, *claims: Claim) -> list[FaceSignal]:
    return [found.signals[0] for found in matcher.compare(claims)]


def test_the_claimant_is_found_among_twenty_nine(matcher: FaceMatcher, picture) -> None:
    (signal,) = compare(matcher, Claim((picture("group_1927.jpg"),), (picture("reference_curie.jpg"),)))
    assert signal.band == "match"
    assert signal.match_probability > 0.9
    matched = [face for face in signal.faces if face.band == "match"]
    assert len(signal.faces) == 29
    assert len(matched) == 1
    left, top, right, bottom = matched[0].box
    assert 0.30 < left < right < 0.36  # front row, third from the left
    assert 0.5 < top < bottom < 0.6
    assert signal.faces[0] is matched[0]


def test_somebody_elses_photo_does_not_match(matcher: FaceMatcher, picture) -> None:
    (signal,) = compare(matcher, Claim((picture("group_1927.jpg"),), (picture("reference_collins.jpg"),)))
    assert signal.band == "no_match"
    assert all(face.band in {"no_match", "inconclusive"} for face in signal.faces)


def test_the_same_person_in_another_picture_matches(matcher: FaceMatcher, picture) -> None:
    (signal,) = compare(matcher, Claim((picture("bedroom.jpg"),), (picture("reference_collins.jpg"),)))
    assert (signal.band, len(signal.faces)) == ("match", 1)


def test_a_blurred_face_is_inconclusive_not_absent(matcher: FaceMatcher, picture) -> None:
    (signal,) = compare(matcher, Claim((picture("bedroom_blurred.jpg"),), (picture("reference_collins.jpg"),)))
    assert signal.band == "inconclusive"
    assert not signal.faces[0].quality.usable


def test_an_empty_room_has_no_face(matcher: FaceMatcher, picture) -> None:
    (signal,) = compare(matcher, Claim((picture("living_room.jpg"),), (picture("reference_collins.jpg"),)))
    assert (signal.band, signal.faces, signal.match_probability) == ("no_face", (), None)


def test_without_references_faces_are_located_and_nothing_more(matcher: FaceMatcher, picture, monkeypatch) -> None:
    embedded: list[int] = []
    embed = matcher.embedder.embed
    monkeypatch.setattr(matcher.embedder, "embed", lambda chips: (embedded.append(len(chips)), embed(chips))[1])
    (found,) = matcher.compare([Claim((picture("bedroom.jpg"),))])
    signal = found.signals[0]
    assert sum(embedded) == 0
    assert signal.band is None
    assert [(face.band, face.match_probability) for face in signal.faces] == [(None, None)]


@pytest.mark.parametrize("name", ["group_1927.jpg", "living_room.jpg"])
def test_an_unusable_reference_is_refused_with_its_reason(matcher: FaceMatcher, picture, name: str) -> None:
    (found,) = matcher.compare([Claim((picture("bedroom.jpg"),), (picture(name),))])
    assert found.references_used == 0
    assert found.signals[0].band is None
    (note,) = found.refused
    assert (note.stage, note.media_id) == ("references", name)
    assert note.code in {"reference.several_faces", "reference.no_face"}


def test_a_usable_reference_still_serves_when_another_is_refused(matcher: FaceMatcher, picture) -> None:
    references = (picture("living_room.jpg"), picture("reference_collins.jpg"))
    (found,) = matcher.compare([Claim((picture("bedroom.jpg"),), references)])
    assert (found.references_used, len(found.refused), found.signals[0].band) == (1, 1, "match")


def test_small_and_blurred_references_are_refused(matcher: FaceMatcher, picture) -> None:
    photo = picture("reference_collins.jpg")
    image = Image.fromarray(photo.pixels)
    small = replace(photo, pixels=np.asarray(image.resize((110, 110))))
    blurred = replace(photo, pixels=np.asarray(image.filter(ImageFilter.GaussianBlur(6))))
    codes = [
        found.refused[0].code for found in matcher.compare([Claim((photo,), (small,)), Claim((photo,), (blurred,))])
    ]
    assert codes == ["reference.too_small", "reference.blurred"]


def test_width_is_that_of_the_published_picture(matcher: FaceMatcher, picture) -> None:
    photo = picture("reference_collins.jpg")
    (whole,) = compare(matcher, Claim((photo,)))
    (halved,) = compare(matcher, Claim((replace(photo, scale=0.5),)))
    assert halved.faces[0].quality.width_pixels == pytest.approx(2 * whole.faces[0].quality.width_pixels, abs=1)


class TestPromiseFive:
    """Faces are compared with the references of the report at hand and with nothing else."""

    def test_a_claim_never_sees_the_references_of_another(self, matcher: FaceMatcher, picture) -> None:
        whole = picture("group_1927.jpg")
        group = replace(whole, pixels=np.ascontiguousarray(whole.pixels[330:480, 200:560]))
        curie, collins = picture("reference_curie.jpg"), picture("reference_collins.jpg")
        claims = [Claim((group,), (curie,)), Claim((group,), (collins,)), Claim((group,))]
        together = matcher.compare(claims)
        assert [found.signals[0].band for found in together] == ["match", "no_match", None]
        for claim, found in zip(claims, together, strict=True):
            assert matcher.compare([claim])[0] == found
        assert list(reversed(matcher.compare(claims[::-1]))) == together

    def test_nothing_of_a_face_outlives_the_call(self, matcher: FaceMatcher, picture, monkeypatch) -> None:
        made: list[bytes] = []
        embed = matcher.embedder.embed

        def remember(chips: np.ndarray) -> np.ndarray:
            embeddings = embed(chips)
            made.extend(row.tobytes() for row in embeddings)
            return embeddings

        monkeypatch.setattr(matcher.embedder, "embed", remember)
        found = matcher.compare([Claim((picture("bedroom.jpg"),), (picture("reference_collins.jpg"),))])
        monkeypatch.undo()
        assert made
        gc.collect()
        alive = [item for item in gc.get_objects() if type(item) is np.ndarray]
        alive += [value for value in vars(matcher).values() if isinstance(value, np.ndarray)]
        kept = [item for item in alive if item.dtype == np.float32 and item.shape[-1:] == (128,)]
        assert not [row for item in kept for row in item.reshape(-1, 128) if row.tobytes() in made]
        assert "embedding" not in found[0].signals[0].model_dump_json()

    def test_results_carry_no_distance_and_no_template(self, matcher: FaceMatcher, picture) -> None:
        (signal,) = compare(matcher, Claim((picture("bedroom.jpg"),), (picture("reference_collins.jpg"),)))
        assert set(signal.faces[0].model_dump()) == {
            "box", "second", "detection_probability", "quality", "band", "match_probability",
        }  # fmt: skip
