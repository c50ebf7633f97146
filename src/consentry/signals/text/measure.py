"""The signal ``text``: what stands in the words of a post, and in those inside its pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Self

from consentry.records import ComponentDigest, ErrorNote
from consentry.signals.protocol import Cost, Measured, Need, OpenedCase, SignalSetup, component_of
from consentry.signals.text.component import component
from consentry.signals.text.reader import TextReader


class TextMeasure:
    """Reads the words of posts; see `consentry.signals.protocol.Signal`.

    Args:
        reader: The rules and models.
    """

    name = "text"
    words: tuple[str, ...] = ()
    needs: frozenset[Need] = frozenset({"words", "frames"})
    after: tuple[str, ...] = ()
    cost: Final = Cost(9.7, "post", "benchmarks/scale.py, 2026-11-23: docs/scale.md")

    def __init__(self, reader: TextReader) -> None:
        self.reader = reader
        self.components: tuple[ComponentDigest, ...] = (
            component(),
            *(component_of(folder) for folder in reader.folders),
        )
        self.unavailable: tuple[ErrorNote, ...] = reader.unavailable

    @classmethod
    def load(cls, setup: SignalSetup) -> Self:
        """Load what there is; what is missing is noted."""
        return cls(TextReader.load(setup.settings, setup.models, read_pictures=setup.read_pictures))

    def measure(self, batch: Sequence[OpenedCase], _earlier: Mapping[str, Sequence[Measured]]) -> list[Measured]:
        """One `TextSignal` a post, and, if reading was asked for, one `PictureTextSignal` a medium."""
        return [
            Measured(
                own={
                    "text": self.reader.analyse(opened.case.post.text) if opened.first else None,
                    "picture_text": self.reader.read(opened.media),
                }
            )
            for opened in batch
        ]
