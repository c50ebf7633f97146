"""Licence plates: behind a label, or in the format of a country next to talk of a vehicle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from consentry.signals.text.passages import IS, Passage, Pattern

_LABELLED: Final = Pattern(
    "licence_plate",
    "licence_plate/labelled",
    0.8,
    r"\b(?:licen[cs]e\s?plate|number\s?plate|plates?|reg(?:istration)?(?:\s?plate)?|tag|kennzeichen|immatriculation"
    r"|plaque|matr[ií]cula|targa|kenteken|placa)(?:\s?(?:number|no\.?|nr\.?|#))?(?:\s(?:reads|says))?(?!\w)"
    + IS
    + r"(?P<value>[A-ZÄÖÜ0-9]{1,4}(?:[ -]?[A-ZÄÖÜ0-9]{1,4}){1,3})(?![\w-])",
)
_FORMATS: Final = tuple(
    Pattern("licence_plate", f"licence_plate/{country}", 0.75, pattern, case=True)
    for country, pattern in (
        ("gb", r"(?<![\w-])[A-HJ-PR-Y][A-HJ-PR-Y]\d{2} ?[A-HJ-PR-Z]{3}(?![\w-])"),
        ("de", r"(?<![\w-])[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}[EH]?(?![\w-])"),
        ("fr_it", r"(?<![\w-])[A-HJ-NP-TV-Z]{2}[- ]?\d{3}[- ]?[A-HJ-NP-TV-Z]{2}(?![\w-])"),
        ("es", r"(?<![\w-])\d{4}[- ]?[BCDFGHJ-NPR-TV-Z]{3}(?![\w-])"),
        ("nl", r"(?<![\w-])(?:[A-Z]{2}-\d{3}-[A-Z]|[A-Z]-\d{3}-[A-Z]{2}|\d{1,2}-[A-Z]{2,3}-\d{1,2})(?![\w-])"),
        ("in", r"(?<![\w-])[A-Z]{2}[ -]?\d{2}[ -]?[A-Z]{1,2}[ -]?\d{4}(?![\w-])"),
        ("us", r"(?<![\w-])(?:\d[A-Z]{3}\d{3}|[A-Z]{3}[- ]\d{3,4})(?![\w-])"),
        ("br", r"(?<![\w-])[A-Z]{3}-?\d[A-Z0-9]\d{2}(?![\w-])"),
    )
)
_VEHICLE: Final = re.compile(
    r"\b(?:cars?|vans?|trucks?|suvs?|sedan|pickup|vehicle|motorbike|motorcycle|scooter|taxi|driv(?:es?|er|ing|en)|drove"
    r"|parked|parks|plates?|bmw|audi|vw|volkswagen|toyota|honda|ford|tesla|mercedes|nissan|hyundai|kia|fiat|renault"
    r"|peugeot|jeep|chevy|chevrolet|auto|wagen|voiture|coche|macchina|fährt|kennzeichen|carro)\b",
    re.IGNORECASE,
)
_REACH: Final = 60


def _like_a_plate(value: str) -> bool:
    """Digits, and unless there are many of them a letter too."""
    digits = sum(character.isdigit() for character in value)
    return digits >= 2 and (digits >= 4 or any(character.isalpha() for character in value))


def find_plates(text: str) -> Iterator[Passage]:
    """Plates behind a label in any form; plates of nine countries' formats, in capitals, near talk of a vehicle."""
    for passage in _LABELLED.find(text):
        if _like_a_plate(text[passage.start : passage.end]):
            yield passage
    for pattern in _FORMATS:
        for passage in pattern.find(text):
            if _VEHICLE.search(text, max(0, passage.start - _REACH), passage.end + _REACH):
                yield passage
