"""Signals that others added, as policies read them: whatever is missing is unknown."""

from __future__ import annotations

from typing import Any

import pytest
from measured_inputs import measure, note, number, read

from consentry.policy import PolicyError, parse_policy
from consentry.policy.measuring.inputs import find_input, input_named
from consentry.policy.measuring.measurements import Number
from consentry.records import ExtraScore, ExtraSignal

NUDITY = "signal.nudity.probability"
CHILD = "signal.drawing.child.probability"


def record(media_id: str | None, name: str = "nudity", **scores: float | None) -> ExtraSignal:
    made = tuple(
        ExtraScore(word=word, probability=0.5 if value is None else value, certain=value is not None)
        for word, value in scores.items()
    )
    return ExtraSignal(name=name, model="m", media_id=media_id, scores=made)


@pytest.mark.parametrize(
    ("signals", "wanted"),
    [
        ({}, (0.0, 1.0)),
        ({"extra": (record("a", nudity=0.2), record("b", nudity=0.7))}, (0.7, 0.7)),
        ({"extra": (record("a", nudity=0.2),)}, (0.2, 1.0)),
        ({"extra": (record("a", nudity=0.2), record("b", nudity=None))}, (0.2, 1.0)),
        ({"extra": (record("a", nudity=None), record("b", nudity=None))}, (0.0, 1.0)),
        ({"extra": (record(None, nudity=0.3),)}, (0.3, 0.3)),
        ({"extra": (record(None, nudity=0.3), record("a", nudity=0.6))}, (0.6, 0.6)),
        ({"extra": (record("other", nudity=0.9),)}, (0.0, 1.0)),
        ({"extra": (record("a", name="drawing", nudity=0.9),)}, (0.0, 1.0)),
        ({"extra": (record("a", nudity=0.2), record("b", nudity=0.7)), "errors": (note("nudity"),)}, (0.7, 1.0)),
        ({"extra": (record("a", nudity=0.2), record("b", nudity=0.7)), "errors": (note("nudity", "b"),)}, (0.7, 1.0)),
        ({"extra": (record("a", nudity=0.2), record("b", nudity=0.7)), "media": (read("a"),)}, (0.7, 1.0)),
        ({"extra": (record("a", underwear=0.9), record("b", underwear=0.9))}, (0.0, 1.0)),
    ],
)  # fmt: skip
def test_the_largest_that_it_stands_by_and_open_where_anything_is_missing(
    signals: dict[str, Any], wanted: tuple[float, float]
) -> None:
    assert number(NUDITY, **signals) == wanted


def test_a_word_is_read_by_its_name_and_what_else_there_is_is_said() -> None:
    both = (record("a", "drawing", adult=0.9, child=0.1), record("b", "drawing", adult=0.2, child=0.4))
    assert number(CHILD, extra=both) == (0.4, 0.4)
    measured = measure("signal.drawing.probability", extra=both)
    assert isinstance(measured, Number)
    assert "only of: adult, child" in measured.gap


def test_names_of_inputs() -> None:
    assert input_named(NUDITY).about.startswith("calibrated probability of 'nudity'")
    for name in (
        "signal.nudity",
        "signal.nudity.nudity.probability",
        "signal.Nudity.probability",
        "signal..probability",
    ):
        assert find_input(name) is None
    with pytest.raises(KeyError):
        input_named("signal.nudity")


def test_a_policy_that_names_one_wrongly_is_told() -> None:
    from small_policy import TEXT

    good = TEXT.replace("from: scene.public_event.min", f"from: {NUDITY}")
    assert {fact.measured for fact in parse_policy(good).facts} >= {NUDITY}
    with pytest.raises(PolicyError) as caught:
        parse_policy(good.replace(NUDITY, "signal.nudity.chance"))
    assert caught.value.code == "policy.unknown_name"
