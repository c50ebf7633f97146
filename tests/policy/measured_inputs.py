"""Any input of a policy, measured on a post with two pictures."""

from __future__ import annotations

from typing import Any

from consentry.policy.measuring.inputs import INPUTS, Input, input_named
from consentry.policy.measuring.measurements import Measurement, Number, Word
from consentry.policy.measuring.situation import Situation
from consentry.records import ErrorNote, MediaOutcome, Post, Report, Signals

ADDED = ("signal.nudity.probability", "signal.drawing.child.probability")
"""Inputs of signals that others added; random posts have them."""


def all_inputs() -> list[Input]:
    """Every input that ships, and some of signals that others added."""
    return [*INPUTS.values(), *map(input_named, ADDED)]


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
    return input_named(name).measure(Situation(post=post, report=report, signals=Signals(**signals)))


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
