"""Scores of moments: the claimant's, and the most private stretch, against slower ways to work them out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene_models import plain, write_tiny_model

from consentry.runtime import RuntimeSettings
from consentry.signals.scene import SceneReading, SceneScorer, scene_signal
from consentry.signals.scene.calibration import Calibration
from consentry.signals.scene.moments import strongest_stretch, while_seen
from consentry.signals.scene.scorer import SceneHead

CALIBRATION = Calibration(1.0, 0.0, (0.0,), (0.0,), (0.0,), 0.3, 0.7, 0.5)


def reading(logit: float, event: float = 0.0) -> SceneReading:
    heads: dict[SceneHead, Calibration] = {"private_context": CALIBRATION, "public_event": CALIBRATION}
    return SceneReading((logit, event), np.zeros((2, 1, 1), np.float32), heads)


@st.composite
def timelines(draw: st.DrawFn) -> tuple[list[float], list[float | None], list[SceneReading]]:
    lasting = draw(st.lists(st.sampled_from((0.25, 0.5, 0.75, 1.0, 2.5)), min_size=1, max_size=8))
    edges = [0.0, *np.cumsum(lasting).tolist()]
    logits = draw(st.lists(st.integers(-4, 4), min_size=len(lasting), max_size=len(lasting)))
    return edges[:-1], list(edges[1:]), [reading(float(logit)) for logit in logits]


@given(timelines())
def test_no_stretch_of_a_second_is_more_private(
    made: tuple[list[float], list[float | None], list[SceneReading]],
) -> None:
    """All stretches on a grid of sixteenths, the slow way."""
    seconds, until, readings = made
    found = strongest_stretch("private_context", seconds, until, readings)
    ends = [end for end in until if end is not None]
    grid = np.arange(0.0, ends[-1], 1 / 16)
    values = np.array([readings[int(np.searchsorted(ends, at, side="right"))].logits[0] for at in grid])
    sums = np.concatenate([[0.0], np.cumsum(values)])
    least = min(16, len(grid))
    best = max((sums[b] - sums[a]) / (b - a) for a in range(len(grid)) for b in range(a + least, len(grid) + 1))
    assert found.probability == pytest.approx(CALIBRATION.score(float(best)).probability, abs=1e-4)
    ((first, last),) = found.spans
    inside = values[round(first * 16) : round(last * 16)]
    assert float(inside.mean()) == pytest.approx(float(best), abs=1e-6)
    assert last - first >= min(1.0, ends[-1]) - 1e-9


@given(timelines())
def test_the_whole_is_never_more_private_than_its_most_private_stretch(
    made: tuple[list[float], list[float | None], list[SceneReading]],
) -> None:
    seconds, until, readings = made
    signal = scene_signal("v", list(seconds), readings, "m", until=until)
    assert signal.private_context.stretch is not None
    assert signal.public_event.stretch is None
    assert signal.private_context.stretch.probability >= signal.private_context.probability


def test_the_claimants_moments_weigh_by_how_long_each_frame_stands() -> None:
    readings = [reading(-4.0), reading(2.0, 1.0), reading(-1.0, 4.0), reading(-4.0)]
    found = while_seen("private_context", [0.0, 5.0, 8.0, 9.0], [5.0, 8.0, 9.0, 20.0], readings, [(5.0, 8.0)])
    assert found is not None
    assert found.probability == pytest.approx(CALIBRATION.score((3 * 2.0 - 1.0) / 4).probability)
    assert found.spans == ((5.0, 9.0),)
    assert found.seconds == 4.0
    event = while_seen("public_event", [0.0, 5.0, 8.0, 9.0], [5.0, 8.0, 9.0, 20.0], readings, [(5.0, 8.0)])
    assert event is not None
    assert event.probability == pytest.approx(CALIBRATION.score((3 * 1.0 + 4.0) / 4).probability)


def test_two_stretches_of_the_claimant_are_two_spans() -> None:
    readings = [reading(1.0), reading(-3.0), reading(3.0)]
    found = while_seen("private_context", [0.0, 1.0, 2.0], [1.0, 2.0, None], readings, [(0.0, 0.0), (2.0, 2.0)])
    assert found is not None
    assert found.spans == ((0.0, 1.0), (2.0, 2.0))
    assert found.probability == CALIBRATION.score(2.0).probability
    assert while_seen("private_context", [0.0, 1.0, 2.0], [1.0, 2.0, None], readings, [(5.0, 6.0)]) is None


def test_a_flash_is_no_stretch() -> None:
    """A quarter of a second of a bedroom between streets counts with what is beside it."""
    seconds, until = [0.0, 10.0, 10.25], [10.0, 10.25, 20.0]
    found = strongest_stretch("private_context", seconds, until, [reading(-4.0), reading(4.0), reading(-4.0)])
    assert found.probability == pytest.approx(CALIBRATION.score(0.25 * 4.0 - 0.75 * 4.0).probability)


def test_a_frame_that_stands_for_long_is_meant_as_a_whole() -> None:
    found = strongest_stretch("private_context", [0.0, 5.0, 9.0], [5.0, 9.0, 12.0], [reading(v) for v in (-4, 3, -4)])
    assert found.spans == ((5.0, 9.0),)


def test_frames_of_unknown_times_are_one_stretch() -> None:
    found = strongest_stretch("private_context", [0.0, 1.0], [None, None], [reading(-1.0), reading(3.0)])
    assert found.probability == CALIBRATION.score(1.0).probability
    assert found.seconds == 0.0


@given(timelines(), st.data())
def test_what_shows_nothing_changes_no_score(
    made: tuple[list[float], list[float | None], list[SceneReading]], data: st.DataObject
) -> None:
    """Black of any length, anywhere: the three scores are those of the film without it; the time line marks it."""
    seconds, until, readings = made
    place = data.draw(st.integers(0, len(seconds)))
    length = data.draw(st.sampled_from((0.25, 1.0, 60.0)))
    begin = seconds[place] if place < len(seconds) else until[-1]
    assert begin is not None
    later = [end + length for end in until[place:] if end is not None]
    longer = [*seconds[:place], begin, *[second + length for second in seconds[place:]]]
    ends = [*until[:place], begin + length, *later]
    between = [*readings[:place], reading(9.0, 9.0), *readings[place:]]
    nothing = [index == place for index in range(len(longer))]
    before = scene_signal("v", list(seconds), readings, "m", until=until)
    after = scene_signal("v", list(longer), between, "m", until=ends, nothing=nothing)
    assert before.private_context.probability == after.private_context.probability
    assert before.public_event.probability == after.public_event.probability
    assert before.private_context.stretch is not None
    assert after.private_context.stretch is not None
    assert before.private_context.stretch.probability == after.private_context.stretch.probability
    assert [moment.shows_nothing for moment in after.timeline] == nothing


def test_a_film_of_nothing_has_no_signal(tmp_path: Path) -> None:
    write_tiny_model(tmp_path)
    scorer = SceneScorer.load(RuntimeSettings(threads=1), tmp_path)
    readings = scorer.score([plain(0, 0)])
    with pytest.raises(ValueError, match="no frame shows anything"):
        scene_signal("v", [0.0], readings, "m", nothing=[True])
    with pytest.raises(ValueError, match="2 remarks for 1 frames"):
        scene_signal("v", [0.0], readings, "m", nothing=[True, False])
