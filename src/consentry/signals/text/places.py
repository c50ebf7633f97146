"""Where somebody is, in numbers and links: coordinates, plus codes, links into maps."""

from __future__ import annotations

from typing import Final

from consentry.signals.text.passages import Pattern

_PLUS: Final = "[23456789CFGHJMPQRVWX]"
_MAP_HOSTS: Final = (
    r"(?:maps\.google\.[a-z.]{2,6}|(?:www\.)?google\.[a-z.]{2,6}/maps|goo\.gl/maps|maps\.app\.goo\.gl|maps\.apple\.com"
    r"|(?:www\.)?openstreetmap\.org|osm\.org/go|(?:www\.)?bing\.com/maps|(?:www\.)?waze\.com/ul"
    r"|(?:ul\.)?waze\.com/livemap"
    r"|yandex\.[a-z]{2,3}/maps|what3words\.com|w3w\.co|(?:wego\.)?here\.com|mapy\.cz|map\.baidu\.com|plus\.codes)"
)


def _pair_in_range(value: str) -> bool:
    """Whether a decimal pair is a place on earth other than none (0, 0)."""
    numbers = []
    for part in value.replace(";", ",").replace("°", " ").replace(",", " ").split():
        digits = part.strip("NSEWnsewgo:")
        if digits:
            numbers.append(float(digits))
    return len(numbers) == 2 and abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 and any(numbers)


def _full_plus_code(value: str) -> bool:
    """A full code begins with a latitude below 90° and a longitude below 180° (Open Location Code)."""
    alphabet = "23456789CFGHJMPQRVWX"
    return alphabet.index(value[0].upper()) < 9 and alphabet.index(value[1].upper()) < 18


# Where the probabilities come from: docs/text.md.
PATTERNS: Final = (
    Pattern(
        "location",
        "location/coordinates",
        0.85,
        r"(?<![\w.,+-])(?:geo:)?[+-]?\d{1,2}\.\d{3,10}°?\s?[NS]?(?:\s{0,2}[,;]\s{0,2}|\s{1,2})"
        r"[+-]?\d{1,3}\.\d{3,10}°?\s?[EW]?(?![\w.%])",
        _pair_in_range,
    ),
    Pattern(
        "location",
        "location/degrees",
        0.9,
        r"(?<![\w.])\d{1,2}\s?°\s?(?:\d{1,2}(?:\.\d{1,6})?\s?['′’]\s?)?(?:\d{1,2}(?:\.\d{1,6})?\s?(?:\"|″|”|''|′′)\s?)?[NS]"
        r"[\s,;]{0,3}\d{1,3}\s?°\s?(?:\d{1,2}(?:\.\d{1,6})?\s?['′’]\s?)?(?:\d{1,2}(?:\.\d{1,6})?\s?(?:\"|″|”|''|′′)\s?)?[EWO]"
        r"(?!\w)",
    ),
    Pattern("location",
    "location/plus_code", 0.9, rf"(?<![\w+])[23456789CFGHJMPQRV]{_PLUS}{{7}}\+{_PLUS}{{2,3}}(?![\w+])",
            _full_plus_code, case=True),
    Pattern(
        "location",
        "location/plus_code_with_place",
        0.7,
        rf"(?<![\w+])(?=\w{{0,5}}[A-Z])(?=\w{{0,5}}\d)?{_PLUS}{{4,6}}\+{_PLUS}{{2,3}}(?=,?\s[A-Z][a-z])(?![\w+])",
        case=True,
    ),
    Pattern("location", "location/map_link", 0.85, rf"(?<![\w.])(?:https?://)?{_MAP_HOSTS}[/?#][^\s<>\"]{{2,400}}"),
    Pattern("location",
    "location/what3words", 0.85, r"(?<![\w/:])///[^\W\d_]{3,20}\.[^\W\d_]{3,20}\.[^\W\d_]{3,20}(?![\w.])"),
)  # fmt: skip
"""Numbers need at least three decimal places: about a hundred metres."""
