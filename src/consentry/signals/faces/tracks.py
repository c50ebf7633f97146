"""Which faces of a video's frames are one person's, so that a person who stays in the picture is one chance, not sixty.

A face goes on from frame to frame while its box overlaps the last one (SORT, Bewley et al. 2016, without its motion
model: a second lies between two frames) or while the faces look alike; in the end, tracks that look alike and are never
seen together are put together. All of it happens within one call, with templates that do not outlive it; where faces
are not embedded, boxes have to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.signals.faces.bands import Calibration
from consentry.signals.faces.templates import Template, distance, distances, pool

OVERLAP = 0.3
"""Intersection over union from which two boxes of neighbouring frames are taken for one face, as in SORT."""
LOST_AFTER = 3
"""A face not seen for this many frames is lost; only its looks can bring it back."""
BEST_FRAMES = 5
"""A track is judged by as many of its best faces; more of the same moment add nothing."""


@dataclass(frozen=True, eq=False)
class Sighting:
    """One face in one frame.

    Attributes:
        frame: Number of the frame in the video's samples.
        box: (4,) left, top, right, bottom.
        template: ``None`` where the face was not embedded, or is too poor to be compared.
    """

    frame: int
    box: NDArray[np.float32]
    template: Template | None = None


def link(sightings: Sequence[Sighting], calibration: Calibration | None) -> list[list[int]]:
    """Put sightings together to tracks.

    Args:
        sightings: In the order of frames.
        calibration: Of the templates' embedder; without one only boxes count.

    Returns:
        Tracks by first appearance, each the indices of its sightings in the order of time.
    """
    tracks: list[list[int]] = []
    frames = sorted({sighting.frame for sighting in sightings})
    by_frame = {frame: [i for i, seen in enumerate(sightings) if seen.frame == frame] for frame in frames}
    for frame in frames:
        alive = [track for track in tracks if frame - sightings[track[-1]].frame <= LOST_AFTER]
        here = by_frame[frame]
        scored = [
            (score, old, new)
            for old, track in enumerate(alive)
            for new, index in enumerate(here)
            if (score := _agreement(sightings, track, index, calibration)) > 0.0
        ]
        taken_old: set[int] = set()
        taken_new: set[int] = set()
        for _, old, new in sorted(scored, key=lambda item: (-item[0], item[1], item[2])):
            if old not in taken_old and new not in taken_new:
                alive[old].append(here[new])
                taken_old.add(old)
                taken_new.add(new)
        tracks.extend([index] for new, index in enumerate(here) if new not in taken_new)
    return tracks if calibration is None else _reunited(sightings, tracks, calibration)


def best_of(indices: Sequence[int], sightings: Sequence[Sighting]) -> list[int]:
    """The sightings of a track that it is judged by: up to `BEST_FRAMES` with the greatest weight, best first."""
    usable = [(template.weight, index) for index in indices if (template := sightings[index].template) is not None]
    return [index for _, index in sorted(usable, key=lambda item: (-item[0], item[1]))[:BEST_FRAMES]]


def spans(frames: Sequence[int], seconds: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """First and last second of each stretch in which a face is seen; a single missed frame does not end one.

    Args:
        frames: Numbers of the frames that it is seen in, ascending.
        seconds: When each of them is.
    """
    found: list[tuple[float, float]] = []
    last = None
    for frame, second in zip(frames, seconds, strict=True):
        if last is not None and frame - last <= 2:
            found[-1] = (found[-1][0], second)
        else:
            found.append((second, second))
        last = frame
    return tuple(found)


def _agreement(
    sightings: Sequence[Sighting], track: Sequence[int], index: int, calibration: Calibration | None
) -> float:
    """How much speaks for a face being that of a track: overlap of boxes and likeness, up to 1 each; 0 if it is not."""
    new, last = sightings[index], sightings[track[-1]]
    overlap = overlap_of(last.box, new.box)
    overlap = overlap if overlap >= OVERLAP else 0.0
    known = next((seen for i in reversed(track) if (seen := sightings[i].template) is not None), None)
    if calibration is None or new.template is None or known is None:
        return overlap
    apart = distance(known, new.template)
    if apart >= calibration.no_match_at_least:
        return 0.0
    likeness = max(0.0, 1.0 - apart / calibration.match_at_most) if calibration.match_at_most > 0 else 0.0
    return overlap + likeness


def _reunited(sightings: Sequence[Sighting], tracks: list[list[int]], calibration: Calibration) -> list[list[int]]:
    """Put tracks together that look alike, nearest first; never two that are seen in one frame."""
    best = [best_of(track, sightings) for track in tracks]
    known = [number for number, chosen in enumerate(best) if chosen]
    # Every track is compared with every other: as many chances for two strangers to be taken for one.
    limit = calibration.match_limit(len(known)) if len(known) > 1 else None
    if limit is None:
        return tracks
    templates = [pool([seen for i in best[number] if (seen := sightings[i].template)]) for number in known]
    apart = distances(templates)
    rows, columns = np.nonzero(np.triu(apart <= limit, 1))
    owner = list(range(len(tracks)))
    members = {number: list(track) for number, track in enumerate(tracks)}
    frames = {number: {sightings[i].frame for i in track} for number, track in enumerate(tracks)}
    for at in np.argsort(apart[rows, columns], kind="stable"):
        one, other = sorted((owner[known[rows[at]]], owner[known[columns[at]]]))
        if one == other or frames[one] & frames[other]:
            continue
        members[one] = sorted(members[one] + members.pop(other))
        frames[one] |= frames.pop(other)
        owner = [one if number == other else number for number in owner]
    return [members[number] for number in sorted(members)]


def overlap_of(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Intersection over union of two boxes."""
    near, far = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    common = float(np.prod(np.maximum(far - near, 0.0)))
    union = float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])) - common
    return common / union if union > 0 else 0.0
