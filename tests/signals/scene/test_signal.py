from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scene_models import plain, write_tiny_model

from consentry.runtime import RuntimeSettings
from consentry.signals.scene import SceneReading, SceneScorer, saliency_map, scene_signal
from consentry.signals.scene.moments import time_shares


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> SceneScorer:
    root: Path = tmp_path_factory.mktemp("models")
    write_tiny_model(root)
    return SceneScorer.load(RuntimeSettings(threads=1), root)


def test_an_image_has_one_score_and_no_timeline(scorer: SceneScorer) -> None:
    readings = scorer.score([plain(160, 90)])
    signal = scene_signal("a.jpg", [None], readings, scorer.model_id)
    assert signal.media_id == "a.jpg"
    assert signal.model == "scene@tiny"
    assert signal.timeline == ()
    assert signal.private_context.second is None
    assert signal.private_context.probability == readings[0].score("private_context").probability
    assert signal.private_context.saliency is not None
    assert set(signal.private_context.saliency.values) == {100}
    assert signal.public_event.saliency is not None
    assert set(signal.public_event.saliency.values) == {0}


def test_a_video_scores_the_mean_of_log_odds_and_shows_its_loudest_frames(scorer: SceneScorer) -> None:
    left = plain(0, 127)
    left[:, :15, 0] = 255
    frames = [plain(127, 200), left, plain(159, 127), plain(159, 127)]
    readings = scorer.score(frames)
    seconds = [0.0, 1.0, 2.0, 3.0004]
    signal = scene_signal("v.mp4", seconds, readings, scorer.model_id)
    mean = sum(reading.logit("private_context") for reading in readings) / 4
    assert signal.private_context.probability == scorer.calibrations["private_context"].score(mean).probability
    assert [moment.second for moment in signal.timeline] == [0.0, 1.0, 2.0, 3.0]
    assert [moment.private_context for moment in signal.timeline] == [
        reading.score("private_context").probability for reading in readings
    ]
    assert signal.private_context.second == 2.0  # the earlier of two equally loud ones
    assert signal.public_event.second == 0.0
    low, high = signal.private_context.low, signal.private_context.high
    assert low <= signal.private_context.probability <= high


def test_one_frame_of_a_video_keeps_its_second(scorer: SceneScorer) -> None:
    signal = scene_signal("v.mp4", [0.0], scorer.score([plain(1, 2)]), scorer.model_id)
    assert signal.private_context.second == 0.0
    assert len(signal.timeline) == 1


def test_repeating_every_frame_changes_no_probability(scorer: SceneScorer) -> None:
    readings = scorer.score([plain(150, 20), plain(90, 220)])
    once = scene_signal("v", [0.0, 1.0], readings, "m")
    twice = scene_signal("v", [0.0, 0.5, 1.0, 1.5], [r for r in readings for _ in range(2)], "m")
    assert once.private_context.probability == twice.private_context.probability
    assert once.public_event.probability == twice.public_event.probability


def test_a_frame_weighs_as_much_as_the_time_that_it_stands_for(scorer: SceneScorer) -> None:
    short, long = scorer.score([plain(150, 20), plain(90, 220)])
    weighted = scene_signal("v", [0.0, 1.0], [short, long], "m", until=[1.0, 10.0])
    spelt_out = scene_signal("v", [float(second) for second in range(10)], [short, *[long] * 9], "m")
    assert weighted.private_context.probability == spelt_out.private_context.probability
    assert weighted.public_event.probability == spelt_out.public_event.probability
    assert (
        weighted.private_context.probability
        != scene_signal("v", [0.0, 1.0], [short, long], "m").private_context.probability
    )
    assert [(moment.second, moment.until) for moment in weighted.timeline] == [(0.0, 1.0), (1.0, 10.0)]


def test_a_last_frame_of_unknown_end_counts_as_a_short_one() -> None:
    assert time_shares([0.0, 2.0, 6.0], [2.0, 6.0, 6.0]).tolist() == [0.25, 0.5, 0.25]
    assert time_shares([None], [None]).tolist() == [1.0]
    assert time_shares([0.0, 1.0], [None, None]).tolist() == [0.5, 0.5]


def test_frames_and_readings_have_to_match(scorer: SceneScorer) -> None:
    readings: list[SceneReading] = scorer.score([plain(1, 2)])
    with pytest.raises(ValueError, match="1 readings for 2 frames"):
        scene_signal("x", [0.0, 1.0], readings, "m")
    with pytest.raises(ValueError, match="1 ends for 2 frames"):
        scene_signal("x", [0.0, 1.0], readings * 2, "m", until=[1.0])
    with pytest.raises(ValueError, match="0 readings"):
        scene_signal("x", [], [], "m")


@given(arrays.arrays(np.float32, (3, 5), elements=st.floats(-50, 50, width=32)))
def test_saliency_runs_from_0_to_100_and_ignores_what_speaks_against(activation: np.ndarray) -> None:
    grid = saliency_map(activation)
    values = np.array(grid.values).reshape(grid.rows, grid.columns)
    assert values.min() >= 0
    assert values.max() == (100 if activation.max() > 0 else 0)
    assert (values[activation <= 0] == 0).all()
    order = np.argsort(activation, axis=None)
    assert (np.diff(values.ravel()[order]) >= 0).all()
