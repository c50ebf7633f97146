"""Undoing the ways to write a word so that a pattern misses it, without losing where it stood."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_MAX_EXPANSION: Final = 3
"""Some characters stand for whole phrases (one for 18 letters); a text of those must not grow eighteenfold."""


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A text in plain characters, and where each of them stood in the original.

    Attributes:
        text: NFKC form, character by character, without characters that are not seen.
        places: For each character of `text`, the offset of the original one; ``None`` if nothing was changed.
    """

    text: str
    places: tuple[int, ...] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """A span of `text` (not empty) as a span of the original."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def normalise(text: str) -> NormalisedText:
    """Full-width and mathematical letters become plain ones, zero-width and bidi control characters go away."""
    if text.isascii():
        return NormalisedText(text, None)
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for plain in _plain(character):
            characters.append(plain)
            places.append(place)
    return NormalisedText("".join(characters), tuple(places))


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    # Cf: zero-width space and joiners, soft hyphen, byte order mark, bidi controls. FE00-FE0F: variation selectors.
    if unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f":
        return ""
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) <= _MAX_EXPANSION else character
