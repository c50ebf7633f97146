"""What evaluation asks a scene model, in one place: here a new output of the scorer is taken in.

Everything in evaluation goes by `SceneOutput` and never by the scorer's own records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from consentry.signals.scene import SceneReading, SceneScorer
from consentry.signals.scene.crowd import level_number, level_of
from consentry.signals.scene.scorer import HEADS, SceneHead


@dataclass(frozen=True)
class CrowdOutput:
    """How many people a model expects.

    Attributes:
        count: Expected number of people.
        level: Its step, 0 for the lowest.
    """

    count: float
    level: int


@dataclass(frozen=True)
class SceneOutput:
    """What a model said of one picture or video; a video's is that of its mean log-odds over frames.

    Attributes:
        logits: Uncalibrated, by head.
        probabilities: Calibrated, by head.
        crowd: ``None`` if the model does not count people.
        loudest: By head, the frame that speaks loudest for it.
        maps: By head, the activation map of that frame, shape (rows, columns).
    """

    logits: Mapping[SceneHead, float]
    probabilities: Mapping[SceneHead, float]
    crowd: CrowdOutput | None = None
    loudest: Mapping[SceneHead, int] = field(default_factory=dict)
    maps: Mapping[SceneHead, NDArray[np.float32]] = field(default_factory=dict, repr=False)


def output_of(scorer: SceneScorer, readings: Sequence[SceneReading]) -> SceneOutput:
    """Put the readings of one picture's or video's frames together, as `consentry.signals.scene.scene_signal` does.

    Args:
        scorer: That made the readings.
        readings: One a frame, at least one.
    """
    logits = {head: sum(reading.logit(head) for reading in readings) / len(readings) for head in HEADS}
    loudest = {
        head: max(range(len(readings)), key=lambda index, head=head: readings[index].logit(head))  # type: ignore[misc]
        for head in HEADS
    }
    return SceneOutput(
        logits=logits,
        probabilities={head: scorer.calibrations[head].score(logits[head]).probability for head in HEADS},
        crowd=_crowd(readings),
        loudest=loudest,
        maps={head: readings[loudest[head]].activation_map(head) for head in HEADS},
    )


def crowd_level(count: float) -> int:
    """The step that a true number of people belongs to."""
    return level_number(level_of(count))


def _crowd(readings: Sequence[SceneReading]) -> CrowdOutput | None:
    """That of the frame with the most people."""
    estimate = max(readings, key=lambda reading: reading.log_people or 0.0).crowd()
    return None if estimate is None else CrowdOutput(estimate.people, level_number(estimate.level))
