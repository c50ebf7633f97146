"""From faces and one claim's template to a signal: images, crowds, videos, and what stays unknown."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.records import FaceQuality, FaceSignal
from consentry.signals.faces.bands import Calibration
from consentry.signals.faces.medium import FoundFace, signal_of_medium
from consentry.signals.faces.templates import Template

CALIBRATION = Calibration(
    intercept=30.0, slope=-50.0, match_at_most=0.5, no_match_at_least=0.7, certainty=0.001,
    false_match_rates=((0.2, 1e-5), (0.3, 1e-4), (0.49, 1e-3), (0.6, 1e-2)),
)  # fmt: skip
CLAIMANT = Template("a@1", np.zeros(4, np.float32))


def face(
    apart: float, *, frame: int = 0, second: float | None = None, left: float = 0.0, usable: bool = True, axis: int = 0
) -> FoundFace:
    """A face at a distance from the claimant."""
    embedding = np.zeros(4, np.float32)
    embedding[axis] = apart
    return FoundFace(
        frame=frame,
        second=second,
        box=np.array([left, 0, left + 40, 40], np.float32),
        place=(0.0, 0.0, 1.0, 1.0),
        points=np.zeros((5, 2), np.float32),
        probability=0.99,
        quality=FaceQuality(width_pixels=100 if usable else 10, sharpness=50.0, usable=usable),
        template=Template("a@1", embedding) if usable else None,
    )


def signal(*faces: FoundFace, reference: Template | None = CLAIMANT, calibrated: bool = True) -> FaceSignal:
    return signal_of_medium("m", "d+a@1", faces, reference, CALIBRATION if calibrated else None)[0]


def test_one_near_face_matches_and_says_how_sure() -> None:
    found = signal(face(0.45))
    assert (found.band, found.compared, found.tracks) == ("match", 1, ())
    assert found.match_probability == found.faces[0].match_probability == 0.999
    assert found.false_match_probability == 0.001
    assert found.likelihood_ratio == 1000.0  # bounded by what has been measured


def test_the_same_face_among_others_is_inconclusive() -> None:
    found = signal(face(0.45), *(face(1.0, axis=1) for _ in range(9)))
    assert (found.band, found.compared) == ("inconclusive", 10)
    assert found.faces[0].match_probability == 0.999
    assert found.match_probability == 0.99  # 999 / 10 against 1
    assert found.likelihood_ratio == 100.0
    assert found.false_match_probability == 0.01


def test_a_face_near_enough_for_the_crowd_still_matches() -> None:
    found = signal(face(0.29), *(face(1.0, axis=1) for _ in range(8)))
    assert (found.band, found.false_match_probability) == ("match", 0.0009)
    assert [one.band for one in found.faces] == ["match", *["no_match"] * 8]


def test_poor_faces_give_strangers_no_chance_and_the_claimant_no_proof() -> None:
    found = signal(face(0.45), *(face(0.0, usable=False) for _ in range(4)))
    assert (found.band, found.compared) == ("match", 1)
    assert [one.band for one in found.faces] == ["match", *["inconclusive"] * 4]
    assert [one.match_probability for one in found.faces[1:]] == [None] * 4
    only_poor = signal(face(0.0, usable=False))
    assert (only_poor.band, only_poor.match_probability, only_poor.likelihood_ratio) == ("inconclusive", 0.5, 1.0)
    assert only_poor.false_match_probability is None
    with_stranger = signal(face(1.0), face(0.0, usable=False))
    assert (with_stranger.band, with_stranger.match_probability) == ("inconclusive", 0.33)


def test_nobody_and_no_reference() -> None:
    nobody = signal()
    assert (nobody.band, nobody.faces, nobody.match_probability, nobody.compared) == ("no_face", (), None, 0)
    located = signal(face(0.0), face(1.0), reference=None)
    assert (located.band, located.match_probability, located.likelihood_ratio) == (None, None, None)
    assert [(one.band, one.match_probability) for one in located.faces] == [(None, None)] * 2


def test_without_a_calibration_nothing_is_said() -> None:
    found = signal(face(0.0), face(1.0), calibrated=False)
    assert (found.band, found.match_probability, found.likelihood_ratio) == ("inconclusive", None, None)
    assert {(one.band, one.match_probability) for one in found.faces} == {("inconclusive", None)}


def test_distances_are_in_the_order_of_the_faces() -> None:
    faces = [face(0.9), face(0.2), face(0.0, usable=False), face(0.5)]
    found, apart = signal_of_medium("m", "d+a@1", faces, CLAIMANT, CALIBRATION)
    assert apart[:3] == pytest.approx((0.2, 0.5, 0.9))
    assert math.isnan(apart[3])
    assert [one.match_probability for one in found.faces][:3] == sorted(
        (one.match_probability for one in found.faces if one.match_probability is not None), reverse=True
    )


@given(st.lists(st.floats(0, 1.5), min_size=1, max_size=12), st.floats(0.75, 1.5))
def test_a_further_stranger_never_makes_a_match_likelier(distances: list[float], stranger: float) -> None:
    before = signal(*map(face, distances))
    after = signal(*map(face, [*distances, max([stranger, *distances])]))
    assert after.match_probability <= before.match_probability
    assert after.band == before.band or (before.band, after.band) == ("match", "inconclusive")


class TestVideos:
    def test_one_person_is_one_track_and_one_chance(self) -> None:
        seconds = (0.0, 1.0, 2.0, 7.0, 8.0)
        seen = [face(0.25, frame=int(second), second=second) for second in seconds]
        others = [face(1.0, frame=int(second), second=second, left=200, axis=1) for second in (1.0, 2.0)]
        faces = sorted([*seen, *others], key=lambda one: one.frame)
        found = signal(*faces)
        assert (found.band, found.compared, len(found.faces)) == ("match", 2, 7)
        claimant, stranger = found.tracks
        assert (claimant.band, claimant.track, claimant.frames, claimant.usable_frames) == ("match", 0, 5, 5)
        assert claimant.spans == ((0.0, 2.0), (7.0, 8.0))
        assert (claimant.from_second, claimant.until_second) == (0.0, 8.0)
        assert (stranger.band, stranger.track, stranger.spans) == ("no_match", 1, ((1.0, 2.0),))
        assert [one.track for one in found.faces] == [0] * 5 + [1] * 2
        assert {one.band for one in found.faces if one.track == 0} == {"match"}

    def test_a_blurred_moment_is_carried_by_its_track(self) -> None:
        found = signal(
            face(0.0, frame=0, second=0.0, usable=False),
            face(0.25, frame=1, second=1.0),
            face(0.0, frame=2, second=2.0, usable=False),
        )
        (track,) = found.tracks
        assert (track.band, track.frames, track.usable_frames, track.best_second) == ("match", 3, 1, 1.0)
        assert found.faces[0].second == 1.0  # the best one is shown first
        assert {one.band for one in found.faces} == {"match"}

    def test_a_track_that_is_never_good_enough_is_inconclusive(self) -> None:
        (track,) = signal(*(face(0.0, frame=i, second=float(i), usable=False) for i in range(3))).tracks
        assert (track.band, track.match_probability, track.best_second) == ("inconclusive", None, 0.0)

    def test_without_references_boxes_make_tracks(self) -> None:
        found = signal(*(face(0.0, frame=i, second=float(i), usable=False) for i in range(3)), reference=None)
        (track,) = found.tracks
        assert (track.band, track.frames, found.band) == (None, 3, None)

    def test_a_video_without_faces(self) -> None:
        assert signal().tracks == ()
