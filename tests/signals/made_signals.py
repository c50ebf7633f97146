"""A signal from outside that behaves, for tests to spoil."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Self

from consentry.records import ComponentDigest, ErrorNote, ExtraScore, ExtraSignal
from consentry.signals.protocol import Cost, Measured, Need, OpenedCase, SignalSetup


class Bright:
    """How bright a medium is, which no policy should care about."""

    name = "bright"
    words: tuple[str, ...] = ("bright",)
    needs: frozenset[Need] = frozenset({"frames"})
    after: tuple[str, ...] = ()
    components: tuple[ComponentDigest, ...] = (ComponentDigest(name="bright", version="1", sha256="0" * 64),)
    unavailable: tuple[ErrorNote, ...] = ()
    cost = Cost(0.1, "picture", "not measured")

    @classmethod
    def load(cls, _setup: SignalSetup) -> Self:
        return cls()

    def measure(self, batch: Sequence[OpenedCase], _earlier: Mapping[str, Sequence[Measured]], /) -> Sequence[Measured]:
        return [Measured(extra=tuple(self.record(item.media_id, item) for item in case.media)) for case in batch]

    def record(self, media_id: str | None, item: object = None) -> ExtraSignal:
        frames = getattr(item, "frames", ())
        bright = float(frames[0].pixels.mean()) / 255 if frames else 0.5
        return ExtraSignal(
            name="bright", model="bright@1", media_id=media_id, scores=(ExtraScore(word="bright", probability=bright),)
        )


def spoilt(measure: Callable[..., Sequence[Measured]]) -> Bright:
    """One that measures in another way."""
    made = Bright()
    made.measure = measure  # type: ignore[method-assign]
    return made
