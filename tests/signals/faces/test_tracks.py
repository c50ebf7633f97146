"""One person is one track: linking of faces from frame to frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.signals.faces.bands import Calibration
from consentry.signals.faces.templates import Template
from consentry.signals.faces.tracks import BEST_FRAMES, LOST_AFTER, Sighting, best_of, link, overlap_of, spans

CALIBRATION = Calibration(
    intercept=30.0, slope=-50.0, match_at_most=0.5, no_match_at_least=0.6, certainty=0.001,
    false_match_rates=((0.3, 1e-5), (0.4, 1e-4), (0.5, 1e-3)),
)  # fmt: skip


def looks(person: int, *, jitter: float = 0.0, weight: float = 1.0) -> Template:
    """A template far from those of other persons."""
    embedding = np.zeros(8, np.float32)
    embedding[person] = 1.0
    embedding[7] = jitter
    return Template("a@1", embedding, weight)


def seen(frame: int, left: float, template: Template | None = None) -> Sighting:
    return Sighting(frame, np.array([left, 10, left + 20, 30], np.float32), template)


def test_a_face_that_moves_a_little_stays_one() -> None:
    sightings = [seen(0, 10), seen(0, 60), seen(1, 14), seen(1, 63), seen(2, 18)]
    assert link(sightings, None) == [[0, 2, 4], [1, 3]]


def test_a_face_that_is_lost_for_long_is_new_unless_it_looks_alike() -> None:
    gap = LOST_AFTER + 1
    assert link([seen(0, 10), seen(gap, 10)], None) == [[0], [1]]
    assert link([seen(0, 10), seen(LOST_AFTER, 10)], None) == [[0, 1]]
    assert link([seen(0, 10, looks(1)), seen(40, 200, looks(1, jitter=0.1))], CALIBRATION) == [[0, 1]]
    assert link([seen(0, 10, looks(1)), seen(40, 10, looks(2))], CALIBRATION) == [[0], [1]]


def test_two_who_change_places_are_told_by_their_looks() -> None:
    sightings = [seen(0, 10, looks(1)), seen(0, 60, looks(2)), seen(1, 60, looks(1)), seen(1, 10, looks(2))]
    assert link(sightings, CALIBRATION) == [[0, 2], [1, 3]]
    boxes_alone = [Sighting(sighting.frame, sighting.box) for sighting in sightings]
    assert link(boxes_alone, None) == [[0, 3], [1, 2]]


def test_twins_in_one_frame_stay_two() -> None:
    sightings = [seen(0, 10, looks(1)), seen(0, 60, looks(1)), seen(9, 10, looks(1)), seen(9, 60, looks(1))]
    tracks = link(sightings, CALIBRATION)
    assert sorted(index for track in tracks for index in track) == [0, 1, 2, 3]
    assert len(tracks) == 2
    assert all(len({sightings[index].frame for index in track}) == len(track) for track in tracks)


def test_faces_too_poor_to_compare_go_by_their_boxes() -> None:
    sightings = [seen(0, 10, looks(1)), seen(1, 12), seen(2, 14, looks(1))]
    assert link(sightings, CALIBRATION) == [[0, 1, 2]]
    assert best_of([0, 1, 2], sightings) == [0, 2]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 200), st.none() | st.integers(0, 5)), max_size=25))
def test_every_face_is_in_one_track_and_no_track_twice_in_a_frame(drawn: list[tuple[int, int, int | None]]) -> None:
    sightings = [
        seen(frame, left, None if person is None else looks(person)) for frame, left, person in sorted(drawn, key=str)
    ]
    sightings.sort(key=lambda sighting: sighting.frame)
    for calibration in (None, CALIBRATION):
        tracks = link(sightings, calibration)
        assert sorted(index for track in tracks for index in track) == list(range(len(sightings)))
        for track in tracks:
            frames = [sightings[index].frame for index in track]
            assert frames == sorted(set(frames))
        assert [track[0] for track in tracks] == sorted(track[0] for track in tracks)
        assert tracks == link(sightings, calibration)


def test_a_track_is_judged_by_its_best_faces() -> None:
    sightings = [seen(number, 10, looks(1, weight=(number % 7 + 1) / 7)) for number in range(20)]
    best = best_of(range(20), sightings)
    assert best == [6, 13, 5, 12, 19]
    assert len(best) == BEST_FRAMES


def test_spans_end_where_a_face_is_away() -> None:
    assert spans([0, 1, 3, 6, 7], [0.0, 1.0, 3.0, 6.0, 7.0]) == ((0.0, 3.0), (6.0, 7.0))
    assert spans([4], [2.0]) == ((2.0, 2.0),)
    assert spans([], []) == ()


def test_overlap() -> None:
    box = np.array([0, 0, 10, 10], np.float32)
    assert overlap_of(box, box) == 1.0
    assert overlap_of(box, box + 5) == pytest.approx(25 / 175)
    assert overlap_of(box, box + 20) == overlap_of(box * 0, box * 0) == 0.0
