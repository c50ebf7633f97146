"""What was not measured stays open, whatever was."""

from __future__ import annotations

import math
from typing import Any, get_args

import pytest
from measured_inputs import note, number, read, word

from consentry.policy.measuring.inputs import INPUTS
from consentry.policy.measuring.measurements import Number, listing
from consentry.policy.measuring.situation import Situation
from consentry.records import (
    CopyMatch,
    CopySignal,
    CrowdLevel,
    CrowdScore,
    Face,
    FaceQuality,
    FaceSignal,
    MediaOutcome,
    Post,
    SceneScore,
    SceneSignal,
    Signals,
    TextFinding,
    TextSignal,
)

QUALITY = FaceQuality(width_pixels=60, sharpness=50.0, usable=True)


def score(probability: float, band: Any = "high") -> SceneScore:
    return SceneScore(probability=probability, low=0.0, high=1.0, band=band)


def scene(media_id: str, private: SceneScore, event: SceneScore) -> SceneSignal:
    return SceneSignal(media_id=media_id, model="m", private_context=private, public_event=event)


def face(media_id: str, band: Any, probability: float | None = None, seconds: tuple[float, ...] = ()) -> FaceSignal:
    faces = tuple(Face(box=(0, 0, 1, 1), second=at, detection_probability=1.0, quality=QUALITY) for at in seconds)
    return FaceSignal(media_id=media_id, model="m", band=band, match_probability=probability, faces=faces)


def crowd(level: str) -> CrowdScore:
    certain = not level.endswith("?")
    step = next(word for word in get_args(CrowdLevel) if word == level.removesuffix("?"))
    return CrowdScore(people=5.0, low=4.0, high=6.0, level=step, probability=0.6, certain=certain)


def copies(media_id: str, *banks: Any, comparable: bool = True) -> CopySignal:
    matches = tuple(CopyMatch(bank=bank, entry_id="1", distance=0) for bank in banks)
    return CopySignal(media_id=media_id, model="m", quality=50, comparable=comparable, matches=matches)


# --- scene ------------------------------------------------------------------------------------------------------

BOTH = (scene("a", score(0.9), score(0.1)), scene("b", score(0.3), score(0.8)))


def test_scene_scores_over_all_media() -> None:
    assert number("scene.private_context.max", scene=BOTH) == (0.9, 0.9)
    assert number("scene.private_context.min", scene=BOTH) == (0.3, 0.3)
    assert number("scene.public_event.max", scene=BOTH) == (0.8, 0.8)
    assert number("scene.public_event.min", scene=BOTH) == (0.1, 0.1)


def test_a_medium_without_a_scene_leaves_the_other_end_open() -> None:
    assert number("scene.private_context.max", scene=BOTH[:1]) == (0.9, 1.0)
    assert number("scene.public_event.min", scene=BOTH[:1]) == (0.0, 0.1)
    assert number("scene.public_event.min", scene=()) == (0.0, 1.0)


@pytest.mark.parametrize("stage", ["media", "scene"])
@pytest.mark.parametrize("media_id", ["b", None])
def test_an_error_on_the_way_counts_as_a_gap(stage: str, media_id: str | None) -> None:
    assert number("scene.private_context.max", scene=BOTH, errors=(note(stage, media_id),)) == (0.9, 1.0)


def test_errors_elsewhere_do_not_count() -> None:
    assert number("scene.private_context.max", scene=BOTH, errors=(note("faces"), note("scene", "z"))) == (0.9, 0.9)


@pytest.mark.parametrize(
    "outcome",
    [
        MediaOutcome(media_id="b", frames=0),
        MediaOutcome(media_id="b", frames=3, error=note("media", "b")),
    ],
)
def test_a_medium_that_was_not_read_whole_is_a_gap(outcome: MediaOutcome) -> None:
    assert number("scene.private_context.max", scene=BOTH, media=(read("a"), outcome)) == (0.9, 1.0)
    assert number("scene.private_context.max", scene=BOTH, media=(read("a"),)) == (0.9, 1.0)


def test_an_abstaining_model_says_nothing() -> None:
    abstains = (scene("a", score(0.99, "uncertain"), score(0.01, "uncertain")),)
    assert number("scene.private_context.max", ids=("a",), scene=abstains) == (0.0, 1.0)
    assert number("scene.public_event.min", ids=("a",), scene=abstains) == (0.0, 1.0)
    assert number("scene.private_context.max", scene=(*abstains, BOTH[1])) == (0.3, 1.0)


def test_without_media_there_is_neither_home_nor_event() -> None:
    assert number("scene.private_context.max", ids=()) == (0.0, 0.0)
    assert number("scene.public_event.min", ids=()) == (0.0, 0.0)


def test_signals_of_other_media_are_not_heard() -> None:
    assert number("scene.private_context.max", ids=("b",), scene=BOTH) == (0.3, 0.3)


def test_media_of_a_stored_assessment_are_those_that_were_opened() -> None:
    situation = Situation(Post(post_id="x"), None, Signals(media=(read("a"), read("b")), scene=BOTH))
    assert situation.media_ids == ("a", "b")
    assert INPUTS["scene.private_context.max"].measure(situation) == Number(0.9, 0.9)


# --- faces ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bands", "expected"),
    [
        (("match", "no_match"), "match"),
        (("inconclusive", "no_match"), "inconclusive"),
        (("no_match", "no_face"), "no_match"),
        (("no_face", "no_face"), "no_face"),
        (("match",), "match"),
        (("no_match",), "unknown"),
        (("no_face",), "unknown"),
        (("inconclusive",), "unknown"),
        (("no_match", None), "unknown"),
        ((), "unknown"),
    ],
)
def test_face_band(bands: tuple[str | None, ...], expected: str) -> None:
    signals = tuple(face(media_id, band) for media_id, band in zip(("a", "b"), bands, strict=False))
    assert word("faces.band", faces=signals) == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (("few", "crowd"), "crowd"),
        (("none", "none"), "none"),
        (("crowd", "group?"), "unknown"),
        (("crowd", None), "unknown"),
        (("crowd",), "unknown"),
        (("dense_crowd",), "dense_crowd"),
        (("dense_crowd", "few?"), "dense_crowd"),
        (("dense_crowd?", "few"), "unknown"),
        ((), "unknown"),
    ],
)
def test_crowd_level(levels: tuple[str | None, ...], expected: str) -> None:
    """The largest of any medium, as far as a medium that nobody counted could not show a larger one."""
    signals = tuple(
        scene(media_id, score(0.5), score(0.5)).model_copy(update={"crowd": level and crowd(level)})
        for media_id, level in zip(("a", "b"), levels, strict=False)
    )
    assert word("scene.crowd.level", scene=signals) == expected


def test_no_media_show_nobody() -> None:
    assert word("scene.crowd.level", ids=()) == "none"


def test_no_usable_reference_means_unknown() -> None:
    signals = (face("a", "match", 0.9), face("b", "no_face"))
    assert word("faces.band", faces=signals, references_used=0) == "unknown"
    assert number("faces.match_probability", faces=signals, references_used=0) == (0.0, 1.0)
    assert word("faces.band", ids=()) == "no_face"


def test_match_probability() -> None:
    assert number("faces.match_probability", faces=(face("a", "match", 0.9), face("b", "no_match", 0.1))) == (0.9, 0.9)
    assert number("faces.match_probability", faces=(face("a", "no_match", 0.1),)) == (0.1, 1.0)
    assert number("faces.match_probability", faces=(face("a", "no_match", 0.1), face("b", "no_face"))) == (0.1, 1.0)
    assert number("faces.match_probability", ids=("a",), faces=(face("a", "inconclusive", 0.5),)) == (0.0, 1.0)
    assert number("faces.match_probability", ids=()) == (0.0, 0.0)


def test_faces_are_counted_at_one_moment() -> None:
    video = face("a", None, seconds=(0.0, 1.0, 1.0, 2.0))
    assert number("faces.count", faces=(video, face("b", "no_face"))) == (2.0, 2.0)
    assert number("faces.count", faces=(video,)) == (2.0, math.inf)
    assert number("faces.count", ids=()) == (0.0, 0.0)


# --- copies and text --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signals", "any_public", "all_public"),
    [
        ((copies("a", "public"), copies("b", "public")), "yes", "yes"),
        ((copies("a", "public"), copies("b")), "yes", "no"),
        ((copies("a", "public"),), "yes", "unknown"),
        ((copies("a", "removed"), copies("b", comparable=False)), "unknown", "no"),
        ((copies("a"), copies("b")), "no", "no"),
        ((), "unknown", "unknown"),
    ],
)
def test_copies(signals: tuple[CopySignal, ...], any_public: str, all_public: str) -> None:
    assert word("copies.public.any", copies=signals) == any_public
    assert word("copies.public.all", copies=signals) == all_public


def test_copies_of_nothing() -> None:
    assert word("copies.removed.any", ids=()) == word("copies.public.all", ids=()) == "no"
    assert word("copies.removed.any", copies=(copies("a", "removed"),)) == "yes"


def test_text() -> None:
    found = TextFinding(kind="phone", start=0, end=1, probability=0.7, rule="r")
    surer = found.model_copy(update={"probability": 0.9})
    signal = TextSignal(model="m", searched=("phone", "email"), findings=(found, surer))
    assert number("text.phone.probability", text=signal) == (0.9, 0.9)
    assert number("text.email.probability", text=signal) == (0.0, 0.0)
    assert number("text.reward_offer.probability", text=signal) == (0.0, 1.0)
    assert number("text.phone.probability", text=signal, errors=(note("text"),)) == (0.9, 1.0)
    assert number("text.phone.probability") == (0.0, 1.0)


def test_of_many_names_the_first_are_listed() -> None:
    names = [f"{number}.jpg" for number in range(300)]
    assert listing(names[:10]) == ", ".join(names[:10])
    assert listing([*names, *names]) == f"{', '.join(names[:10])} and 290 more"
    assert listing(["a", "b", "a"]) == "a, b"
