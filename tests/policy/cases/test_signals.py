"""The rarer words of the short form: everything that a signal can say can be written."""

from __future__ import annotations

import pytest

from consentry.policy import PolicyError
from consentry.policy.cases.files import parse_cases
from consentry.records import Signals


def signals(medium: str = "{}", text: str = "nothing_found") -> Signals:
    (case,) = parse_cases(
        f"case: x\npost: {{media: [a.jpg]}}\nsignals:\n  references: 1\n  media: {{a.jpg: {medium}}}\n  text: {text}\n"
    )
    return case.signals


def test_a_medium_that_nobody_tried_to_read_has_no_outcome() -> None:
    assert signals("{unreadable: unknown}").media == ()
    assert signals("{unreadable: no}").media[0].frames == 1
    assert signals("{unreadable: yes}").media[0].error is not None


def test_how_many_people_there_are() -> None:
    (signal,) = signals("{crowd: few}").scene
    assert signal.crowd is not None
    assert (signal.crowd.level, signal.crowd.certain) == ("few", True)
    assert (signal.private_context.band, signal.public_event.band) == ("uncertain", "uncertain")
    (signal,) = signals("{private_context: 0.9, public_event: 0.1, crowd: uncertain}").scene
    assert signal.crowd is not None
    assert not signal.crowd.certain
    assert (signal.private_context.band, signal.public_event.band) == ("high", "low")
    with pytest.raises(PolicyError, match="'public_event'"):
        signals("{private_context: 0.9, crowd: few}")


def test_a_face_that_was_not_compared() -> None:
    (signal,) = signals("{face: not_compared, faces: 3}").faces
    assert signal.band is None
    assert [face.band for face in signal.faces] == [None, None, None]
    assert len(signals("{face: not_compared}").faces[0].faces) == 1


def test_how_many_faces_there_are() -> None:
    assert [face.band for face in signals("{face: [match, 0.9], faces: 2}").faces[0].faces] == ["match", "match"]
    assert signals("{face: match, faces: 0}").faces[0].faces == ()
    assert len(signals("{face: match}").faces[0].faces) == 1
    assert signals("{face: no_face}").faces[0].faces == ()


def test_a_number_of_faces_alone_says_too_little() -> None:
    with pytest.raises(PolicyError, match="'faces' without 'face'"):
        signals("{faces: 3}")


def test_a_copy_that_was_compared_in_parts() -> None:
    (signal,) = signals("{copies: [public, not_comparable]}").copies
    assert not signal.comparable
    assert [match.bank for match in signal.matches] == ["public"]
    (both,) = signals("{copies: [removed, public]}").copies
    assert both.comparable
    assert [match.bank for match in both.matches] == ["public", "removed"]


def test_nothing_found_and_something_found_contradict_each_other() -> None:
    with pytest.raises(PolicyError, match="nothing was found, and something else"):
        signals("{copies: [public, nothing_found]}")


def test_a_kind_that_was_not_searched_for() -> None:
    text = signals(text="{phone: not_searched, email: [0.4, not_searched], exposure_threat: 0.7}").text
    assert text is not None
    assert {"reward_offer", "exposure_threat"} <= set(text.searched)
    assert not {"phone", "email"} & set(text.searched)
    assert [(finding.kind, finding.probability) for finding in text.findings] == [
        ("email", 0.4),
        ("exposure_threat", 0.7),
    ]


def test_moments_of_a_film() -> None:
    written = "{private_context: 0.1, public_event: 0.9, private_while_claimant: 0.95, private_stretch: uncertain}"
    (signal,) = signals(written).scene
    private = signal.private_context
    assert private.while_claimant is not None
    assert (private.while_claimant.probability, private.while_claimant.band) == (0.95, "high")
    assert private.stretch is not None
    assert private.stretch.band == "uncertain"
    assert signal.public_event.while_claimant is None
    with pytest.raises(PolicyError, match="'private_stretch' without scene scores of the whole"):
        signals("{private_stretch: 0.9, crowd: few}")
