"""One post, its report and its signals side by side, and what of them is missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from consentry.records import MediaOutcome, Post, Report, Signals


class OfMedium(Protocol):
    """A signal about one medium."""

    @property
    def media_id(self) -> str:
        """The medium's name."""
        ...


Signal = TypeVar("Signal", bound=OfMedium)


@dataclass(frozen=True)
class Situation:
    """What there is to go by.

    Attributes:
        media_ids: The post's media; those that were opened, when a stored assessment is decided again without them.
    """

    post: Post
    report: Report | None
    signals: Signals
    media_ids: tuple[str, ...] = field(init=False)
    # Looked up once for every medium and input, so a post with hundreds of media takes time in line with their number.
    _own: frozenset[str] = field(init=False, repr=False)
    _outcomes: dict[str, MediaOutcome] = field(init=False, repr=False)
    _failures: frozenset[tuple[str, str | None]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        opened = tuple(outcome.media_id for outcome in self.signals.media)
        published = tuple(item.media_id for item in self.post.media)
        object.__setattr__(self, "media_ids", tuple(dict.fromkeys(published or opened)))
        object.__setattr__(self, "_own", frozenset(self.media_ids))
        object.__setattr__(self, "_failures", frozenset((note.stage, note.media_id) for note in self.signals.errors))
        object.__setattr__(self, "_outcomes", {outcome.media_id: outcome for outcome in self.signals.media})

    def of_media(self, signals: Sequence[Signal]) -> list[Signal]:
        """The signals about the post's own media; one about another medium says nothing of this post."""
        return [signal for signal in signals if signal.media_id in self._own]

    def read_fully(self, media_id: str) -> bool | None:
        """Whether a medium was read whole; ``None`` if nothing is known of it."""
        outcome = self._outcomes.get(media_id)
        if self.failed("media", media_id):
            return False
        if outcome is None:
            return None
        whole = outcome.error is None or (outcome.error.code == "media.truncated" and outcome.missing == 0.0)
        return whole and outcome.frames > 0

    def failed(self, stage: str, media_id: str | None = None) -> bool:
        """Whether something went wrong in a room: for all media, or for the one that is named."""
        return (stage, None) in self._failures or (stage, media_id) in self._failures

    def incomplete(self, stage: str, signals: Sequence[OfMedium]) -> list[str]:
        """The media of which a room has not seen everything: unread, without a signal, or with an error there."""
        return self.unseen(stage, [signal.media_id for signal in signals])

    def unseen(self, stage: str, measured: Collection[str]) -> list[str]:
        """The media of which a room has not seen everything, by the media that it has a signal of."""
        return [
            media_id
            for media_id in self.media_ids
            if media_id not in measured or self.failed(stage, media_id) or not self.read_fully(media_id)
        ]
