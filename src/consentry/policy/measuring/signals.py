"""How the signals of all media of a post are read as single numbers and words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Final, Literal, get_args

from consentry.policy.logic.kleene import NO, UNKNOWN, YES, Truth, name
from consentry.policy.measuring.measurements import Number, Word, gap_of, listing
from consentry.policy.measuring.situation import Situation
from consentry.records import CrowdLevel, FaceSignal, SceneScore, SceneSignal, TextKind

_CROWD_LEVELS: Final[tuple[CrowdLevel, ...]] = get_args(CrowdLevel)
"""From nobody up."""

_BEHAVIOURS: Final[tuple[TextKind, ...]] = ("reward_offer", "exposure_threat", "money_demand", "call_to_find")
_NOT_EXCLUDED: Final = "it was looked for, and too few such words are known to be found for that to mean a no"

# --- scene ------------------------------------------------------------------------------------------------------


def scene(score: Callable[[SceneSignal], SceneScore], *, of_all: bool) -> Callable[[Situation], Number]:
    """The least (``of_all``) or the largest score over the media, with what was not measured left open."""

    def measure(situation: Situation) -> Number:
        if not situation.media_ids:
            return Number(0.0, 0.0)  # what is not there shows neither a private scene nor an event
        signals = situation.of_media(situation.signals.scene)
        scores = [score(signal) for signal in signals]
        seen = [item.probability for item in scores if item.band != "uncertain"]
        abstained = [signal.media_id for signal, item in zip(signals, scores, strict=True) if item.band == "uncertain"]
        missing = situation.incomplete("scene", signals)
        gap = gap_of(missing, abstained)
        if of_all:
            return Number(0.0 if gap else min(seen), min(seen, default=1.0), gap)
        return Number(max(seen, default=0.0), 1.0 if gap else max(seen), gap)

    return measure


def private_context(signal: SceneSignal) -> SceneScore:
    """The score of a private scene."""
    return signal.private_context


def public_event(signal: SceneSignal) -> SceneScore:
    """The score of a public event."""
    return signal.public_event


def crowd_level(situation: Situation) -> Word:
    """The largest crowd of any medium; unknown while a medium that nobody counted could show a larger one."""
    if not situation.media_ids:
        return Word("none", "the post has no media")
    signals = situation.of_media(situation.signals.scene)
    certain = {s.media_id: s.crowd.level for s in signals if s.crowd is not None and s.crowd.certain}
    largest = max(certain.values(), key=_CROWD_LEVELS.index, default=_CROWD_LEVELS[0])
    missing = _with(situation.incomplete("scene", signals), (s.media_id for s in signals if s.crowd is None))
    abstained = [s.media_id for s in signals if s.crowd is not None and not s.crowd.certain]
    gap = gap_of(missing, abstained)
    if gap and largest != _CROWD_LEVELS[-1]:
        return Word("unknown", gap)
    return Word(largest, f"in {listing(media_id for media_id, level in certain.items() if level == largest)}")


# --- faces ------------------------------------------------------------------------------------------------------


def face_band(situation: Situation) -> Word:
    """The best band of any medium; unknown without references, or while an unseen medium could hold a match."""
    if not situation.media_ids:
        return Word("no_face", "the post has no media")
    if situation.signals.references_used == 0:
        given = situation.signals.references_given
        return Word("unknown", f"no usable reference photo (given: {given})")
    signals = situation.of_media(situation.signals.faces)
    bands = {signal.band for signal in signals}
    if "match" in bands:
        return Word("match", f"in {listing(signal.media_id for signal in signals if signal.band == 'match')}")
    missing = _with(situation.incomplete("faces", signals), (s.media_id for s in signals if s.band is None))
    if missing:
        return Word("unknown", f"no comparison, or not a full one, for: {listing(missing)}")
    for band in ("inconclusive", "no_match"):
        if band in bands:
            return Word(band, f"in {listing(signal.media_id for signal in signals if signal.band == band)}")
    return Word("no_face", "no face was found in any medium")


def match_probability(situation: Situation) -> Number:
    """The best match of any medium. Where no face was found, nothing was compared: the number stays open."""
    if not situation.media_ids:
        return Number(0.0, 0.0)
    if situation.signals.references_used == 0:
        return Number(0.0, 1.0, "no usable reference photo")
    signals = situation.of_media(situation.signals.faces)
    seen, abstained = [], []
    for signal in signals:
        if signal.match_probability is not None and signal.band in ("match", "no_match"):
            seen.append(signal.match_probability)
        else:
            abstained.append(signal.media_id)
    gap = gap_of(situation.incomplete("faces", signals), abstained)
    return Number(max(seen, default=0.0), 1.0 if gap else max(seen), gap)


def face_count(situation: Situation) -> Number:
    """The largest number of faces at one moment of any medium."""
    signals = situation.of_media(situation.signals.faces)
    most = float(max((_faces_at_once(signal) for signal in signals), default=0))
    missing = situation.incomplete("faces", signals)
    return Number(most, math.inf if missing else most, gap_of(missing, []))


def _faces_at_once(signal: FaceSignal) -> int:
    """The largest number of faces in one picture: a face that stays in a video is one face, not one a second."""
    seconds = [face.second for face in signal.faces]
    return max((seconds.count(second) for second in seconds), default=0)


# --- copies and text --------------------------------------------------------------------------------------------


def copies(
    bank: Literal["public", "removed"], combine: Callable[[Iterable[Truth]], Truth]
) -> Callable[[Situation], Word]:
    """A near-duplicate in a bank, for the media taken together by ``combine``; unknown where none was comparable."""

    def measure(situation: Situation) -> Word:
        if not situation.media_ids:
            return Word("no", "the post has no media")
        signals = situation.of_media(situation.signals.copies)
        missing = set(situation.incomplete("copies", signals))
        found = {s.media_id for s in signals if any(match.bank == bank for match in s.matches)}
        open_ids = missing | {s.media_id for s in signals if not s.comparable}
        truths: list[Truth] = [
            YES if media_id in found else UNKNOWN if media_id in open_ids else NO for media_id in situation.media_ids
        ]
        detail = f"copies in the bank '{bank}' for {len(found)} of {len(truths)} media"
        left_open = open_ids - found
        not_compared = [media_id for media_id in situation.media_ids if media_id in left_open]
        if not_compared:
            detail += f"; not compared: {listing(not_compared)}"
        return Word(name(combine(truths)), detail)

    return measure


def text(kind: TextKind) -> Callable[[Situation], Number]:
    """The largest probability of a kind of passage; open if the words of the post were not searched for it.

    Words inside pictures only add to it: reading them is a switch, and with the switch off a post is not unknown.
    """

    def measure(situation: Situation) -> Number:
        read = situation.of_media(situation.signals.picture_text)
        inside = [item.probability for one in read for item in one.findings if item.kind == kind]
        signal = situation.signals.text
        if signal is None:
            return Number(max(inside, default=0.0), 1.0, "the words were not searched")
        found = max((item.probability for item in signal.findings if item.kind == kind), default=0.0)
        found = max(found, *inside) if inside else found
        if situation.failed("text"):
            return Number(found, 1.0, "not all of the words were searched")
        if kind not in signal.searched:
            return Number(found, 1.0, _NOT_EXCLUDED if kind in _BEHAVIOURS else "the words were not searched for it")
        return Number(found, found)

    return measure


# --- signals that others added ----------------------------------------------------------------------------------


def added(name: str, word: str) -> Callable[[Situation], Number]:
    """The largest probability of a word that a signal from outside gives.

    It is open as far as anything was not measured: a medium without a record, one that was not read whole, a score that
    the model does not stand by, a signal that is not installed. A record of the post as a whole (its words, say)
    stands for all of it.
    """

    def measure(situation: Situation) -> Number:
        of_the_post = {None, *situation.media_ids}
        records = [r for r in situation.signals.extra if r.name == name and r.media_id in of_the_post]
        scores = [(record.media_id, score) for record in records if (score := record.score(word)) is not None]
        if not scores:
            given = listing(score.word for record in records for score in record.scores)
            says = f"says nothing of '{word}', only of: {given}" if given else "measured nothing"
            return Number(0.0, 1.0, f"the signal '{name}' {says}")
        seen = [score.probability for _, score in scores if score.certain]
        abstained = [media_id or "the post" for media_id, score in scores if not score.certain]
        missing: list[str] = []
        if all(media_id is not None for media_id, _ in scores):
            measured = [media_id for media_id, _ in scores if media_id is not None]
            missing = situation.unseen(name, measured)
        if situation.failed(name) and not missing:
            missing = ["the post"]
        gap = gap_of(missing, abstained)
        return Number(max(seen, default=0.0), 1.0 if gap else max(seen), gap)

    return measure


# --- words for gaps ---------------------------------------------------------------------------------------------


def _with(missing: Iterable[str], others: Iterable[str]) -> list[str]:
    """Both, each name once."""
    return list(dict.fromkeys((*missing, *others)))
