from __future__ import annotations

from datetime import date

import pytest
from rich.console import Console

from consentry.cli.rendering import render
from consentry.policy import decide, load_policy
from consentry.records import (
    Assessment,
    CopyMatch,
    CopySignal,
    CrowdScore,
    MediaOutcome,
    MomentsScore,
    Post,
    SceneKind,
    SceneMoment,
    SceneScore,
    SceneSignal,
    Signals,
    TextFinding,
    TextSignal,
)


def printed(signals: Signals) -> str:
    post = Post(post_id="post", media=("street.mp4",))
    decided = decide(load_policy(None), post, None, signals, ())
    assessment = Assessment(post_id="post", signals=signals, facts=decided.facts, recommendation=decided.recommendation)
    console = Console(width=160, color_system=None, record=True)
    console.print(render(assessment))
    return console.export_text()


def scene(crowd: CrowdScore | None) -> SceneSignal:
    low = SceneScore(probability=0.02, low=0.01, high=0.03, band="low")
    kinds = (SceneKind(kind="street_crowd", probability=0.61),)
    return SceneSignal(
        media_id="street.mp4", model="scene", private_context=low, public_event=low, crowd=crowd, looks_like=kinds
    )


def outcome() -> MediaOutcome:
    return MediaOutcome(media_id="street.mp4", kind="video", width=640, height=360, duration=9.6, frames=10)


def copies(**changes: object) -> CopySignal:
    match = CopyMatch(
        bank="public",
        entry_id="bridge",
        distance=18,
        where="a newspaper",
        since=date(2026, 1, 2),
        second=3.0,
        transform="mirrored",
        border_removed=True,
        share_of_medium=0.4,
        picture="kept/bridge.jpg",
    )
    return CopySignal.model_validate(
        {"media_id": "street.mp4", "model": "copies", "quality": 90, "comparable": True, "matches": (match,), **changes}
    )


@pytest.mark.parametrize(
    ("level", "low", "high", "expected"),
    [("none", 0, 0.4, "none"), ("few", 2, 5, "few, 2-5"), ("dense_crowd", 150, 900, "dense crowd, 150-900")],
)
def test_people_are_told_as_a_level_with_its_interval(level: str, low: float, high: float, expected: str) -> None:
    crowd = CrowdScore.model_validate(
        {"people": (low + high) / 2, "low": low, "high": high, "level": level, "probability": 0.8, "certain": False}
    )
    text = printed(Signals(media=(outcome(),), scene=(scene(crowd),)))
    assert expected in text
    assert "looks like street crowd 61%" in text


def test_what_was_not_measured_is_unknown() -> None:
    text = printed(Signals(media=(outcome(),), scene=(scene(None),)))
    assert "unknown" in text
    assert "copy" not in text


def test_a_copy_comes_with_what_a_reviewer_needs_to_judge_it() -> None:
    text = printed(Signals(media=(outcome(),), copies=(copies(),)))
    for part in ("bridge in bank public", "a newspaper", "distance 18 of 256", "mirrored", "without its border",
                 "at 3.0 s", "40% of the video", "kept/bridge.jpg"):  # fmt: skip
        assert part in text


def test_parts_and_missing_detail_are_said() -> None:
    whole = copies()
    assert "in part near bridge" in printed(
        Signals(media=(outcome(),), copies=(copies(matches=(), parts=whole.matches),))
    )
    assert "too little detail" in printed(Signals(media=(outcome(),), copies=(copies(comparable=False, matches=()),)))
    assert "no known copy" in printed(Signals(media=(outcome(),), copies=(copies(matches=()),)))


def test_words_are_told_with_their_probability_and_unlikely_ones_left_out() -> None:
    spans = [("phone", 0.9), ("phone", 0.95), ("help_cue", 0.25), ("eyewitness_cue", 0.5), ("call_to_find", 0.49)]
    findings = tuple(
        TextFinding.model_validate({"kind": kind, "start": 0, "end": 4, "probability": probability, "rule": "r"})
        for kind, probability in spans
    )
    said = printed(Signals(text=TextSignal(model="text", searched=(), findings=findings)))
    assert "in the text  eyewitness cue (0.50), phone (0.95)" in said
    assert "help cue" not in said
    assert "in the text" not in printed(Signals(text=TextSignal(model="text", searched=(), findings=findings[2:3])))


def test_what_the_moments_of_a_film_say_stands_beside_its_mean() -> None:
    seen = MomentsScore(probability=0.91, low=0.9, high=0.93, band="high", spans=((1.0, 4.0),) * 7, seconds=3.0)
    unsure = seen.model_copy(update={"band": "uncertain", "probability": 0.5, "spans": ((1.0, 2.0),)})
    film = scene(None)
    private = film.private_context.model_copy(update={"while_claimant": seen, "stretch": unsure})
    event = film.public_event.model_copy(update={"while_claimant": unsure})
    black = SceneMoment(second=0.0, until=2.5, private_context=0.5, public_event=0.2, shows_nothing=True)
    film = film.model_copy(update={"private_context": private, "public_event": event, "timeline": (black,)})
    text = printed(Signals(media=(outcome(),), scene=(film,)))
    assert "1.0-4.0 s and 2 more): private context 0.91, public event 0.50 (uncertain)" in text
    assert "most private stretch (1.0-2.0 s): 0.50 (uncertain)" in text
    assert "shows nothing for 2.5 s" in text
