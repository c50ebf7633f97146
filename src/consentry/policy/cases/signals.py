"""The short form of signals in a written case, and the records that it stands for."""

from __future__ import annotations

import re
from typing import Final, Literal, get_args

from consentry.policy.language.written import (
    Items,
    Table,
    Text,
    Written,
    as_number,
    as_table,
    as_text,
    as_word,
    as_words,
    check_keys,
)
from consentry.records import (
    CopyMatch,
    CopySignal,
    CrowdLevel,
    CrowdScore,
    ErrorNote,
    ExtraScore,
    ExtraSignal,
    Face,
    FaceBand,
    FaceQuality,
    FaceSignal,
    MediaOutcome,
    MomentsScore,
    SceneBand,
    SceneScore,
    SceneSignal,
    TextFinding,
    TextKind,
    TextSignal,
)
from consentry.records.extra_signals import NAME_PATTERN

MODEL: Final = "as the case says"
TEXT_KINDS: Final[tuple[TextKind, ...]] = get_args(TextKind)
_BANKS: Final[tuple[Literal["public", "removed"], ...]] = ("public", "removed")
_SCENE_BANDS: Final[tuple[SceneBand, ...]] = get_args(SceneBand)
_UNCERTAIN: Final = "uncertain"
_CROWD_LEVELS: Final[tuple[CrowdLevel, ...]] = get_args(CrowdLevel)
_FACE_BANDS: Final[tuple[FaceBand, ...]] = get_args(FaceBand)
_VIDEOS: Final = (".mp4", ".mov", ".webm", ".mkv", ".avi")
_NOT_COMPARED: Final = "not_compared"
_NOT_SEARCHED: Final = "not_searched"
_COPY_WORDS: Final = ("public", "removed", "nothing_found", "not_comparable")
_MOMENT_KEYS: Final = ("private_while_claimant", "event_while_claimant", "private_stretch")
_MEDIUM_KEYS: Final = (
    *("private_context", "public_event", *_MOMENT_KEYS, "crowd", "face", "faces", "copies", "unreadable"),
)

_USUAL_PROBABILITY: Final[dict[FaceBand, float]] = {"match": 0.98, "inconclusive": 0.5, "no_match": 0.02}
"""What a case that names a band only stands for."""

_USUAL_SECONDS: Final = 5.0
"""How long the moments last that a case names."""

_USUAL_PEOPLE: Final[dict[CrowdLevel, float]] = {
    "none": 0.0,
    "one": 1.0,
    "few": 3.0,
    "group": 8.0,
    "crowd": 40.0,
    "dense_crowd": 300.0,
}
"""What a case that names a step only stands for."""


def whole_number(written: Written, what: str) -> int:
    """A whole number, zero or more."""
    number = as_number(written, what)
    if number != int(number) or number < 0:
        raise written.place.error(f"{what} must be a whole number.", "Write it like 2.", "policy.wrong_type")
    return int(number)


def read_signals(table: Table, media_ids: tuple[str, ...]) -> dict[str, object]:
    """The fields of a `Signals` record.

    Args:
        table: With the keys ``references``, ``media``, ``text`` and ``extra``, each of which may be left out.
        media_ids: The media of the post; the signals may speak of these alone.
    """
    references = table.get("references")
    count = 0 if references is None else whole_number(references, "'references'")
    media = table.get("media")
    outcomes, scene, faces, copies = [], [], [], []
    for name, place, value in as_table(media, "'media'") if media is not None else ():
        if name not in media_ids:
            remedy = f"The post has: {', '.join(media_ids) or 'none'}."
            raise place.error(f"the post has no medium '{name}'.", remedy, "policy.unknown_name")
        medium = as_table(value, f"the medium '{name}'")
        check_keys(medium, f"the medium '{name}'", [], _MEDIUM_KEYS)
        outcomes += _outcome(name, medium)
        scene += _scene(name, medium)
        faces += _faces(name, medium)
        copies += _copies(name, medium)
    return {
        "media": outcomes,
        "scene": scene,
        "faces": faces,
        "copies": copies,
        "text": _text(table.get("text")),
        "extra": _extra(table.get("extra")),
        "references_given": count,
        "references_used": count,
    }


def _outcome(name: str, medium: Table) -> list[MediaOutcome]:
    """What came of opening it; nothing at all for ``unreadable: unknown``: nobody tried."""
    unreadable = medium.get("unreadable")
    word = "no" if unreadable is None else as_word(unreadable, "'unreadable'", ("yes", "no", "unknown"))
    if word == "no":
        kind: Literal["image", "video"] = "video" if name.lower().endswith(_VIDEOS) else "image"
        return [MediaOutcome(media_id=name, kind=kind, frames=1)]
    if word == "unknown":
        return []
    note = ErrorNote(
        stage="media",
        code="media.damaged",
        message=f"{name} could not be opened.",
        remedy="Ask for it again.",
        media_id=name,
    )
    return [MediaOutcome(media_id=name, error=note)]


def _scene(name: str, medium: Table) -> list[SceneSignal]:
    """The two scores together, and how many people there are; a crowd alone leaves both scores open."""
    private, event, crowd = (medium.get(key) for key in ("private_context", "public_event", "crowd"))
    if private is None and event is None:
        for key in _MOMENT_KEYS:
            if key in medium.entries:
                message = f"'{name}' has '{key}' without scene scores of the whole."
                remedy = "Give 'private_context' and 'public_event', 'uncertain' where the model abstains."
                raise medium.keys[key].error(message, remedy, "policy.case")
    if private is None and event is None and crowd is None:
        return []
    if (private is None) != (event is None):
        message = f"'{name}' has one scene score without the other."
        raise medium.place.error(message, "Give 'private_context' and 'public_event'.", "policy.case")
    return [
        SceneSignal(
            media_id=name,
            model=MODEL,
            private_context=_score(private, "'private_context'").model_copy(
                update={
                    "while_claimant": _moments(medium, "private_while_claimant"),
                    "stretch": _moments(medium, "private_stretch"),
                }
            ),
            public_event=_score(event, "'public_event'").model_copy(
                update={"while_claimant": _moments(medium, "event_while_claimant")}
            ),
            crowd=None if crowd is None else _crowd(crowd),
        )
    ]


def _moments(medium: Table, key: str) -> MomentsScore | None:
    """The score of some moments, written as that of a whole."""
    written = medium.get(key)
    if written is None:
        return None
    score = _score(written, f"'{key}'")
    return MomentsScore(
        probability=score.probability,
        low=score.low,
        high=score.high,
        band=score.band,
        spans=((0.0, _USUAL_SECONDS),),
        seconds=_USUAL_SECONDS,
    )


def _crowd(written: Written) -> CrowdScore:
    """A step from ``none`` to ``dense_crowd``; ``uncertain`` where the model abstains."""
    word = as_word(written, "'crowd'", (*_CROWD_LEVELS, _UNCERTAIN))
    level: CrowdLevel = next((level for level in _CROWD_LEVELS if level == word), "group")
    people = _USUAL_PEOPLE[level]
    return CrowdScore(people=people, low=people, high=people, level=level, probability=0.9, certain=word != _UNCERTAIN)


def _score(written: Written | None, what: str) -> SceneScore:
    """A number; ``uncertain`` (or nothing) where the model abstains; or both as ``[0.6, uncertain]``."""
    if written is None:
        return SceneScore(probability=0.5, low=0.0, high=1.0, band=_UNCERTAIN)
    parts = written.items if isinstance(written, Items) else (written,)
    band: SceneBand | None = None
    probability = 0.5
    for part in parts:
        if isinstance(part, Text) and part.text in _SCENE_BANDS:
            band = as_word(part, what, _SCENE_BANDS)
        else:
            probability = _probability(part, what)
    if band is None:
        band = "high" if probability >= 0.5 else "low"
    low, high = max(probability - 0.03, 0.0), min(probability + 0.03, 1.0)
    return SceneScore(probability=probability, low=round(low, 4), high=round(high, 4), band=band)


def _probability(written: Written, what: str) -> float:
    number = as_number(written, what)
    if 0.0 <= number <= 1.0:
        return number
    raise written.place.error(f"{what} must lie between 0 and 1.", "Write it like 0.95.", "policy.case")


def _faces(name: str, medium: Table) -> list[FaceSignal]:
    """A band, a band and a probability as ``[match, 0.97]``, or ``not_compared``; and with ``faces`` their number."""
    written = medium.get("face")
    if written is None:
        if "faces" in medium.entries:
            message = f"'{name}' has 'faces' without 'face'."
            raise medium.keys["faces"].error(message, "Say what the comparison gave, or 'not_compared'.", "policy.case")
        return []
    parts = written.items if isinstance(written, Items) else (written,)
    word = as_word(parts[0], "'face'", (*_FACE_BANDS, _NOT_COMPARED))
    count = medium.get("faces")
    number = (0 if word == "no_face" else 1) if count is None else whole_number(count, "'faces'")
    if word in ("no_face", _NOT_COMPARED):
        faces = (_face(None, None),) * number
        return [FaceSignal(media_id=name, model=MODEL, band="no_face" if word == "no_face" else None, faces=faces)]
    band = as_word(parts[0], "'face'", _FACE_BANDS)
    probability = _probability(parts[1], "'face'") if len(parts) > 1 else _USUAL_PROBABILITY[band]
    faces = (_face(band, probability),) * number
    return [FaceSignal(media_id=name, model=MODEL, band=band, match_probability=probability, faces=faces)]


def _face(band: FaceBand | None, probability: float | None) -> Face:
    quality = FaceQuality(width_pixels=120, sharpness=150.0, usable=band != "inconclusive")
    return Face(
        box=(0.4, 0.2, 0.6, 0.5),
        detection_probability=0.99,
        quality=quality,
        band=None if band == "no_face" else band,
        match_probability=probability,
    )


def _copies(name: str, medium: Table) -> list[CopySignal]:
    """What was found, or several words, as ``[public, not_comparable]`` for a video that was compared in parts."""
    written = medium.get("copies")
    if written is None:
        return []
    words = as_words(written, "'copies'", _COPY_WORDS)
    comparable = "not_comparable" not in words
    matches = tuple(CopyMatch(bank=bank, entry_id=name, distance=4, where=MODEL) for bank in _BANKS if bank in words)
    if "nothing_found" in words and len(words) > 1:
        message = f"'copies' of '{name}' says that nothing was found, and something else."
        raise written.place.error(message, "Keep one of them.", "policy.case")
    quality = 90 if comparable else 10
    return [CopySignal(media_id=name, model=MODEL, quality=quality, comparable=comparable, matches=matches)]


def _text(written: Written | None) -> TextSignal | None:
    """``nothing_found``, or the kinds that were found with their probabilities.

    All kinds were searched for, but those that say ``not_searched``, or ``[0.4, not_searched]`` for a search that was
    cut off.
    """
    if written is None:
        return None
    findings = []
    searched = list(TEXT_KINDS)
    if not isinstance(written, Text) or as_text(written, "'text'") != "nothing_found":
        for kind, place, value in as_table(written, "'text' (unless it is 'nothing_found')"):
            found = as_word(Text(kind, place), "what was found in the text", TEXT_KINDS)
            for part in value.items if isinstance(value, Items) else (value,):
                if isinstance(part, Text) and part.text == _NOT_SEARCHED:
                    searched = [other for other in searched if other != found]
                    continue
                probability = _probability(part, f"'{kind}'")
                findings.append(TextFinding(kind=found, start=0, end=0, probability=probability, rule=MODEL))
    return TextSignal(model=MODEL, searched=tuple(searched), findings=tuple(findings))


def _extra(written: Written | None) -> list[ExtraSignal]:
    """Signals that others added, of the post as a whole: ``{nudity: 0.9}``, or ``{drawings.child: 0.9}`` for a word.

    A probability, ``uncertain`` where the model abstains, or ``[0.4, uncertain]`` where it does so of a part.
    """
    found = []
    for key, place, value in as_table(written, "'extra'") if written is not None else ():
        name, _, word = key.partition(".")
        if not all(re.fullmatch(NAME_PATTERN, part) for part in (name, word or name)):
            remedy = "Write the signal's name, or its name and a word as in drawings.child."
            raise place.error(f"'{key}' is no name of a signal.", remedy, "policy.case")
        for part in value.items if isinstance(value, Items) else (value,):
            certain = not (isinstance(part, Text) and part.text == _UNCERTAIN)
            probability = _probability(part, f"'{key}'") if certain else 0.5
            score = ExtraScore(word=word or name, probability=probability, certain=certain)
            found.append(ExtraSignal(name=name, model=MODEL, scores=(score,)))
    return found
