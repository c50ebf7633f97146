"""Any input of a policy, measured on a post with two pictures."""

from __future__ import annotations

from typing import Any

from consentry.policy.measuring.inputs import INPUTS
from consentry.policy.measuring.measurements import Measurement, Number, Word
from consentry.policy.measuring.situation import Situation
from consentry.records import ErrorNote, MediaOutcome, Post, Report, Signals


def note(stage: str, media_id: str | None = None) -> ErrorNote:
    return ErrorNote(stage=stage, code="x", message="x", remedy="x", media_id=media_id)


def read(media_id: str) -> MediaOutcome:
    return MediaOutcome(media_id=media_id, kind="image", frames=1)


def measure(
    name: str, *, ids: tuple[str, ...] = ("a", "b"), report: Report | None = None, **signals: Any
) -> Measurement:
    signals.setdefault("media", tuple(read(media_id) for media_id in ids))
    signals.setdefault("references_used", 1)
    post = Post(post_id="post", media=ids, text="words", account="media_outlet")
    return INPUTS[name].measure(Situation(post=post, report=report, signals=Signals(**signals)))


def number(name: str, **rest: Any) -> tuple[float, float]:
    measured = measure(name, **rest)
    assert isinstance(measured, Number)
    assert bool(measured.gap) == (measured.low != measured.high)
    return measured.low, measured.high


def word(name: str, **rest: Any) -> str:
    measured = measure(name, **rest)
    assert isinstance(measured, Word)
    assert measured.detail
    return measured.value
