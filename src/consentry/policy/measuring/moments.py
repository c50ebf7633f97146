"""How the moments of films are read as single numbers: while the claimant is seen, and the most private stretch."""

from __future__ import annotations

from collections.abc import Callable

from consentry.policy.measuring.measurements import Number, gap_of
from consentry.policy.measuring.situation import Situation
from consentry.records import MomentsScore, SceneScore, SceneSignal


def with_claimant(score: Callable[[SceneSignal], SceneScore], *, of_all: bool) -> Callable[[Situation], Number]:
    """The least (``of_all``) or the largest score over the media as wholes and over the claimant's moments in films.

    Both count: a film that is private as a whole stays so when the claimant is found in another part of it. So finding
    them only ever adds to what is private and takes from what is public: a surer match never makes an action milder.
    """

    def measure(situation: Situation) -> Number:
        if not situation.media_ids:
            return Number(0.0, 0.0)
        signals = situation.of_media(situation.signals.scene)
        wholes = [(signal.media_id, score(signal)) for signal in signals]
        moments = [(media_id, whole.while_claimant) for media_id, whole in wholes if whole.while_claimant is not None]
        scores: list[tuple[str, SceneScore | MomentsScore]] = [*wholes, *moments]
        seen = [item.probability for _, item in scores if item.band != "uncertain"]
        abstained = [media_id for media_id, item in scores if item.band == "uncertain"]
        gap = gap_of(situation.incomplete("scene", signals), abstained)
        if of_all:
            return Number(0.0 if gap else min(seen), min(seen, default=1.0), gap)
        return Number(max(seen, default=0.0), 1.0 if gap else max(seen), gap)

    return measure


def private_stretch(situation: Situation) -> Number:
    """The most private stretch of any film; 0 where there is none, since a picture has no stretches.

    A film that was measured before there were stretches counts as a whole.
    """
    signals = {signal.media_id: signal.private_context for signal in situation.of_media(situation.signals.scene)}
    unseen = set(situation.incomplete("scene", situation.signals.scene))
    seen, missing, abstained = [], [], []
    for media_id in situation.media_ids:
        whole = signals.get(media_id)
        kind = situation.kind_of(media_id)
        if kind == "image":
            continue
        if whole is None or media_id in unseen:
            missing.append(media_id)
        # What may be a picture need not have a stretch.
        score = None if whole is None else whole if whole.stretch is None and kind == "video" else whole.stretch
        if score is not None and score.band == "uncertain":
            abstained.append(media_id)
        elif score is not None:
            seen.append(score.probability)
    gap = gap_of(missing, abstained)
    most = max(seen, default=0.0)
    return Number(most, 1.0 if gap else most, gap)
