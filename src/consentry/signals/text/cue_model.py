"""How words read: a small network that tells reporting, eyewitnesses, official duties and calls for help.

Sentence embeddings (MiniLM, 8-bit weights) with one logistic unit a cue. English. It gives hints, never answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, get_args

import numpy as np

from consentry.records import TextKind
from consentry.runtime import ModelFolder, Network, RuntimeSettings, load_network
from consentry.signals.text.passages import Passage
from consentry.signals.text.tokens import PAD, Piece, WordPieces

MODEL_NAME: Final = "text"
LENGTHS: Final = (16, 32, 64, 128)
"""Tokens in one run of the network; a text is padded to the next of them, so that few shapes are compiled."""
_WINDOW: Final = LENGTHS[-1] - 2
MOST_WINDOWS: Final = 8
"""A text longer than this many windows of 126 pieces (some 600 words) is read in part."""
_LEAST: Final = 0.2
"""Less probable findings are left out: they would be noise beside every sentence."""


class CueModel:
    """The network and its vocabulary, loaded once."""

    def __init__(self, folder: ModelFolder, network: Network, vocabulary: WordPieces) -> None:
        self.folder = folder
        self.kinds: tuple[TextKind, ...] = tuple(
            kind for name in folder.manifest["kinds"] for kind in get_args(TextKind) if kind == name
        )
        self._network = network
        self._vocabulary = vocabulary

    @classmethod
    def load(cls, settings: RuntimeSettings = RuntimeSettings(), root: Path | None = None) -> CueModel:
        """Load the model that is served.

        Raises:
            ModelError: It is missing or damaged.
        """
        folder = ModelFolder.open(MODEL_NAME, root=root)
        # The 8-bit graph has operators that only OpenVINO runs here; it is small enough for any CPU.
        network = load_network(folder.file("graph"), RuntimeSettings(threads=settings.threads))
        return cls(folder, network, WordPieces.read(folder.file("vocabulary")))

    def read(self, text: str) -> tuple[list[Passage], bool]:
        """The cues of a normalised text, each with the part of the text that it was read from.

        Returns:
            The findings, and whether the whole text was read.
        """
        # One more than is read tells that there is more; a text of any length is cut no further.
        pieces = list(islice(self._vocabulary.each(text), MOST_WINDOWS * _WINDOW + 1))
        windows = [pieces[start : start + _WINDOW] for start in range(0, len(pieces), _WINDOW)]
        found = []
        for window in windows[:MOST_WINDOWS]:
            (row,) = self._network(padded(self._vocabulary, [window]))[0]
            for kind, probability in zip(self.kinds, row, strict=True):
                if probability >= _LEAST:
                    rule = f"{kind}/{self.folder.id}"
                    found.append(Passage(kind, window[0].start, window[-1].end, float(probability), rule))
        return found, len(windows) <= MOST_WINDOWS


def padded(vocabulary: WordPieces, windows: Sequence[Sequence[Piece]]) -> np.typing.NDArray[np.int64]:
    """Windows as rows of tokens, all of the shortest length that holds the longest of them."""
    longest = max(len(window) for window in windows) + 2
    rows = np.full((len(windows), next(length for length in LENGTHS if length >= longest)), PAD, dtype=np.int64)
    for row, window in zip(rows, windows, strict=True):
        tokens = [vocabulary.first, *_tokens(window), vocabulary.last]
        row[: len(tokens)] = tokens
    return rows


def _tokens(window: Sequence[Piece]) -> Iterator[int]:
    return (piece.token for piece in window)
