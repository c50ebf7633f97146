"""What a scene model says of the rows of a manifest, by the serving runtime: the material of every evaluation.

Runs on the core install; nothing of the training is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.media import MediaError, OpenedMedia, open_media
from consentry.records import Media
from consentry.signals.scene import SceneScorer
from consentry.signals.scene.scorer import SceneHead
from consentry.training.data.evaluation_manifest import EvaluationRow
from consentry.training.data.pictures import Skipped
from consentry.training.measures.metrics import Scores, Truth
from consentry.training.progress import Progress, silent
from consentry.training.scene.outputs import SceneOutput, output_of
from consentry.training.scene.slices import Measured

CONTEXT_OF: Final[Mapping[SceneHead, str]] = {"private_context": "private", "public_event": "public_event"}
"""The context that counts as positive for each head."""

_FRAMES_AT_ONCE = 32
_LUMA = np.array([0.299, 0.587, 0.114]) / 255
"""ITU-R BT.601."""


@dataclass(frozen=True)
class ScenePrediction:
    """One row and what the model said of it.

    Attributes:
        row: Of the manifest.
        output: Of the model.
        measured: What is kept of its pixels, for slices.
    """

    row: EvaluationRow
    output: SceneOutput = field(repr=False)
    measured: Measured

    def is_positive(self, head: SceneHead) -> bool:
        """Whether the manifest says yes to what the head asks."""
        return self.row.row.context == CONTEXT_OF[head]


def predict(
    rows: Sequence[EvaluationRow], scorer: SceneScorer, *, progress: Progress = silent
) -> tuple[list[ScenePrediction], list[Skipped]]:
    """What the model says of each row, and the rows whose files could not be read."""
    predictions: list[ScenePrediction] = []
    skipped: list[Skipped] = []
    waiting: list[tuple[EvaluationRow, int, Measured]] = []
    frames: list[NDArray[np.uint8]] = []

    def score() -> None:
        readings = iter(scorer.score(frames))
        for row, count, measured in waiting:
            output = output_of(scorer, [next(readings) for _ in range(count)])
            predictions.append(ScenePrediction(row, output, measured))
        waiting.clear()
        frames.clear()

    for done, row in enumerate(rows, start=1):
        try:
            opened = open_media(Media(path=row.row.path, media_id=row.row.name or "a row without a path"))
        except MediaError as error:
            skipped.append(Skipped(name=row.row.name, code=error.code, reason=error.message))
        else:
            pixels = [frame.pixels for frame in opened.frames]
            waiting.append((row, len(pixels), _measured(opened)))
            frames.extend(pixels)
        if len(frames) >= _FRAMES_AT_ONCE or done == len(rows):
            score()
            progress("scores", done, len(rows))
    return predictions, skipped


def truth_of(predictions: Sequence[ScenePrediction], head: SceneHead) -> Truth:
    """Whether each row is a positive of the head."""
    return np.array([prediction.is_positive(head) for prediction in predictions], dtype=np.bool_)


def probabilities_of(predictions: Sequence[ScenePrediction], head: SceneHead) -> Scores:
    """The calibrated probability of each row."""
    return np.array([prediction.output.probabilities[head] for prediction in predictions], dtype=np.float64)


def logits_of(predictions: Sequence[ScenePrediction], head: SceneHead) -> Scores:
    """The logit of each row."""
    return np.array([prediction.output.logits[head] for prediction in predictions], dtype=np.float64)


def groups_of(predictions: Sequence[ScenePrediction]) -> list[str]:
    """What each row is drawn with in a bootstrap."""
    return [prediction.row.group for prediction in predictions]


def _measured(opened: OpenedMedia) -> Measured:
    means = np.mean([frame.pixels.mean(axis=(0, 1)) for frame in opened.frames], axis=0)
    return Measured(max(opened.width, opened.height), float(means @ _LUMA))
