"""A signal that raises, hangs or speaks for others costs itself: every case keeps what the others measured."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from made_signals import Bright, spoilt

from consentry import Case, Post
from consentry.media import Frame, OpenedMedia
from consentry.pipeline.allotted import Allotted
from consentry.pipeline.measuring import measured_each
from consentry.pipeline.parts import Parts
from consentry.policy import load_policy
from consentry.records import ErrorNote, ExtraScore, ExtraSignal, Media, MediaOutcome, Signals
from consentry.signals.protocol import Measured, OpenedCase, Signal
from consentry.signals.registry import LoadedSignals

SAID = "what somebody wrote"
NOTHING: Mapping[str, Any] = {}


def opened(name: str, value: int = 100) -> OpenedCase:
    item = Media(media_id=f"{name}.jpg", data=b"x")
    frame = Frame(np.full((8, 8, 3), value, np.uint8))
    medium = OpenedMedia(item.media_id, "image", 8, 8, None, (frame,), 1.0)
    outcome = MediaOutcome(media_id=item.media_id, kind="image", width=8, height=8, frames=1)
    return OpenedCase(Case(post=Post(post_id=name, media=(item,))), (outcome,), (medium,), (), ())


def parts(*signals: Signal, seconds: float = 30.0) -> Parts:
    return Parts(load_policy(), LoadedSignals(tuple(signals)), Allotted(seconds))


def measured(batch: Sequence[OpenedCase], made: Parts) -> list[Signals]:
    return [part.signals for part in measured_each(batch, made)]


def codes(signals: Signals) -> list[str]:
    return [note.code for note in signals.errors]


def test_a_signal_of_somebody_else_is_measured_like_any_other() -> None:
    (found,) = measured([opened("a", 51)], parts(Bright()))
    (record,) = found.extra
    assert (record.media_id, record.scores[0].probability) == ("a.jpg", 0.2)
    assert not found.errors


def test_what_raises_for_one_case_costs_that_case_that_signal_alone() -> None:
    class Other(Bright):
        name = "other"
        words = ("bright",)

        def record(self, media_id: str | None, item: object = None) -> ExtraSignal:
            return super().record(media_id, item).model_copy(update={"name": "other"})

    def measure(batch: Sequence[OpenedCase], _earlier: Any) -> Sequence[Measured]:
        if any(case.case.post.post_id == "b" for case in batch):
            raise ZeroDivisionError(SAID)
        return Bright().measure(batch, NOTHING)

    each = measured_each([opened(name) for name in "abc"], parts(spoilt(measure), Other()))
    found = [part.signals for part in each]
    assert [codes(signals) for signals in found] == [[], ["signal.failed"], []]
    assert [[record.name for record in signals.extra] for signals in found] == [
        ["bright", "other"],
        ["other"],
        ["bright", "other"],
    ]
    (note,) = found[1].errors
    assert note.stage == "bright"
    assert SAID not in note.message
    (defect,) = each[1].defects
    assert (defect.code, defect.trace.splitlines()[0]) == ("signal.failed", "ZeroDivisionError")
    assert SAID not in defect.trace


ERRORS = [SystemExit(3), KeyboardInterrupt(), MemoryError(), RecursionError(), GeneratorExit()]


@pytest.mark.parametrize("error", ERRORS)
def test_nothing_that_a_signal_raises_ends_the_job(error: BaseException) -> None:
    def measure(_batch: Sequence[OpenedCase], _earlier: Any) -> Sequence[Measured]:
        raise error

    (found,) = measured([opened("a")], parts(spoilt(measure)))
    assert codes(found) == ["assess.memory" if isinstance(error, MemoryError) else "signal.failed"]


@pytest.mark.parametrize(
    "result",
    [
        [],
        [Measured(), Measured()],
        [Measured(own={"scene": ()})],
        [Measured(notes=(ErrorNote(stage="faces", code="x", message="m", remedy="r"),))],
        [Measured(extra=(Bright().record("b.jpg"),))],
        [Measured(extra=(Bright().record(None).model_copy(update={"name": "scene"}),))],
        [Measured(extra=(ExtraSignal(name="bright", model="m", scores=(ExtraScore(word="dark", probability=1.0),)),))],
        None,
        [None],
    ],
    ids=["too few", "too many", "a field of others", "a note of others", "a strange medium", "a name of others",
         "a word not announced", "nothing", "not a result"],
)  # fmt: skip
def test_a_signal_speaks_for_itself_alone(result: Any) -> None:
    (found,) = measured([opened("a")], parts(spoilt(lambda _batch, _earlier: result)))
    assert codes(found) == ["signal.failed"]
    assert not found.extra


def test_one_that_hangs_is_switched_off_and_the_rest_goes_on() -> None:
    release = threading.Event()
    calls = []

    def measure(batch: Sequence[OpenedCase], _earlier: Any) -> Sequence[Measured]:
        calls.append(len(batch))
        release.wait(60)
        return Bright().measure(batch, NOTHING)

    made = parts(spoilt(measure), seconds=0.05)
    try:
        first, second = measured([opened("a"), opened("b")], made)
        (third,) = measured([opened("c")], made)
    finally:
        release.set()
    assert codes(first) == codes(second) == codes(third) == ["signal.out_of_time"]
    assert calls == [2]


def test_it_is_called_by_one_thread_at_a_time() -> None:
    inside: list[int] = []
    most = []

    def measure(batch: Sequence[OpenedCase], _earlier: Any) -> Sequence[Measured]:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()
        return Bright().measure(batch, NOTHING)

    made = parts(spoilt(measure))
    threads = [threading.Thread(target=lambda: measured([opened("a")], made)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_a_batch_changes_no_result() -> None:
    cases = [opened(name, 10 * place) for place, name in enumerate("abcdefgh")]
    together = measured(cases, parts(Bright()))
    alone = [signals for case in cases for signals in measured([case], parts(Bright()))]
    assert together == alone


def test_those_named_in_after_come_first() -> None:
    seen: dict[str, Any] = {}

    class Dark(Bright):
        name = "dark"
        after = ("bright",)

        def measure(self, batch: Any, earlier: Any, /) -> Sequence[Measured]:
            seen.update(earlier)
            return [Measured() for _ in batch]

    (measured([opened("a")], parts(Bright(), Dark())))
    assert seen["bright"][0].extra[0].name == "bright"
