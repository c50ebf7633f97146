"""Words written so that a machine misses them, written out: s p a c e d, v1d30, and letters of another alphabet.

For the network alone. Rules read the text as it stands, since a number in a phone number is a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from consentry.signals.text.normalise import NormalisedText

_ALIKE: Final = str.maketrans(
    "аеорсухіјѕһԁɡӏвкмнтАЕОРСУХІЈЅВКМНТαοιρντυκΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijshdglbkmhtAEOPCYXIJSBKMHTaoipvtukABEZHIKMNOPTYX",
)
_OTHER: Final = re.compile(r"[Ͱ-ϿЀ-ӿԀ-ԯɡ]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_LEET: Final = str.maketrans("013457@$", "oieastas")
_HIDDEN: Final = re.compile(r"(?<![\w@.])[A-Za-z]+(?:[013457@$]{1,2}[A-Za-z]+)+(?:[013457]{1,2}(?!\d))?(?![\w@.])")
"""Figures and signs between letters of one word; not what follows a number (``5k``), nor an e-mail address."""
_SPACED: Final = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*]{1,2}[^\W\d_]){3,}(?![^\W_])")
"""At least four single letters with the same kind of gap between them."""
_GAP: Final = re.compile(r"[ .\-_*]+")
_REPEATED: Final = re.compile(r"(.)\1{3,}", re.DOTALL)


def plain_words(text: NormalisedText | str) -> NormalisedText:
    """The text as the network reads it: in small letters, disguises undone, with the places of the normalised text.

    Args:
        text: As `normalise` gives it.

    Returns:
        Its text, and for each character the offset in the *normalised* text (``None`` if they are the same).
    """
    given = text if isinstance(text, str) else text.text
    characters = [character.lower() if len(character.lower()) == 1 else character for character in given]
    plain = "".join(characters)
    if _OTHER.search(plain) and _LATIN.search(plain):
        plain = re.sub(r"\w+", lambda word: _of_one_alphabet(word.group()), plain)
    plain = _HIDDEN.sub(lambda word: word.group().translate(_LEET), plain)
    removed = [
        (found.start() + gap.start(), found.start() + gap.end())
        for found in _SPACED.finditer(plain)
        for gap in _GAP.finditer(found.group())
    ]
    removed += [(found.start() + 3, found.end()) for found in _REPEATED.finditer(plain)]
    return _without(plain, removed)


def _of_one_alphabet(word: str) -> str:
    return word.translate(_ALIKE) if _OTHER.search(word) and _LATIN.search(word) else word


def _without(text: str, removed: Sequence[tuple[int, int]]) -> NormalisedText:
    if not removed:
        return NormalisedText(text, None)
    gone = {place for start, end in removed for place in range(start, end)}
    places = tuple(place for place in range(len(text)) if place not in gone)
    return NormalisedText("".join(text[place] for place in places), places)
