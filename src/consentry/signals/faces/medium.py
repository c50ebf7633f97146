"""From the faces of one medium, and the template of one claim, to the signal that a reviewer sees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from consentry.records import Box, Face, FaceQuality, FaceSignal, FaceTrack
from consentry.signals.faces.bands import (
    Calibration,
    PairBand,
    band_of_medium,
    coarse_probability,
    coarse_ratio,
    false_match_probability,
    likelihood_ratio_of_medium,
)
from consentry.signals.faces.templates import Template, distance, pool
from consentry.signals.faces.tracks import Sighting, best_of, link, spans


@dataclass(frozen=True, eq=False)
class FoundFace:
    """A detected face, before it is compared.

    Attributes:
        frame: Number of its frame in the medium.
        second: When that is; ``None`` in an image.
        box: (4,), in pixels.
        place: The box as a share of the picture.
        points: (5, 2), in pixels.
        probability: The detector's.
        template: ``None`` if it was not embedded, or is too poor to be compared.
    """

    frame: int
    second: float | None
    box: NDArray[np.float32]
    place: Box
    points: NDArray[np.float32]
    probability: float
    quality: FaceQuality
    template: Template | None = None


@dataclass(frozen=True, eq=False)
class _Person:
    """One face of an image, or one track of a video.

    Attributes:
        faces: Indices, in the order of time.
        best: Those that it is judged by, best first; empty if all are poor.
        distance: To the claim's references; NaN if it was not compared.
        band: ``None`` without references.
        probability: ``None`` if nothing can be said.
    """

    faces: list[int]
    best: list[int]
    distance: float = math.nan
    band: PairBand | None = None
    probability: float | None = None

    @property
    def shown(self) -> list[int]:
        """Its faces, the best one first."""
        first = self.best[0] if self.best else self.faces[0]
        return [first, *(index for index in self.faces if index != first)]


def signal_of_medium(
    media_id: str,
    model: str,
    faces: Sequence[FoundFace],
    reference: Template | None,
    calibration: Calibration | None,
) -> tuple[FaceSignal, tuple[float, ...]]:
    """The signal of one medium.

    Args:
        media_id: Of the medium.
        model: Detector and embedder.
        faces: Of all its frames, in their order.
        reference: Of the claim; ``None`` leaves faces located and nothing more.
        calibration: Of the embedder; ``None`` makes every answer ``inconclusive``.

    Returns:
        The signal, and the distance of each of its faces in their order there; that one is for evaluation alone.
    """
    persons = _persons(faces, calibration)
    if reference is not None:
        persons = _compared(persons, faces, reference, calibration)
        # The nearest first; those of which nothing can be said at the end, in the order of time.
        persons.sort(key=lambda person: math.inf if math.isnan(person.distance) else person.distance)
    is_video = any(face.second is not None for face in faces)
    number = {id(person): place for place, person in enumerate(sorted(persons, key=lambda person: person.faces[0]))}
    shown = [(person, index) for person in persons for index in person.shown]
    signal = FaceSignal(
        media_id=media_id,
        model=model,
        faces=tuple(_face(faces[index], person, number[id(person)] if is_video else None) for person, index in shown),
        tracks=tuple(_track(person, faces, number[id(person)]) for person in persons) if is_video else (),
    )
    if reference is not None:
        signal = signal.model_copy(update=_of_all(persons, calibration))
    return signal, tuple(person.distance for person, _ in shown)


def _persons(faces: Sequence[FoundFace], calibration: Calibration | None) -> list[_Person]:
    sightings = [Sighting(face.frame, face.box, face.template) for face in faces]
    if any(face.second is not None for face in faces):
        groups = link(sightings, calibration)
    else:
        groups = [[index] for index in range(len(faces))]
    return [_Person(group, best_of(group, sightings)) for group in groups]


def _compared(
    persons: Sequence[_Person], faces: Sequence[FoundFace], reference: Template, calibration: Calibration | None
) -> list[_Person]:
    chances = sum(bool(person.best) for person in persons)
    found = []
    for person in persons:
        templates = [template for index in person.best if (template := faces[index].template) is not None]
        if not templates:
            found.append(replace(person, band="inconclusive"))
            continue
        apart = distance(pool(templates), reference)
        if calibration is None:
            found.append(replace(person, distance=apart, band="inconclusive"))
            continue
        band = calibration.band_of_distance(apart, chances)
        probability = coarse_probability(calibration.probability(apart), calibration.certainty)
        found.append(replace(person, distance=apart, band=band, probability=probability))
    return found


def _of_all(persons: Sequence[_Person], calibration: Calibration | None) -> dict[str, object]:
    """What can be said of the medium as a whole."""
    bands = [person.band for person in persons if person.band is not None]
    compared = [person.distance for person in persons if person.best]
    fields: dict[str, object] = {"band": band_of_medium(bands), "compared": len(compared)}
    if calibration is None or not persons:
        return fields
    # Of a face that is too poor nothing is known: it is as likely the claimant's as anybody's.
    ratios = [calibration.likelihood_ratio(apart) for apart in compared]
    ratio = likelihood_ratio_of_medium(ratios + [1.0] * (len(persons) - len(ratios)))
    fields["likelihood_ratio"] = coarse_ratio(ratio)
    fields["match_probability"] = coarse_probability(ratio / (1.0 + ratio), calibration.certainty)
    rate = calibration.false_match_rate(min(compared)) if compared else 1.0
    if rate < 1.0:
        fields["false_match_probability"] = round(coarse_ratio(false_match_probability(rate, len(compared))), 6)
    return fields


def _face(face: FoundFace, person: _Person, track: int | None) -> Face:
    return Face(
        box=face.place,
        second=face.second,
        detection_probability=round(min(face.probability, 1.0), 4),
        quality=face.quality,
        band=person.band,
        match_probability=person.probability,
        track=track,
    )


def _track(person: _Person, faces: Sequence[FoundFace], number: int) -> FaceTrack:
    seen = [faces[index] for index in person.faces]
    seconds = [face.second for face in seen if face.second is not None]
    best = faces[person.shown[0]].second
    return FaceTrack(
        track=number,
        from_second=seconds[0],
        until_second=seconds[-1],
        spans=spans([face.frame for face in seen], seconds),
        best_second=seconds[0] if best is None else best,
        frames=len(seen),
        usable_frames=sum(face.quality.usable for face in seen),
        band=person.band,
        match_probability=person.probability,
    )
