"""Scores of some moments of a film: while the claimant is seen, and its most private stretch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.records import MomentsScore
from consentry.signals.scene.scorer import SceneHead, SceneReading

SHORTEST: Final = 1.0
"""Seconds that a stretch lasts at least: what flashes by, or one odd frame of a moving camera, is none."""
_ROUNDING: Final = 0.0005
"""Times of faces and of frames come from the same sampling, but a record may have been rounded."""

Span = tuple[float, float]


def while_seen(
    head: SceneHead,
    seconds: Sequence[float],
    until: Sequence[float | None],
    readings: Sequence[SceneReading],
    spans: Sequence[Span],
) -> MomentsScore | None:
    """The score of the frames that lie in some spans, weighed by the time that each stands for.

    Args:
        head: Which score.
        seconds: When each frame is shown, ascending; only frames that show something.
        until: Until when each stands for the film; all weigh the same where this is not known.
        readings: One a frame.
        spans: First and last second of each stretch in which somebody is seen.

    Returns:
        ``None`` if no frame lies in any of them.
    """
    chosen = [
        index
        for index, second in enumerate(seconds)
        if any(first - _ROUNDING <= second <= last + _ROUNDING for first, last in spans)
    ]
    if not chosen:
        return None
    lasting = time_weights([seconds[index] for index in chosen], [until[index] for index in chosen])
    logits = [readings[index].logit(head) for index in chosen]
    shown: list[Span] = []
    for index in chosen:
        first, last = seconds[index], _end(seconds[index], until[index])
        # Frames that stand beside each other in the film are one span.
        if shown and index - 1 in chosen and first - shown[-1][1] <= _ROUNDING:
            shown[-1] = (shown[-1][0], last)
        else:
            shown.append((first, last))
    return _score(head, readings[0], float(np.average(logits, weights=lasting)), shown, seconds, until)


def strongest_stretch(
    head: SceneHead, seconds: Sequence[float], until: Sequence[float | None], readings: Sequence[SceneReading]
) -> MomentsScore:
    """The stretch of at least `SHORTEST` seconds with the largest mean log-odds over its time; the earliest of several.

    What shows nothing is not in it, nor does it end one: it takes no time here. The largest mean over stretches of a
    least length begins or ends at a frame's edge, and is shorter than twice that length, since of a longer one some
    half would do as well (Chung and Lu 2005, An Optimal Algorithm for the Maximum-Density Segment Problem). So all
    stretches of just that length that begin or end at an edge are looked at, and those between two edges.

    Args:
        head: Which score.
        seconds: When each frame is shown, ascending; only frames that show something, at least one.
        until: Until when each stands for the film.
        readings: One a frame.

    Returns:
        The score, with its one span; of all frames together if they last less than `SHORTEST`.
    """
    lasting = time_weights(seconds, until)
    logits = np.array([reading.logit(head) for reading in readings], np.float64)
    edges = np.concatenate([[0.0], np.cumsum(lasting)])
    sums = np.concatenate([[0.0], np.cumsum(lasting * logits)])
    total = float(edges[-1])
    # Frames whose times are not known have weights but no length in seconds: all of them are one stretch.
    if not any(_end(second, end) > second for second, end in zip(seconds, until, strict=True)) or total <= SHORTEST:
        whole = [(seconds[0], _end(seconds[-1], until[-1]))]
        return _score(head, readings[0], float(sums[-1] / total), whole, seconds, until)
    begins = np.concatenate([edges, edges - SHORTEST])
    begins = np.unique(np.clip(begins, 0.0, total - SHORTEST))
    best, chosen = -np.inf, (0.0, total)
    for begin in begins:
        inside = edges[(edges > begin + SHORTEST) & (edges < begin + 2 * SHORTEST)]
        ends = np.concatenate([[begin + SHORTEST], inside])
        means = (np.interp(ends, edges, sums) - np.interp(begin, edges, sums)) / (ends - begin)
        place = int(np.argmax(means))
        if means[place] > best + 1e-9:
            best, chosen = float(means[place]), (float(begin), float(ends[place]))
    chosen = _widened(chosen, best, edges, logits)
    span = (_moment(chosen[0], edges, seconds, last=False), _moment(chosen[1], edges, seconds, last=True))
    return _score(head, readings[0], max(best, float(sums[-1] / total)), [span], seconds, until)


def _widened(span: Span, mean: float, edges: NDArray[np.float64], logits: NDArray[np.float64]) -> Span:
    """As far as frames beside it are no less private, a frame that stands for long among them: all of it is meant."""
    begin, end = span
    first = int(np.searchsorted(edges, begin, side="left")) - 1
    while first >= 0 and logits[first] >= mean - 1e-9:
        begin, first = float(edges[first]), first - 1
    last = int(np.searchsorted(edges, end, side="right")) - 1
    while last < len(logits) and logits[last] >= mean - 1e-9:
        end, last = float(edges[last + 1]), last + 1
    return begin, end


def _score(
    head: SceneHead,
    reading: SceneReading,
    logit: float,
    spans: Sequence[Span],
    seconds: Sequence[float],
    until: Sequence[float | None],
) -> MomentsScore:
    calibrated = reading.calibrations[head].score(logit)
    shown = sum(
        max(0.0, min(_end(second, end), last) - max(second, first))
        for first, last in spans
        for second, end in zip(seconds, until, strict=True)
    )
    return MomentsScore(
        probability=calibrated.probability,
        low=calibrated.low,
        high=calibrated.high,
        band=calibrated.band,
        spans=tuple((round(first, 3), round(last, 3)) for first, last in spans),
        seconds=round(shown, 3),
    )


def time_weights(seconds: Sequence[float | None], until: Sequence[float | None]) -> NDArray[np.float64]:
    """How long each frame stands for the film, in seconds; 1 for all where times are not known.

    A frame that stands for no time at all (the last of a video whose end is not known) counts as one of the shortest.
    """
    lasting = [
        0.0 if second is None or end is None else end - second for second, end in zip(seconds, until, strict=True)
    ]
    known = [seconds for seconds in lasting if seconds > 0.0]
    shortest = min(known) if known else 1.0
    return np.array([max(seconds, shortest) for seconds in lasting], np.float64)


def time_shares(seconds: Sequence[float | None], until: Sequence[float | None]) -> NDArray[np.float64]:
    """`time_weights` as shares of the whole."""
    weights = time_weights(seconds, until)
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _end(second: float, until: float | None) -> float:
    return second if until is None else max(second, until)


def _moment(shown: float, edges: NDArray[np.float64], seconds: Sequence[float], *, last: bool) -> float:
    """The second of the film at which so much of it has been shown, less what shows nothing."""
    index = int(np.searchsorted(edges, shown - 1e-9 if last else shown + 1e-9, side="right")) - 1
    index = min(max(index, 0), len(seconds) - 1)
    return seconds[index] + float(shown - edges[index])
