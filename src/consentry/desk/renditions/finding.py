"""Where faces are, so that they can be hidden: from the assessment, and by its detector where that says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.media import Frame
from consentry.records import Box, Face, FaceSignal
from consentry.runtime import ModelError, ModelFolder, RuntimeSettings
from consentry.signals.faces.detection import FaceDetector, MtcnnDetector
from consentry.signals.faces.tracks import LOST_AFTER, Sighting, link, overlap_of

AROUND: Final = 2
"""Frames before and after a face was found, and in between, in which it is hidden at the same place, or on its way."""
_SAME: Final = 0.3
_SECONDS: Final = 0.75
"""How far apart a face of the assessment and one of a clip may lie in time to be one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A face in a picture.

    Attributes:
        is_claimant: Whether it was found to match the claimant.
    """

    box: Box
    is_claimant: bool = False


class FaceFinder:
    """The pipeline's detector, loaded when it is first needed.

    Args:
        models: Another folder of models.
        threads: Of the networks.
    """

    def __init__(self, models: Path | None = None, threads: int = 1) -> None:
        self._models = models
        self._threads = threads
        self._turn = Lock()
        self._detector: FaceDetector | None = None

    def find(self, pictures: Sequence[NDArray[np.uint8]]) -> list[list[Box]]:
        """The faces of each picture.

        Args:
            pictures: (H, W, 3) uint8 RGB.

        Raises:
            ModelError: The detector cannot be loaded.
        """
        with self._turn:
            if self._detector is None:
                settings = RuntimeSettings(threads=self._threads)
                self._detector = MtcnnDetector(ModelFolder.open("faces", root=self._models), settings)
            found = self._detector.detect(pictures)
        return [
            [_share(box, picture.shape[1], picture.shape[0]) for box in detections.boxes]
            for picture, detections in zip(pictures, found, strict=True)
        ]


def places_in_picture(frame: Frame, signal: FaceSignal | None, finder: FaceFinder) -> list[Place] | None:
    """The faces of a still picture.

    Args:
        frame: The picture.
        signal: What the assessment found in it; ``None`` if it was not measured.
        finder: Asked where there is no signal.

    Returns:
        ``None`` if nobody could look for faces.
    """
    if signal is not None:
        return [Place(face.box, face.band == "match") for face in signal.faces]
    try:
        return [Place(box) for box in finder.find([frame.pixels])[0]]
    except ModelError:
        return None


def places_in_film(frames: Sequence[Frame], signal: FaceSignal | None, finder: FaceFinder) -> list[list[Place]] | None:
    """The faces of each frame of a video, followed from frame to frame.

    What the detector misses for a moment is hidden as well, where the face was on its way.

    Args:
        frames: In the order of time.
        signal: What the assessment found, at the moments that it looked at.
        finder: Looks at every frame.

    Returns:
        For each frame its faces; ``None`` if nobody could look for faces.
    """
    try:
        found = finder.find([frame.pixels for frame in frames])
    except ModelError:
        return None
    known: Sequence[Face] = signal.faces if signal is not None else ()
    sightings = []
    for number, (frame, boxes) in enumerate(zip(frames, found, strict=True)):
        assessed = [face.box for face in known if _is_at(face, frame, 0.05)]
        fresh = [box for box in assessed if all(overlap_of(_array(box), _array(other)) < _SAME for other in boxes)]
        sightings += [Sighting(number, _array(box)) for box in (*boxes, *fresh)]
    places: list[list[Place]] = [[] for _ in frames]
    for track in link(sightings, None):
        seen = [sightings[index] for index in track]
        is_claimant = any(_matches(known, frames[each.frame], each.box) for each in seen)
        for number, box in _filled(seen, len(frames)):
            places[number].append(Place(_plain(box), is_claimant))
    return places


def _filled(seen: Sequence[Sighting], frames: int) -> list[tuple[int, NDArray[np.float32]]]:
    """The boxes of a track in each frame from a little before its first to a little after its last sighting."""
    first, last = seen[0], seen[-1]
    filled = [(number, first.box) for number in range(max(0, first.frame - AROUND), first.frame)]
    for one, other in pairwise(seen):
        span = other.frame - one.frame
        steps = range(span if span <= LOST_AFTER + 1 else 1)
        filled += [(one.frame + step, one.box + (other.box - one.box) * np.float32(step / span)) for step in steps]
    filled.append((last.frame, last.box))
    return filled + [(number, last.box) for number in range(last.frame + 1, min(frames, last.frame + AROUND + 1))]


def _matches(known: Sequence[Face], frame: Frame, box: NDArray[np.float32]) -> bool:
    return any(
        face.band == "match" and _is_at(face, frame, _SECONDS) and overlap_of(_array(face.box), box) >= _SAME
        for face in known
    )


def _is_at(face: Face, frame: Frame, seconds: float) -> bool:
    return face.second is not None and frame.second is not None and abs(face.second - frame.second) <= seconds


def _array(box: Box) -> NDArray[np.float32]:
    return np.array(box, np.float32)


def _plain(box: NDArray[np.float32]) -> Box:
    left, top, right, bottom = (float(min(max(edge, 0.0), 1.0)) for edge in box)
    return left, top, right, bottom


def _share(box: NDArray[np.float32], width: int, height: int) -> Box:
    return _plain(np.divide(box, np.array([width, height, width, height], np.float32), dtype=np.float32))
