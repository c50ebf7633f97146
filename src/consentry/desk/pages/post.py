"""A post as a page shows it: its words with what was found in them, its media with what was measured of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar

from consentry.desk.cases.media_names import media_ids
from consentry.desk.cases.views import MediumView, PostView
from consentry.desk.desk import Desk
from consentry.records import (
    CopySignal,
    FaceSignal,
    MediaOutcome,
    SceneSignal,
    TextFinding,
)

LIKELY: Final = 0.5
"""A finding that is less likely than not would read as if it were one; the log of the assessment has all."""

Measured = TypeVar("Measured", MediaOutcome, SceneSignal, FaceSignal, CopySignal)


@dataclass(frozen=True)
class Piece:
    """A stretch of a post's words, with what was found in it."""

    text: str
    findings: tuple[TextFinding, ...]


@dataclass(frozen=True)
class ShownMedium:
    """A medium with everything that was measured of it."""

    view: MediumView
    outcome: MediaOutcome | None
    scene: SceneSignal | None
    faces: FaceSignal | None
    copies: CopySignal | None


@dataclass(frozen=True)
class ShownPost:
    """A post for a page."""

    view: PostView
    pieces: tuple[Piece, ...]
    media: tuple[ShownMedium, ...]


def post_shown(desk: Desk, post: PostView) -> ShownPost:
    """A post with its words in pieces and each medium beside its signals."""
    signals = post.assessment.signals if post.assessment else None
    findings = (
        [each for each in signals.text.findings if each.probability >= LIKELY] if signals and signals.text else []
    )
    names = media_ids(desk, post.id)
    return ShownPost(
        view=post,
        pieces=tuple(pieces(post.words, findings)),
        media=tuple(
            ShownMedium(
                medium,
                outcome=_of(signals.media if signals else (), names[medium.id]),
                scene=_of(signals.scene if signals else (), names[medium.id]),
                faces=_of(signals.faces if signals else (), names[medium.id]),
                copies=_of(signals.copies if signals else (), names[medium.id]),
            )
            for medium in post.media
        ),
    )


def _of(measured: Sequence[Measured], media_id: str) -> Measured | None:
    return next((each for each in measured if each.media_id == media_id), None)


def pieces(words: str, findings: list[TextFinding]) -> Iterator[Piece]:
    """Words cut at every end of a finding; together the pieces are the words."""
    cuts = sorted({0, len(words), *(min(place, len(words)) for each in findings for place in (each.start, each.end))})
    for start, end in pairwise(cuts):
        yield Piece(words[start:end], tuple(each for each in findings if each.start < end and start < each.end))
