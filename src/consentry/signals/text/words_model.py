"""How words read: a small network that tells threats, offers, demands and calls, and cues of public interest.

The lower half of a multilingual sentence encoder (E5-small, 8-bit weights) with one calibrated logistic unit a kind. It
reads thirteen languages and says for which of them its recall is measured; what it finds is a hint for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Final, get_args

import numpy as np
from numpy.typing import NDArray

from consentry.records import TextKind
from consentry.runtime import ModelFolder, Network, RuntimeSettings, load_network
from consentry.signals.text.disguise import plain_words
from consentry.signals.text.normalise import normalise
from consentry.signals.text.passages import Passage
from consentry.signals.text.tokens import FIRST, LAST, PAD, Piece, Pieces

MODEL_NAME: Final = "text"
LENGTHS: Final = (16, 32, 64, 128)
"""Tokens in one run of the network; a text is padded to the next of them, so that few shapes are compiled."""
_WINDOW: Final = LENGTHS[-1] - 2
_STEP: Final = 96
"""Windows of a long text overlap, so that a sentence is whole in one of them."""
MOST_WINDOWS: Final = 8
"""A text longer than this many windows (some 600 words) is read in part."""
_SENTENCES_FROM: Final = 0.4
"""From this probability on it is looked up which sentence of a text it comes from."""
_MOST_KEPT: Final = 2_048
"""Readings that are kept: many posts have the same words, and a batch is read before its posts are."""
_LONGEST_KEPT: Final = 2_000
_LEAST: Final = 0.05
"""Less probable findings are left out: they would be noise beside every sentence."""


_SENTENCE: Final = re.compile(r"[^\s.!?…।\n][^.!?…।\n]*(?:[.!?…](?=\w)[^.!?…।\n]*)*[.!?…।]*")


@dataclass(frozen=True)
class WordsReading:
    """What the network says of a text.

    Attributes:
        found: Passages in the *normalised* text.
        complete: Whether the whole text was read.
    """

    found: tuple[Passage, ...]
    complete: bool


class WordsModel:
    """The network and its vocabulary, loaded once."""

    def __init__(self, folder: ModelFolder, network: Network, vocabulary: Pieces) -> None:
        self.folder = folder
        self.kinds: tuple[TextKind, ...] = tuple(
            kind for name in folder.manifest["kinds"] for kind in get_args(TextKind) if kind == name
        )
        self.languages: Mapping[str, tuple[TextKind, ...]] = {
            language: tuple(kind for kind in get_args(TextKind) if kind in kinds)
            for language, kinds in folder.manifest["languages"].items()
        }
        self._kept: dict[str, WordsReading] = {}
        self._lock = Lock()
        self._network = network
        self._vocabulary = vocabulary

    @classmethod
    def load(cls, settings: RuntimeSettings = RuntimeSettings(), root: Path | None = None) -> WordsModel:
        """Load the model that is served.

        Raises:
            ModelError: It is missing or damaged.
        """
        folder = ModelFolder.open(MODEL_NAME, root=root)
        return cls.of(folder, settings)

    @classmethod
    def of(cls, folder: ModelFolder, settings: RuntimeSettings = RuntimeSettings()) -> WordsModel:
        """Load one folder."""
        # Rows are small and of few lengths; whatever the device is, a CPU is fast enough.
        network = load_network(folder.file("graph"), RuntimeSettings(threads=settings.threads))
        return cls(folder, network, Pieces.read(folder.file("vocabulary")))

    def excludes(self, language: str) -> tuple[TextKind, ...]:
        """The kinds whose recall in a language is measured and high enough that finding none means no."""
        return self.languages.get(language, ())

    def read(self, text: str) -> WordsReading:
        """`read_all` of one text."""
        return self.read_all([text])[0]

    def read_all(self, texts: Sequence[str]) -> list[WordsReading]:
        """What each of the normalised texts reads like, with the part of the text that it was read from."""
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        cut = [_windows(text, self._vocabulary) for text in new]
        rows = iter(self._probabilities([window for windows, _ in cut for window in windows]))
        for text, (windows, complete) in zip(new, cut, strict=True):
            found: list[Passage] = []
            for window in windows:
                found += self._passages(text, window, next(rows))
            known[text] = WordsReading(tuple(found), complete)
        with self._lock:
            for text in new:
                if len(text) <= _LONGEST_KEPT:
                    self._kept[text] = known[text]
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return [known[text] for text in texts]

    def _passages(self, text: str, window: Sequence[Piece], row: NDArray[np.float32]) -> Iterator[Passage]:
        start, end = window[0].start, window[-1].end
        named = zip(self.kinds, row.tolist(), strict=True)
        probable = {kind: probability for kind, probability in named if probability >= _LEAST}
        sentences = [(start, end)]
        scores = row[None]
        if max(probable.values(), default=0.0) >= _SENTENCES_FROM:
            sentences = _sentences(text, start, end)
            if len(sentences) > 1:
                scores = self.score([text[first:last] for first, last in sentences])
        for column, kind in enumerate(self.kinds):
            if kind not in probable:
                continue
            best = int(np.argmax(scores[:, column]))
            # Where no sentence says it alone, all of them together do.
            alone = scores[best, column] >= probable[kind] / 2
            first, last = sentences[best] if alone else (start, end)
            yield Passage(kind, first, last, probable[kind], f"{kind}/{self.folder.id}")

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The largest probability of each kind, shape (texts, kinds), of texts as they were written."""
        cut = [_windows(normalise(text).text, self._vocabulary)[0] for text in texts]
        rows = iter(self._probabilities([window for windows in cut for window in windows]))
        none = np.zeros(len(self.kinds), dtype=np.float32)
        return np.array([np.max([none, *islice(rows, len(windows))], axis=0) for windows in cut])

    def _probabilities(self, windows: Sequence[Sequence[Piece]]) -> list[NDArray[np.float32]]:
        """One row a window; windows of a length go through the network together, and equal ones once."""
        rows: dict[tuple[int, ...], NDArray[np.float32]] = {}
        by_length: dict[int, list[tuple[int, ...]]] = {}
        keys = [tuple(piece.token for piece in window) for window in windows]
        for key in dict.fromkeys(keys):
            by_length.setdefault(_length(len(key)), []).append(key)
        for length, alike in by_length.items():
            for key, row in zip(alike, self._network(padded(alike, length))[0], strict=True):
                rows[key] = np.asarray(row, dtype=np.float32)
        return [rows[key] for key in keys]


def padded(windows: Sequence[Sequence[int]], length: int | None = None) -> NDArray[np.int64]:
    """Windows of tokens as rows, all of the shortest length that holds the longest of them."""
    length = length or _length(max(len(window) for window in windows))
    rows = np.full((len(windows), length), PAD, dtype=np.int64)
    for row, window in zip(rows, windows, strict=True):
        row[: len(window) + 2] = [FIRST, *window, LAST]
    return rows


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences or lines of a part of a text, without the spaces around them."""
    found = (match.span() for match in _SENTENCE.finditer(text, start, end))
    return list(found) or [(start, end)]


def _length(tokens: int) -> int:
    return next(length for length in LENGTHS if length >= tokens + 2)


def _windows(text: str, vocabulary: Pieces) -> tuple[list[list[Piece]], bool]:
    """The windows of a normalised text, their pieces placed in it, and whether they are all of it."""
    plain = plain_words(text)
    most = _WINDOW + (MOST_WINDOWS - 1) * _STEP
    # One more than is read tells that there is more; a text of any length is cut no further.
    pieces = list(islice(_placed(vocabulary.each(plain.text), plain.places), most + 1))
    complete = len(pieces) <= most
    pieces = pieces[:most]
    windows = [pieces[start : start + _WINDOW] for start in range(0, max(1, len(pieces) - _WINDOW + _STEP), _STEP)]
    return [window for window in windows if window], complete


def _placed(pieces: Iterator[Piece], places: tuple[int, ...] | None) -> Iterator[Piece]:
    for piece in pieces:
        if places is None:
            yield piece
        else:
            yield Piece(piece.token, places[piece.start], places[piece.end - 1] + 1)
