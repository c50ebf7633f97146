"""From opened media to signals: every model looks at a batch of cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from consentry.claimants import claimant_of
from consentry.copies import copy_signal, looked_up_on
from consentry.faces import FaceMatcher
from consentry.faces.enrolment import ClaimStore
from consentry.look_ahead import OpenedCase
from consentry.parts import Parts
from consentry.records import ErrorNote, FaceSignal, SceneSignal, Signals
from consentry.scene import SceneScorer, scene_signal


def measured(batch: Sequence[OpenedCase], parts: Parts, claims: ClaimStore | None = None) -> Iterator[Signals]:
    """The signals of some cases, in their order; what could not be measured is missing and stands in their errors.

    Args:
        batch: Go through the networks together, which changes no signal.
        parts: What measures.
        claims: Where enrolled reference templates are kept.
    """
    faces = _faces(batch, parts.matcher, claims)
    scenes = _scenes(batch, parts.scorer, [_most_faces(found.signals) for found in faces])
    for opened, scene, found in zip(batch, scenes, faces, strict=True):
        case = opened.case
        words = parts.words.analyse(case.post.text)
        yield Signals(
            media=opened.outcomes,
            scene=scene,
            faces=found.signals,
            # Without a bank nothing was looked up: unknown, not "no copy".
            copies=tuple(
                copy_signal(item.media_id, item.frames, parts.bank, on=looked_up_on(case)) for item in opened.media
            )
            if parts.bank.entries
            else (),
            text=words,
            picture_text=parts.words.read(opened.media),
            references_given=found.given,
            references_used=found.used,
            errors=(*parts.unavailable, *opened.errors, *found.notes, *parts.words.notes_on(case.post.text, words)),
        )


def _scenes(
    batch: Sequence[OpenedCase], scorer: SceneScorer | None, faces: Sequence[Mapping[str, int]]
) -> list[tuple[SceneSignal, ...]]:
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
        for opened, found in zip(batch, faces, strict=True)
    ]


def _faces(batch: Sequence[OpenedCase], matcher: FaceMatcher | None, claims: ClaimStore | None) -> list[_Faces]:
    if matcher is None:
        return [_Faces((), opened.case.enrolled + len(opened.case.references), 0, ()) for opened in batch]
    claimants = [claimant_of(opened, claims) for opened in batch]
    compared = matcher.compare([claimant.claim for claimant in claimants])
    return [
        _Faces(found.signals, claimant.given, found.references_used, (*claimant.notes, *found.refused))
        for claimant, found in zip(claimants, compared, strict=True)
    ]


class _Faces(NamedTuple):
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
