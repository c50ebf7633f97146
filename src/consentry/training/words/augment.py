"""The same text as somebody else would have typed it: capitals, accents, typing errors, a part cut off."""

from __future__ import annotations

import random
import unicodedata
from typing import Final

_ENDINGS: Final = ("", "!", "!!", "...", " 😂", " 😈", " 💀", " lol", " #fyp", " 🔥", " @user", "?")
_RATE: Final = 0.5
"""Half of the texts of a pass are left as they are."""


def varied(text: str, generator: random.Random) -> str:
    """One variation, or the text itself."""
    if generator.random() > _RATE:
        return text
    kind = generator.randrange(5)
    if kind == 0:
        decomposed = unicodedata.normalize("NFD", text)
        return "".join(part for part in decomposed if not ("\u0300" <= part <= "\u036f"))
    if kind == 1:
        return text.rstrip(".!?") + generator.choice(_ENDINGS)
    if kind == 2:
        return "".join(character for character in text if character not in ".,;:!?'’\"")
    words = text.split(" ")
    if kind == 3 and len(words) > 3:
        place = generator.randrange(len(words))
        words[place] = _mistyped(words[place], generator)
        return " ".join(words)
    if len(words) > 12:
        # OCR and quotes cut a word or two off at either end; more could take away what the text is about.
        return " ".join(words[generator.randrange(3) : len(words) - generator.randrange(2)])
    return text


def _mistyped(word: str, generator: random.Random) -> str:
    if len(word) < 4:
        return word
    place = generator.randrange(1, len(word) - 1)
    if generator.random() < 0.5:
        return word[:place] + word[place + 1 :]
    return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
