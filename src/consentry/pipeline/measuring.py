"""From opened media to signals: every model looks at a batch of cases, and parts of a case are put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from consentry.pipeline.claimants import claimant_of
from consentry.pipeline.parts import Parts
from consentry.records import CopySignal, ErrorNote, FaceSignal, SceneSignal, Signals
from consentry.signals.copies import copy_signal, looked_up_on
from consentry.signals.faces import FaceMatcher
from consentry.signals.faces.enrolment import ClaimStore
from consentry.signals.opened_cases import OpenedCase
from consentry.signals.scene import SceneScorer, scene_signal

_NOTES_FIRST: Final = {"media": 0, "references": 1}
"""Stages whose notes come before those of measuring."""


def measured(batch: Sequence[OpenedCase], parts: Parts, claims: ClaimStore | None = None) -> Iterator[Signals]:
    """The signals of some cases, or parts, in their order; what could not be measured is missing and stands in errors.

    Args:
        batch: Go through the networks together, which changes no signal.
        parts: What measures.
        claims: Where enrolled reference templates are kept.
    """
    faces = faces_found(batch, parts.matcher, claims)
    scenes = scenes_found(batch, parts.scorer, [found.signals for found in faces])
    for opened, scene, found in zip(batch, scenes, faces, strict=True):
        words = parts.words.analyse(opened.case.post.text) if opened.first else None
        yield Signals(
            media=opened.outcomes,
            scene=scene,
            faces=found.signals,
            copies=copies_found(opened, parts),
            text=words,
            picture_text=parts.words.read(opened.media),
            references_given=found.given,
            references_used=found.used,
            errors=(
                *parts.unavailable,
                *opened.errors,
                *found.notes,
                *(parts.words.notes_on(opened.case.post.text, words) if words else ()),
            ),
        )


def joined(found: Sequence[Signals], unavailable: Sequence[ErrorNote] = ()) -> Signals:
    """The signals of a case from those of its parts; however a case was cut, they are the same.

    Args:
        found: In the order of the media; the first has those of the words.
        unavailable: Notes on what is missing in every case; they come first.
    """
    notes = dict.fromkeys(note for part in found for note in part.errors)
    for note in unavailable:
        notes.pop(note, None)
    return Signals(
        media=tuple(outcome for part in found for outcome in part.media),
        scene=tuple(signal for part in found for signal in part.scene),
        faces=tuple(signal for part in found for signal in part.faces),
        copies=tuple(signal for part in found for signal in part.copies),
        text=found[0].text,
        picture_text=tuple(signal for part in found for signal in part.picture_text),
        # Every part is compared with the same references, unless it was without a model for a moment.
        references_given=max(part.references_given for part in found),
        references_used=max(part.references_used for part in found),
        errors=(*unavailable, *sorted(notes, key=lambda note: _NOTES_FIRST.get(note.stage, len(_NOTES_FIRST)))),
    )


def scenes_found(
    batch: Sequence[OpenedCase], scorer: SceneScorer | None, faces: Sequence[Sequence[FaceSignal]]
) -> list[tuple[SceneSignal, ...]]:
    """The scenes of some cases; ``faces`` are those that were found in each."""
    if scorer is None:
        return [() for _ in batch]
    frames = [frame.pixels for opened in batch for item in opened.media for frame in item.frames]
    readings = iter(scorer.score(frames))
    return [
        tuple(
            scene_signal(
                item.media_id,
                [frame.second for frame in item.frames],
                list(islice(readings, len(item.frames))),
                scorer.model_id,
                scorer.kinds,
                found.get(item.media_id, 0),
                [frame.until for frame in item.frames],
            )
            for item in opened.media
        )
        for opened, found in zip(batch, map(_most_faces, faces), strict=True)
    ]


def faces_found(
    batch: Sequence[OpenedCase], matcher: FaceMatcher | None, claims: ClaimStore | None
) -> list[FacesFound]:
    """The faces of some cases, each compared with the references of its own claim."""
    if matcher is None:
        return [FacesFound((), opened.case.enrolled + len(opened.case.references), 0, ()) for opened in batch]
    claimants = [claimant_of(opened, claims) for opened in batch]
    compared = matcher.compare([claimant.claim for claimant in claimants])
    return [
        FacesFound(found.signals, claimant.given, found.references_used, (*claimant.notes, *found.refused))
        for claimant, found in zip(claimants, compared, strict=True)
    ]


def copies_found(opened: OpenedCase, parts: Parts) -> tuple[CopySignal, ...]:
    """What the bank knows of a case's media. Without a bank nothing was looked up: unknown, not "no copy"."""
    if not parts.bank.entries:
        return ()
    on = looked_up_on(opened.case)
    return tuple(copy_signal(item.media_id, item.frames, parts.bank, on=on) for item in opened.media)


class FacesFound(NamedTuple):
    """What came of the faces of one case."""

    signals: tuple[FaceSignal, ...]
    given: int
    used: int
    notes: tuple[ErrorNote, ...]


def _most_faces(signals: Sequence[FaceSignal]) -> dict[str, int]:
    """By medium, the largest number of faces at one moment."""
    return {
        signal.media_id: max(Counter(face.second for face in signal.faces).values(), default=0) for signal in signals
    }
