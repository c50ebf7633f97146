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
        most = setup.limits.text_characters
        reader = TextReader.load(setup.settings, setup.models, read_pictures=setup.read_pictures, most_characters=most)
        return cls(reader)

    def measure(self, batch: Sequence[OpenedCase], _earlier: Mapping[str, Sequence[Measured]]) -> list[Measured]:
        """One `TextSignal` a post, and, if reading was asked for, one `PictureTextSignal` a medium."""
        return [self._of(opened) for opened in batch]

    def _of(self, opened: OpenedCase) -> Measured:
        text = opened.case.post.text
        words = self.reader.analyse(text) if opened.first else None
        return Measured(
            own={"text": words, "picture_text": self.reader.read(opened.media)},
            notes=self.reader.notes_on(text, words) if words else (),
        )
