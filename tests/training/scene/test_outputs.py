from __future__ import annotations

from dataclasses import replace

import pytest
from scene_models import plain, write_tiny_model

from consentry.runtime import RuntimeSettings
from consentry.signals.scene import SceneScorer
from consentry.signals.scene.crowd import CrowdCalibration
from consentry.training.scene.outputs import CrowdOutput, crowd_level, output_of


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> SceneScorer:
    root = tmp_path_factory.mktemp("models")
    write_tiny_model(root)
    return SceneScorer.load(RuntimeSettings(threads=1), root)


def test_frames_are_put_together_and_the_loudest_gives_the_map(scorer: SceneScorer) -> None:
    readings = scorer.score([plain(127, 159), plain(175, 127)])
    output = output_of(scorer, readings)
    assert output.logits == {"private_context": pytest.approx(1.5), "public_event": pytest.approx(1.0)}
    assert output.probabilities["private_context"] == scorer.calibrations["private_context"].score(1.5).probability
    assert output.loudest == {"private_context": 1, "public_event": 0}
    assert (output.maps["public_event"] == readings[0].activation_map("public_event")).all()
    assert output.crowd is None  # this model counts nobody


def test_the_fullest_frame_says_how_many_people_there_are(scorer: SceneScorer) -> None:
    (reading,) = scorer.score([plain(127, 127)])
    frames = [
        replace(reading, log_people=value, crowd_calibration=CrowdCalibration(0.0, 0.05)) for value in (0.3, 2.0, 1.0)
    ]
    assert output_of(scorer, frames).crowd == CrowdOutput(99.0, crowd_level(99))


def test_levels_ascend() -> None:
    assert [crowd_level(count) for count in (0, 1, 4, 15, 80, 5000)] == [0, 1, 2, 3, 4, 5]
