"""WordPiece: words cut into the pieces that a sentence-embedding network knows.

Devlin et al. 2019, "BERT"; the steps are those of its lower-case reference code: control characters and
accents away, small letters, punctuation and CJK characters for themselves, then the longest known piece first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

PAD: Final = 0
_LONGEST_WORD: Final = 100
_CJK: Final = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


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


class WordPieces:
    """A vocabulary, one piece a line; a piece that goes on with a word begins with ``##``."""

    def __init__(self, pieces: list[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self.first = self._numbers["[CLS]"]
        self.last = self._numbers["[SEP]"]
        self._unknown = self._numbers["[UNK]"]
        self._longest = max(len(piece.removeprefix("##")) for piece in self._numbers)

    @classmethod
    def read(cls, path: Path) -> WordPieces:
        """A vocabulary from its file."""
        return cls(path.read_text(encoding="utf-8").rstrip("\n").split("\n"))

    def cut(self, text: str) -> list[Piece]:
        """The pieces of a text, in its order."""
        return list(self.each(text))

    def each(self, text: str) -> Iterator[Piece]:
        """The pieces of a text one by one: it is read no further than they are asked for."""
        for word, start, end in _words(text):
            for token in self._pieces(word):
                yield Piece(token, start, end)

    def _pieces(self, word: str) -> list[int]:
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(min(len(word), start + self._longest), start, -1):
                number = self._numbers.get(word[start:end] if start == 0 else f"##{word[start:end]}")
                if number is not None:
                    break
            else:
                return [self._unknown]
            found.append(number)
            start = end
        return found


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Words in small letters without accents, and signs, each with its place in the text.

    Of words that are longer than any that is known, only the beginning is kept.
    """
    word, start = "", 0
    for place, character in enumerate(text):
        kind = _kind(character)
        if kind == "nothing":
            continue
        if kind != "letter":
            if word:
                yield word, start, place
                word = ""
            if kind == "sign":
                yield character, place, place + 1
            continue
        if not word:
            start = place
        if len(word) <= _LONGEST_WORD:
            word += _plain(character)
    if word:
        yield word, start, len(text)


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    decomposed = unicodedata.normalize("NFD", character.lower())
    return "".join(part for part in decomposed if unicodedata.category(part) != "Mn")


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    number, category = ord(character), unicodedata.category(character)
    if character in " \t\n\r" or category == "Zs":
        return "space"
    if number in (0, 0xFFFD) or category.startswith("C"):
        return "nothing"
    sign = 33 <= number <= 47 or 58 <= number <= 64 or 91 <= number <= 96 or 123 <= number <= 126
    if sign or category.startswith("P") or any(low <= number <= high for low, high in _CJK):
        return "sign"
    return "letter"
