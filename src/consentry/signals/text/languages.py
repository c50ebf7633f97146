"""Which language a text is in, where that can be told (py3langid, after Lui and Baldwin 2012, "langid.py")."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

UNKNOWN: Final = ""
"""Too short to tell, not sure, or of two languages."""
_LEAST_PROBABILITY: Final = 0.8
_LEAST_WORDS: Final = 4
"""In our texts, three words are given the wrong language more often than not (benchmarks/text_languages.py)."""
_HALVED_FROM: Final = 16
"""Words from which both halves of a text have to be of the same language."""
_NO_WORDS: Final = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|\d+|RT\b")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_MOST_WORDS: Final = 400


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)


def language_of(text: str) -> str:
    """The language of a normalised text as a code of two letters (``en``), or `UNKNOWN`."""
    words = _words(text)
    if len(words) < _LEAST_WORDS:
        return UNKNOWN
    whole = _sure(words)
    if whole == UNKNOWN or len(words) < _HALVED_FROM:
        return whole
    middle = len(words) // 2
    halves = {_sure(words[:middle]), _sure(words[middle:])} - {UNKNOWN}
    return whole if halves <= {whole} else UNKNOWN


def has_words(text: str) -> bool:
    """Whether there is anything in a text that could be read."""
    return _WORD.search(_NO_WORDS.sub(" ", text)) is not None


def _words(text: str) -> list[str]:
    found = _WORD.finditer(_NO_WORDS.sub(" ", text[: 40 * _MOST_WORDS]))
    return [word.group().lower() for _, word in zip(range(_MOST_WORDS), found, strict=False)]


def _sure(words: list[str]) -> str:
    language, probability = _identifier().classify(" ".join(words))
    return str(language) if probability >= _LEAST_PROBABILITY else UNKNOWN
