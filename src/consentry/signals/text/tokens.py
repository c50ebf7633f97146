"""Texts cut into the pieces that the network for words knows: the most probable way to write them in known pieces.

Kudo 2018, "Subword Regularization": a unigram model, cut by Viterbi's algorithm, over words that begin with a mark for
the space before them. A character that is in no piece is one unknown piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

PAD: Final = 0
FIRST: Final = 1
LAST: Final = 2
UNKNOWN: Final = 3
SPECIAL: Final = ("<pad>", "<s>", "</s>", "<unk>")
SPACE: Final = "\u2581"
_LONGEST_PIECE: Final = 16
_LONGEST_WORD: Final = 100
"""Of words that are longer than any that is known, only the beginning is kept."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a word.

    Attributes:
        token: Its number in the vocabulary.
        start: Offset in the text of the word that it belongs to.
        end: Offset behind that word.
    """

    token: int
    start: int
    end: int


class Pieces:
    """A vocabulary of pieces, each with the logarithm of its probability."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        self._known = {
            piece: (number, score)
            for number, (piece, score) in enumerate(zip(pieces, scores, strict=True))
            if number >= len(SPECIAL)
        }
        self._unknown = min(scores) - 10.0
        self._cut_word = lru_cache(maxsize=65_536)(self._best)
        self.size = len(pieces)

    @classmethod
    def read(cls, path: Path) -> Pieces:
        """A vocabulary from its file: a piece and its score a line, with a tab between them."""
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")]
        return cls([piece for piece, _ in rows], [float(score) for _, score in rows])

    def lines(self) -> str:
        """What `read` reads."""
        rows = [f"{name}\t0" for name in SPECIAL]
        rows += [f"{piece}\t{score:.4f}" for piece, (_, score) in self._known.items()]
        return "\n".join(rows) + "\n"

    def cut(self, text: str) -> list[Piece]:
        """The pieces of a text, in its order."""
        return list(self.each(text))

    def each(self, text: str) -> Iterator[Piece]:
        """The pieces of a text one by one: it is read no further than they are asked for."""
        for start, end in _words(text):
            for token in self._cut_word(text[start : min(end, start + _LONGEST_WORD)]):
                yield Piece(token, start, end)

    def _best(self, word: str) -> tuple[int, ...]:
        marked = SPACE + word
        best = [0.0] + [float("-inf")] * len(marked)
        came_from: list[tuple[int, int]] = [(0, UNKNOWN)] * (len(marked) + 1)
        for start in range(len(marked)):
            for end in range(start + 1, min(len(marked), start + _LONGEST_PIECE) + 1):
                found = self._known.get(marked[start:end])
                if found is not None and best[start] + found[1] > best[end]:
                    best[end], came_from[end] = best[start] + found[1], (start, found[0])
            if best[start] + self._unknown > best[start + 1]:
                best[start + 1], came_from[start + 1] = best[start] + self._unknown, (start, UNKNOWN)
        tokens: list[int] = []
        place = len(marked)
        while place > 0:
            place, token = came_from[place]
            tokens.append(token)
        return tuple(reversed(tokens))


def _words(text: str) -> Iterator[tuple[int, int]]:
    start = -1
    for place, character in enumerate(text):
        if character.isspace():
            if start >= 0:
                yield start, place
            start = -1
        elif start < 0:
            start = place
    if start >= 0:
        yield start, len(text)
