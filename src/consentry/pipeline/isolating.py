"""Measuring, whatever breaks: then case by case, medium by medium and model by model. What works counts.

What is missing is said, and is unknown to the policy, never no: the reviewer is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, TypeVar

from consentry.defects import InternalError, as_known
from consentry.pipeline.measuring import FacesFound, copies_found, faces_found, measured, scenes_found
from consentry.pipeline.parts import Parts
from consentry.records import ErrorNote, Signals
from consentry.signals.faces.enrolment import ClaimStore
from consentry.signals.opened_cases import OpenedCase

_Found = TypeVar("_Found")
_Else = TypeVar("_Else")

_DOING: Final = {
    "faces": "faces from being looked for",
    "scene": "the scene from being scored",
    "copies": "copies from being looked up",
    "text": "the words from being read",
    "reading": "the words inside a medium from being read",
}
"""Stages, as notes name them, and what did not come about."""


class MeasuredPart(NamedTuple):
    """What was measured of a case, or of a part of one.

    Attributes:
        signals: To be joined.
        defects: Those of ours that were met, on opening it too.
    """

    signals: list[Signals]
    defects: Sequence[InternalError]


def measured_each(
    batch: Sequence[OpenedCase], parts: Parts, claims: ClaimStore | None = None
) -> list[MeasuredPart]:  # fmt: skip
    """What is measured of each case of a batch, or part of one; whatever breaks costs as little as possible.

    Args:
        batch: Go through the networks together, as long as nothing breaks.
        parts: What measures.
        claims: Where enrolled reference templates are kept.
    """
    with suppress(Exception):  # what it is, is seen when each is measured by itself
        signals = measured(batch, parts, claims)
        return [MeasuredPart([found], opened.defects) for opened, found in zip(batch, signals, strict=True)]
    if len(batch) > 1:
        return [found for opened in batch for found in measured_each([opened], parts, claims)]
    found, defects = [], [*batch[0].defects]
    for part in batch[0].medium_by_medium():
        attempts = _Attempts(part)
        found.append(_measured(part, attempts, parts, claims))
        defects += attempts.defects
    return [MeasuredPart(found, defects)]


def _measured(opened: OpenedCase, attempts: _Attempts, parts: Parts, claims: ClaimStore | None) -> Signals:
    case = opened.case
    unknown = FacesFound((), case.enrolled + len(case.references), 0, ())
    faces = attempts.of("faces", lambda: faces_found([opened], parts.matcher, claims)[0], unknown)
    return Signals(
        media=opened.outcomes,
        scene=attempts.of("scene", lambda: scenes_found([opened], parts.scorer, [faces.signals])[0], ()),
        faces=faces.signals,
        copies=attempts.of("copies", lambda: copies_found(opened, parts), ()),
        text=attempts.of("text", lambda: parts.words.analyse(case.post.text), None) if opened.first else None,
        picture_text=attempts.of("reading", lambda: parts.words.read(opened.media), ()),
        references_given=faces.given,
        references_used=faces.used,
        errors=(*parts.unavailable, *opened.errors, *faces.notes, *attempts.notes),
    )


class _Attempts:
    """Things tried one after the other; what goes wrong is noted."""

    def __init__(self, opened: OpenedCase) -> None:
        self.notes: list[ErrorNote] = []
        self.defects: list[InternalError] = []
        self._media_id = opened.media[0].media_id if opened.media else None

    def of(self, stage: str, attempt: Callable[[], _Found], otherwise: _Else) -> _Found | _Else:
        """What comes of an attempt, or what stands for it if it fails."""
        try:
            return attempt()
        except Exception as error:  # noqa: BLE001  whatever it is, it is said of this medium, and the rest counts
            known = as_known(error, _DOING[stage])
            self.notes.append(known.note(stage=stage, media_id=None if stage == "text" else self._media_id))
            if isinstance(known, InternalError):
                self.defects.append(known)
            return otherwise
