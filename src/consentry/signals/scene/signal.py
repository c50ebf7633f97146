"""From readings of frames to the signal of one medium, as it stands in an assessment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from consentry.records import CrowdScore, SaliencyMap, SceneKind, SceneMoment, SceneScore, SceneSignal
from consentry.signals.scene.moments import Span, strongest_stretch, time_shares, while_seen
from consentry.signals.scene.scorer import SceneHead, SceneReading

_KINDS_SHOWN = 3
_LEAST_SHOWN = 0.1
"""Kinds of scene that are less likely than this help nobody."""


def scene_signal(
    media_id: str,
    seconds: Sequence[float | None],
    readings: Sequence[SceneReading],
    model_id: str,
    kinds: Sequence[str] = (),
    faces: int = 0,
    until: Sequence[float | None] | None = None,
    nothing: Sequence[bool] = (),
    claimant: Sequence[Span] = (),
) -> SceneSignal:
    """The signal of one medium.

    A video's score is the mean of the calibrated log-odds over its time: a frame that stands for ten seconds weighs ten
    times one that stands for one. So a score says what most of the video shows, one odd frame moves it little, a clip
    of one shot scores as its frames do, and it does not matter how many near-identical frames were left out. Measured
    beside the maximum, the median and others on clips and on films made of them (docs/media.md, `python
    benchmarks/media.py aggregates`). What is shown for a short time has scores of its own: the moments at which the
    claimant is seen, and the most private stretch (`benchmarks/film_moments.py`). Frames that show nothing count in
    none of them; the time line marks them. The thresholds are those of pictures. The frame that speaks loudest for a
    score gives its saliency map; the earliest one where several do. The number of people is that of the frame with the
    most of them, and the kinds of scene are those of the mean.

    Args:
        media_id: Which medium.
        seconds: When each frame is shown; the single ``None`` of an image.
        readings: One a frame, at least one.
        model_id: Which model read them.
        kinds: Names of the kinds of scene that the model knows.
        faces: The largest number of faces that were found at one moment; there are at least as many people.
        until: Until when each frame stands for the video; all frames weigh the same where this is not known.
        nothing: Which frames show nothing; none of them if empty.
        claimant: First and last second of each stretch of a video in which the claimant was found.

    Raises:
        ValueError: There is no frame, no frame shows anything, or the sequences differ in length.

    Returns:
        The signal, with a timeline for a video.
    """
    if not readings or len(readings) != len(seconds):
        raise ValueError(f"{len(readings)} readings for {len(seconds)} frames")
    ends = until or [None] * len(seconds)
    if len(ends) != len(seconds):
        raise ValueError(f"{len(ends)} ends for {len(seconds)} frames")
    blank = nothing or [False] * len(seconds)
    if len(blank) != len(seconds):
        raise ValueError(f"{len(blank)} remarks for {len(seconds)} frames")
    timeline = tuple(
        SceneMoment(
            second=round(second, 3),
            until=None if end is None else round(end, 3),
            private_context=reading.score("private_context").probability,
            public_event=reading.score("public_event").probability,
            shows_nothing=empty,
        )
        for second, end, reading, empty in zip(seconds, ends, readings, blank, strict=True)
        if second is not None
    )
    shown = [index for index, empty in enumerate(blank) if not empty]
    if not shown:
        raise ValueError("no frame shows anything")
    seconds, ends = [seconds[index] for index in shown], [ends[index] for index in shown]
    readings = [readings[index] for index in shown]
    shares = time_shares(seconds, ends)
    private = _score("private_context", seconds, readings, shares)
    event = _score("public_event", seconds, readings, shares)
    times = [second for second in seconds if second is not None]
    if len(times) == len(seconds):
        stretch = strongest_stretch("private_context", times, ends, readings)
        here = while_seen("private_context", times, ends, readings, claimant)
        private = private.model_copy(update={"while_claimant": here, "stretch": stretch})
        event = event.model_copy(update={"while_claimant": while_seen("public_event", times, ends, readings, claimant)})
    return SceneSignal(
        media_id=media_id,
        model=model_id,
        private_context=private,
        public_event=event,
        crowd=_crowd(seconds, readings, faces),
        looks_like=_likeliest(readings, kinds, shares),
        timeline=timeline,
    )


def _crowd(seconds: Sequence[float | None], readings: Sequence[SceneReading], faces: int) -> CrowdScore | None:
    most = max(range(len(readings)), key=lambda index: readings[index].log_people or 0.0)
    estimate, second = readings[most].crowd(at_least=faces), seconds[most]
    if estimate is None:
        return None
    return CrowdScore(
        people=estimate.people,
        low=estimate.low,
        high=estimate.high,
        level=estimate.level,
        probability=estimate.probability,
        certain=estimate.certain,
        saliency=saliency_map(readings[most].crowd_map()),
        second=None if second is None else round(second, 3),
    )


def _likeliest(
    readings: Sequence[SceneReading], kinds: Sequence[str], shares: NDArray[np.float64]
) -> tuple[SceneKind, ...]:
    if not len(kinds):
        return ()
    probabilities = np.stack([reading.kinds for reading in readings]).astype(np.float64)
    mean: NDArray[np.float64] = np.average(probabilities, axis=0, weights=shares)
    order = np.argsort(-mean, kind="stable")[:_KINDS_SHOWN]
    found = (SceneKind(kind=kinds[index], probability=round(float(mean[index]), 4)) for index in order)
    return tuple(kind for kind in found if kind.probability >= _LEAST_SHOWN)


def _score(
    head: SceneHead, seconds: Sequence[float | None], readings: Sequence[SceneReading], shares: NDArray[np.float64]
) -> SceneScore:
    logits = [reading.logit(head) for reading in readings]
    # Calibration is linear in log-odds, so the mean of the calibrated log-odds is the calibrated mean logit.
    calibrated = readings[0].calibrations[head].score(float(np.average(logits, weights=shares)))
    loudest = max(range(len(logits)), key=lambda index: logits[index])
    second = seconds[loudest]
    return SceneScore(
        probability=calibrated.probability,
        low=calibrated.low,
        high=calibrated.high,
        band=calibrated.band,
        saliency=saliency_map(readings[loudest].activation_map(head)),
        second=None if second is None else round(second, 3),
    )


def saliency_map(activation: NDArray[np.float32]) -> SaliencyMap:
    """A class activation map (Zhou et al. 2016) as a grid of 0-100.

    Cells that speak against the class are 0; the others are scaled so that the strongest is 100. Where none speaks
    for it, all are 0.

    Args:
        activation: Shape (rows, columns), in logits.
    """
    positive = np.maximum(activation.astype(np.float64), 0.0)
    peak = positive.max()
    scaled = np.rint(positive * (100.0 / peak)).astype(np.int64) if peak > 0 else positive.astype(np.int64)
    rows, columns = scaled.shape
    return SaliencyMap(rows=rows, columns=columns, values=tuple(int(value) for value in scaled.ravel()))
