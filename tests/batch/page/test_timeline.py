"""The time line of a film: what is drawn where."""

from __future__ import annotations

import re

from consentry.batch.page.timeline import moments_said, time_line
from consentry.records import MomentsScore, SceneMoment, SceneScore, SceneSignal


def moments(*spans: tuple[float, float], probability: float = 0.9) -> MomentsScore:
    return MomentsScore(probability=probability, low=0.8, high=0.95, band="high", spans=spans, seconds=3.0)


def film(
    *timeline: SceneMoment, claimant: MomentsScore | None = None, stretch: MomentsScore | None = None
) -> SceneSignal:
    private = SceneScore(
        probability=0.25, low=0.2, high=0.3, band="uncertain", while_claimant=claimant, stretch=stretch
    )
    event = SceneScore(probability=0.5, low=0.4, high=0.6, band="uncertain", while_claimant=claimant)
    return SceneSignal(media_id="v", model="m", private_context=private, public_event=event, timeline=timeline)


def moment(second: float, until: float | None, *, private: float = 0.2, nothing: bool = False) -> SceneMoment:
    return SceneMoment(second=second, until=until, private_context=private, public_event=0.1, shows_nothing=nothing)


def test_frames_are_as_wide_as_they_stand_and_nothing_breaks_the_curve() -> None:
    scene = film(moment(0, 10, nothing=True), moment(10, 15, private=1.0), moment(15, 20, private=0.0))
    drawn = time_line(scene, 20.0)
    assert 'd="M270.0 2.0H405.0M405.0 66.0H540.0"' in drawn
    assert "shows nothing: 0.0 s to 10.0 s" in drawn
    assert drawn.count("<rect") == 1


def test_the_moments_that_count_are_strips() -> None:
    scene = film(moment(0, 10), claimant=moments((1.0, 2.0), (5.0, 7.0)), stretch=moments((5.0, 6.0)))
    drawn = time_line(scene, None)
    assert re.findall(r"<title>(.*?): (.*?) s to (.*?) s</title>", drawn) == [
        ("claimant seen", "1.0", "2.0"),
        ("claimant seen", "5.0", "7.0"),
        ("most private stretch", "5.0", "6.0"),
    ]
    assert [name for name, _, _ in moments_said(scene)] == [
        "private while claimant is seen",
        "event while claimant is seen",
        "most private stretch",
    ]


def test_ends_that_are_not_known_are_those_of_the_next_frame() -> None:
    assert "H270.0M270.0" in time_line(film(moment(0, None), moment(2, None)), 4.0)
    assert time_line(film(moment(0, None)), None) == ""
    assert time_line(film(), None) == ""
