"""One case of the report page: its media as pictures, with everything that was measured beside them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from markupsafe import Markup
from PIL import Image

from consentry.batch.page.excerpts import marked
from consentry.batch.page.pictures import data_address, draw_faces, draw_places, draw_saliency
from consentry.media import MediaError, OpenedMedia
from consentry.records import (
    Assessment,
    Case,
    CopyMatch,
    CopySignal,
    ExtraSignal,
    FaceSignal,
    Media,
    MediaOutcome,
    SceneScore,
    SceneSignal,
    Signals,
)
from consentry.signals.copies.bank_edits import kept_picture

SIDE = 560
"""Longest side of a picture of the page."""
MOST_MEDIA = 20
"""Of one case. A case with hundreds would fill a page of its own."""
_OPEN_AT_ONCE = 3
_FRAMES_OF_A_VIDEO = 3
_KEPT_SIDE = 160


Opens = Callable[[Media], Future[OpenedMedia]]
"""Begins to open one medium."""


@dataclass(frozen=True)
class DrawnFrame:
    """One frame of a medium, faces hidden, and where its scores come from."""

    picture: str
    caption: str
    saliency: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DrawnCopy:
    """A near-duplicate in a bank: what is known of it, and its picture if one is kept."""

    match: CopyMatch
    words: tuple[str, ...]
    picture: str | None


@dataclass(frozen=True)
class DrawnMedium:
    """One medium of a case."""

    outcome: MediaOutcome
    frames: tuple[DrawnFrame, ...]
    scene: SceneSignal | None
    faces: FaceSignal | None
    copies: CopySignal | None
    added: tuple[ExtraSignal, ...]
    matches: tuple[DrawnCopy, ...]
    parts: tuple[DrawnCopy, ...]


@dataclass(frozen=True)
class DrawnCase:
    """One case with its pictures.

    Attributes:
        left_out: Media that are not drawn, because there are so many.
        text_kinds: What was found in the words, each kind once.
        added: What signals that others added say of the post as a whole.
    """

    case: Case
    assessment: Assessment
    media: tuple[DrawnMedium, ...]
    left_out: int
    text: Markup
    text_kinds: tuple[str, ...]
    added: tuple[ExtraSignal, ...]


def draw_case(case: Case, assessment: Assessment, opens: Opens, bank: Path | None) -> DrawnCase:
    """Open the media of a case once more, smaller, a few at a time, and draw them; of many those most worth a look."""
    signals = assessment.signals
    shown = _most_worth_a_look(case.post.media, signals)
    begun: deque[tuple[Media, Future[OpenedMedia]]] = deque()
    upcoming = iter(shown)
    media = []
    for _ in shown:
        begun.extend((item, opens(item)) for item in islice(upcoming, _OPEN_AT_ONCE - len(begun)))
        media.append(_draw_medium(*begun.popleft(), assessment, bank))
    kinds = dict.fromkeys(finding.kind for finding in signals.text.findings) if signals.text else {}
    left_out = len(case.post.media) - len(shown)
    whole = tuple(found for found in signals.extra if found.media_id is None)
    words = marked(case.post.text, signals.text)
    return DrawnCase(case, assessment, tuple(media), left_out, words, tuple(kinds), whole)


def _most_worth_a_look(media: Sequence[Media], signals: Signals) -> list[Media]:
    """As many as a page has room for, in their order: the claimant's, then the most private, then the first."""
    if len(media) <= MOST_MEDIA:
        return list(media)
    bands = {signal.media_id: signal.band for signal in signals.faces}
    private = {signal.media_id: _most_private(signal.private_context) for signal in signals.scene}

    def worth(place: int) -> tuple[float, ...]:
        media_id = media[place].media_id
        band = bands.get(media_id)
        return band == "match", band == "inconclusive", private.get(media_id, 0.0), -place

    chosen = sorted(range(len(media)), key=worth, reverse=True)[:MOST_MEDIA]
    return [media[place] for place in sorted(chosen)]


def _most_private(score: SceneScore) -> float:
    """Of a film, of the whole or of any moments that have a score."""
    moments = (score.while_claimant, score.stretch)
    return max([score.probability, *(found.probability for found in moments if found is not None)])


def _draw_medium(item: Media, future: Future[OpenedMedia], assessment: Assessment, bank: Path | None) -> DrawnMedium:
    signals = assessment.signals
    outcome = _of(item, signals.media)
    scene, faces, copies = _of(item, signals.scene), _of(item, signals.faces), _of(item, signals.copies)
    added = tuple(found for found in signals.extra if found.media_id == item.media_id)
    frames: tuple[DrawnFrame, ...] = ()
    if outcome is not None and outcome.frames:
        try:
            frames = tuple(_draw_frames(future.result(), scene, faces, added))
        except MediaError:  # gone or changed since it was assessed; the assessment stands without its picture
            frames = ()
    return DrawnMedium(
        outcome or MediaOutcome(media_id=item.media_id),
        frames,
        scene,
        faces,
        copies,
        added,
        tuple(_draw_copy(match, bank) for match in copies.matches) if copies else (),
        tuple(_draw_copy(match, bank) for match in copies.parts) if copies else (),
    )


def _of(item: Media, signals: Sequence[Any]) -> Any:
    """The signal of one medium, if it has one."""
    return next((found for found in signals if found.media_id == item.media_id), None)


def _draw_frames(
    opened: OpenedMedia, scene: SceneSignal | None, faces: FaceSignal | None, added: Sequence[ExtraSignal]
) -> Iterator[DrawnFrame]:
    """The frames that say most: where the best face is, where each score is loudest, then the first."""
    wanted: list[float | None] = []
    if faces and faces.faces:
        wanted.append(faces.faces[0].second)
    scores = {"private context": scene.private_context, "public event": scene.public_event} if scene else {}
    wanted += [score.second for score in scores.values()]
    places = [place for record in added for score in record.scores if score.certain for place in score.places]
    wanted += [place.second for place in sorted(places, key=lambda place: -place.probability)[:1]]
    wanted.append(opened.frames[0].second)
    for second in sorted(set(wanted[:_FRAMES_OF_A_VIDEO]), key=lambda value: value or 0.0):
        frame = min(opened.frames, key=lambda found: abs((found.second or 0.0) - (second or 0.0)))
        here = [face for face in faces.faces if face.second == second] if faces else []
        picture = draw_faces(frame.pixels, here)
        draw_places(picture, [place.box for place in places if place.box and place.second == second])
        yield DrawnFrame(
            picture=data_address(picture),
            caption="" if second is None else f"at {at(second)}",
            saliency=tuple(
                (name, data_address(draw_saliency(picture, score.saliency), quality=70))
                for name, score in scores.items()
                if score.saliency and any(score.saliency.values) and score.second == second and score.band != "low"
            ),
        )


def _draw_copy(match: CopyMatch, bank: Path | None) -> DrawnCopy:
    words = [f"{match.distance} of 256 bits differ"]
    if match.transform != "none":
        words.append(match.transform.replace("_", " "))
    if match.border_removed:
        words.append("without its border")
    if match.second is not None:
        words.append(f"nearest at {at(match.second)}")
    if match.share_of_medium is not None:
        words.append(f"{match.share_of_medium:.0%} of this video")
    if match.share_of_entry is not None:
        words.append(f"{match.share_of_entry:.0%} of the known one")
    if match.entry_second is not None:
        words.append(f"there at {at(match.entry_second)}")
    if match.since is not None:
        words.append(f"since {match.since}")
    return DrawnCopy(match, tuple(words), _kept(match, bank))


def _kept(match: CopyMatch, bank: Path | None) -> str | None:
    """The picture that the bank keeps of an entry; one that was made by `consentry bank add`, so it may be opened."""
    path = kept_picture(bank, match.picture) if bank is not None else None
    if path is None:
        return None
    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
            picture.thumbnail((_KEPT_SIDE, _KEPT_SIDE))
            return data_address(picture.convert("RGB"), quality=75)
    except Exception:  # noqa: BLE001  Pillow raises many things over a damaged picture, and the page does without it
        return None


def at(second: float) -> str:
    """A time in a video, as players show it."""
    return f"{int(second) // 60}:{int(second) % 60:02d}"
