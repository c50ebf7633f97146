"""Claims against real faces; promise 5 with tests that try to break it."""

from __future__ import annotations

import gc
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from consentry.records import FaceSignal
from consentry.runtime import ModelError
from consentry.signals.faces import Claim, FaceMatcher, FacePicture, Template


def compare(matcher: FaceMatcher, *claims: Claim) -> list[FaceSignal]:
    return [found.signals[0] for found in matcher.compare(claims)]


def test_the_claimant_is_found_among_twenty_nine(matcher: FaceMatcher, picture) -> None:
    (signal,) = compare(matcher, Claim((picture("group_1927.jpg"),), (picture("reference_curie.jpg"),)))
    assert len(signal.faces) == 29
    left, top, right, bottom = signal.faces[0].box
    assert 0.30 < left < right < 0.36  # front row, third from the left
    assert 0.5 < top < bottom < 0.6
    assert signal.faces[0].match_probability > 0.7
    assert max(face.match_probability or 0.0 for face in signal.faces[1:]) < 0.3


def test_a_face_counts_for_less_among_twenty_nine(matcher: FaceMatcher, picture) -> None:
    """It would have to be nearer where twenty-eight others had a chance as well."""
    whole, photo = picture("group_1927.jpg"), picture("reference_curie.jpg")
    alone = replace(whole, pixels=np.ascontiguousarray(whole.pixels[330:480, 295:380]))
    one, many = compare(matcher, Claim((alone,), (photo,)), Claim((whole,), (photo,)))
    assert one.compared == 1
    assert many.compared == sum(face.quality.usable for face in many.faces) > 1
    assert many.band == "inconclusive"
    assert many.match_probability < one.match_probability
    assert many.likelihood_ratio < one.likelihood_ratio
    assert many.false_match_probability > one.false_match_probability


def test_somebody_elses_photo_does_not_match(matcher: FaceMatcher, picture) -> None:
    (signal,) = compare(matcher, Claim((picture("group_1927.jpg"),), (picture("reference_collins.jpg"),)))
    assert signal.band in {"no_match", "inconclusive"}
    assert signal.match_probability < 0.5
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
        own, others, nobodys = (found.signals[0] for found in together)
        assert own.match_probability > others.match_probability
        assert others.band in {"no_match", "inconclusive"}
        assert nobodys.band is None
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
        (found,) = matcher.compare([Claim((picture("bedroom.jpg"),), (picture("reference_collins.jpg"),))])
        (signal,) = found.signals
        assert set(signal.faces[0].model_dump()) == {
            "box", "second", "detection_probability", "quality", "band", "match_probability", "track",
        }  # fmt: skip
        assert found.distances == ()


class TestSeveralReferences:
    def test_somebody_elses_photo_among_them_is_left_out(self, matcher: FaceMatcher, picture) -> None:
        collins = picture("reference_collins.jpg")
        mirrored = replace(collins, media_id="mirrored.jpg", pixels=np.ascontiguousarray(collins.pixels[:, ::-1]))
        references = (collins, picture("reference_curie.jpg"), mirrored)
        (found,) = matcher.compare([Claim((picture("bedroom.jpg"),), references)])
        assert (found.references_used, found.signals[0].band) == (2, "match")
        assert [(note.code, note.media_id) for note in found.refused] == [("reference.outlier", "reference_curie.jpg")]
        assert found.refused[0].message.startswith("Reference photo 2, reference_curie.jpg, seems to show somebody")

    def test_two_photos_of_two_people_compare_with_nobody(self, matcher: FaceMatcher, picture, monkeypatch) -> None:
        embedded: list[int] = []
        embed = matcher.embedder.embed
        monkeypatch.setattr(matcher.embedder, "embed", lambda chips: (embedded.append(len(chips)), embed(chips))[1])
        references = (picture("reference_collins.jpg"), picture("reference_curie.jpg"))
        (found,) = matcher.compare([Claim((picture("bedroom.jpg"),), references)])
        assert (found.references_used, found.signals[0].band) == (0, None)
        assert [note.code for note in found.refused] == ["reference.disagree"]
        assert sum(embedded) == 2  # the photos; no face of the post

    def test_a_photo_is_judged_without_a_post(self, matcher: FaceMatcher, picture) -> None:
        found = matcher.reference_templates([picture("living_room.jpg"), picture("reference_collins.jpg")])
        assert [template.embedder for template in found.templates] == [matcher.embedder.id]
        assert found.media_ids == ("reference_collins.jpg",)
        assert [note.code for note in found.refused] == ["reference.no_face"]


class TestEnrolled:
    def test_templates_do_what_their_photos_do(self, matcher: FaceMatcher, picture) -> None:
        photo, post = picture("reference_collins.jpg"), picture("bedroom.jpg")
        enrolled = matcher.reference_templates([photo]).templates
        by_photo, by_template = matcher.compare([Claim((post,), (photo,)), Claim((post,), enrolled=enrolled)])
        assert by_photo == by_template
        assert by_template.references_used == 1

    def test_those_of_another_embedder_are_refused_and_nothing_is_embedded(
        self, matcher: FaceMatcher, picture, monkeypatch
    ) -> None:
        monkeypatch.setattr(matcher.embedder, "embed", lambda chips: pytest.fail("a face was embedded"))
        enrolled = (Template("dlib-resnet@0.1", np.zeros(128, np.float32)),)
        (found,) = matcher.compare([Claim((picture("bedroom.jpg"),), enrolled=enrolled)])
        assert (found.references_used, found.signals[0].band) == (0, None)
        assert [note.code for note in found.refused] == ["template.other_embedder"]
        assert "dlib-resnet@0.1" in found.refused[0].message

    def test_photos_or_templates_not_both(self, picture) -> None:
        enrolled = (Template("a@1", np.zeros(4, np.float32)),)
        with pytest.raises(ValueError, match="not both"):
            Claim((), (picture("bedroom.jpg"),), enrolled)


def test_in_a_video_the_claimant_is_one_track_with_its_times(matcher: FaceMatcher, picture) -> None:
    room, empty = picture("bedroom.jpg"), picture("living_room.jpg")
    other = picture("reference_curie.jpg")
    height = min(room.pixels.shape[0], empty.pixels.shape[0], other.pixels.shape[0])
    width = min(room.pixels.shape[1], empty.pixels.shape[1], other.pixels.shape[1])
    blank = np.zeros((height, width, 3), np.uint8)

    def frame(second: float, source: np.ndarray, shift: int = 0) -> FacePicture:
        pixels = np.roll(source, shift, axis=1)
        return FacePicture("film.mp4", np.ascontiguousarray(pixels), 1.0, second)

    frames = (
        *(frame(float(second), room.pixels, 12 * second) for second in range(3)),
        *(frame(float(second), other.pixels) for second in (3, 4)),
        frame(5.0, blank),
        *(frame(float(second), room.pixels, -20) for second in (6, 7)),
    )
    (found,) = matcher.compare([Claim(frames, (picture("reference_collins.jpg"),))])
    (signal,) = found.signals
    claimant, stranger = signal.tracks
    assert (signal.band, signal.compared) == ("match", 2)
    assert (claimant.band, claimant.spans, claimant.frames) == ("match", ((0.0, 2.0), (6.0, 7.0)), 5)
    assert (stranger.band, stranger.spans) == ("no_match", ((3.0, 4.0),))
    assert {face.second for face in signal.faces if face.track == claimant.track} == {0.0, 1.0, 2.0, 6.0, 7.0}
    (unclaimed,) = matcher.compare([Claim(frames)])
    assert {track.band for track in unclaimed.signals[0].tracks} == {None}


def test_distances_only_in_evaluation_mode(matcher: FaceMatcher, picture) -> None:
    claim = Claim((picture("bedroom.jpg"),), (picture("reference_collins.jpg"),))
    (plain,), (measured,) = matcher.compare([claim]), matcher.compare([claim], evaluation=True)
    assert plain.distances == ()
    assert measured.signals == plain.signals
    ((apart,),) = measured.distances
    assert 0 < apart < matcher.calibration.match_at_most


class TestBadInput:
    """Pictures that are not what one would like them to be have a sensible outcome."""

    @staticmethod
    def only(matcher: FaceMatcher, post: FacePicture, photo: FacePicture) -> FaceSignal:
        return compare(matcher, Claim((post,), (photo,)))[0]

    def test_a_grey_picture_matches(self, matcher: FaceMatcher, picture) -> None:
        post = picture("bedroom.jpg")
        grey = np.repeat(np.asarray(Image.fromarray(post.pixels).convert("L"))[..., None], 3, axis=2)
        assert self.only(matcher, replace(post, pixels=grey), picture("reference_collins.jpg")).band == "match"

    @pytest.mark.parametrize("turns", [1, 2, 3])
    def test_a_turned_picture_matches_no_stranger(self, matcher: FaceMatcher, picture, turns: int) -> None:
        post = picture("bedroom.jpg")
        turned = replace(post, pixels=np.ascontiguousarray(np.rot90(post.pixels, turns)))
        assert self.only(matcher, turned, picture("reference_curie.jpg")).band != "match"

    def test_a_drawing_has_no_face(self, matcher: FaceMatcher, picture, drawing) -> None:
        post = FacePicture("drawing.png", drawing)
        assert self.only(matcher, post, picture("reference_collins.jpg")).band == "no_face"

    def test_a_face_cut_by_the_border_is_not_a_match_with_a_stranger(self, matcher: FaceMatcher, picture) -> None:
        photo = picture("reference_collins.jpg")
        (whole,) = compare(matcher, Claim((photo,)))
        left, _, right, _ = whole.faces[0].box
        middle = int((left + right) / 2 * photo.pixels.shape[1])
        half = replace(photo, media_id="half", pixels=np.ascontiguousarray(photo.pixels[:, :middle]))
        assert self.only(matcher, half, picture("reference_curie.jpg")).band != "match"

    @pytest.mark.slow
    def test_three_hundred_faces_need_more_than_a_likeness(self, matcher: FaceMatcher, picture) -> None:
        group = picture("group_1927.jpg").pixels
        crowd = np.concatenate([group] * 11, axis=0)
        (signal,) = compare(matcher, Claim((FacePicture("crowd", crowd),), (picture("reference_curie.jpg"),)))
        assert len(signal.faces) > 290
        assert signal.band == "inconclusive"
        assert signal.false_match_probability > matcher.calibration.match_fmr


def test_a_model_without_thresholds_is_not_finished(repository: Path, tmp_path: Path) -> None:
    folder = tmp_path / "faces"
    shutil.copytree(repository / "models" / "faces" / "2", folder)
    described = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    del described["thresholds"]
    (folder / "model.json").write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(ModelError, match="no thresholds yet") as caught:
        FaceMatcher.load(root=tmp_path)
    assert caught.value.code == "model.invalid"
