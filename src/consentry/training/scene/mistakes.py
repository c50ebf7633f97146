"""The hardest mistakes as pictures: where a model is surest and wrong, and what it looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.media import MediaError, open_media
from consentry.records import Media
from consentry.signals.scene import saliency_map
from consentry.signals.scene.scorer import SceneHead
from consentry.training.measures.metrics import Scores, Truth
from consentry.training.measures.pages import jpeg_address
from consentry.training.scene.evaluation import SceneEvaluation
from consentry.training.scene.predictions import ScenePrediction

_SIDE: Final = 240
_HEAT: Final = (239, 68, 68)


@dataclass(frozen=True)
class Mistake:
    """One wrong answer.

    Attributes:
        name: Of the row, as the manifest has it.
        context: What the manifest says.
        label: The manifest's own class, if it has one.
        probability: What the model said.
        picture: As a ``data:`` address; empty if it cannot be opened any more.
        saliency: The same picture with the parts that speak for the head in red.
    """

    name: str
    context: str
    label: str
    probability: float
    picture: str
    saliency: str


def hardest_mistakes(
    evaluation: SceneEvaluation, head: SceneHead, *, most: int = 6
) -> tuple[tuple[Mistake, ...], tuple[Mistake, ...]]:
    """The false alarms of the highest and the misses of the lowest probability, at the shipped threshold.

    Args:
        evaluation: With its predictions.
        head: Which head.
        most: Of each kind.
    """
    alarms, misses = worst(
        evaluation.truth(head),
        evaluation.probabilities(head),
        evaluation.logits(head),
        threshold=evaluation.scorer.calibrations[head].decision,
        most=most,
    )
    return (
        tuple(_draw(evaluation.predictions[index], head) for index in alarms),
        tuple(_draw(evaluation.predictions[index], head) for index in misses),
    )


def worst(
    truth: Truth, probabilities: Scores, logits: Scores, *, threshold: float, most: int
) -> tuple[list[int], list[int]]:
    """Row numbers of the false alarms and of the misses, the worst first."""
    called = probabilities >= threshold
    alarms = [int(index) for index in np.argsort(-logits, kind="stable") if called[index] and not truth[index]]
    misses = [int(index) for index in np.argsort(logits, kind="stable") if truth[index] and not called[index]]
    return alarms[:most], misses[:most]


def _draw(prediction: ScenePrediction, head: SceneHead) -> Mistake:
    row, output = prediction.row, prediction.output
    picture = saliency = ""
    try:
        frames = open_media(Media(path=row.row.path, media_id=row.row.name), longest_side=_SIDE).frames
    except MediaError:  # gone since it was scored; the mistake stands without its picture
        frames = ()
    if frames:
        pixels = frames[min(output.loudest[head], len(frames) - 1)].pixels
        picture = _address(pixels)
        saliency = _address(overlay(pixels, saliency_map(output.maps[head]).values, output.maps[head].shape))
    return Mistake(
        name=row.row.name,
        context=row.columns.get("context", row.row.context) or row.row.context,
        label=row.columns.get("label", "") or row.columns.get("fine", ""),
        probability=output.probabilities[head],
        picture=picture,
        saliency=saliency,
    )


def overlay(pixels: NDArray[np.uint8], values: Sequence[int], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The picture in grey, with what speaks for a score in red.

    Args:
        pixels: (height, width, 3), RGB.
        values: 0-100, row by row.
        shape: Rows and columns of the values.
    """
    from PIL import Image

    picture = Image.fromarray(pixels)
    grid = (np.array(values, np.float64).reshape(shape) * 2.55).astype(np.uint8)
    heat = Image.fromarray(grid).resize(picture.size, Image.Resampling.BICUBIC)
    grey = picture.convert("L").convert("RGB")
    strength = heat.point([int(value * 0.6) for value in range(256)])
    return np.asarray(Image.composite(Image.new("RGB", picture.size, _HEAT), grey, strength))


def _address(pixels: NDArray[np.uint8]) -> str:
    from PIL import Image

    return jpeg_address(Image.fromarray(pixels), quality=78)
