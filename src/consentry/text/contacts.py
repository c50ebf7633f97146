"""E-mail addresses and phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from consentry.records import TextKind

DEFAULT_REGIONS: Final = ("US", "CA", "GB", "IE", "AU", "NZ", "ZA", "IN")
"""Where a number without a country code is looked for: the large countries that write English, as the rules do."""

# Lower ends of 95 % intervals of measured precision, see docs/text.md; spelt-out addresses are a judgement.
_EMAIL_PRECISION: Final = 0.96
_SPELT_OUT_PRECISION: Final = 0.8
_PHONE_PRECISION: Final = 0.85

_MAX_DIGIT_CHARACTERS: Final = 5_000
"""How much of a text may be numbers and still be searched for phone numbers: at worst about two seconds of work."""

_EMAIL: Final = re.compile(
    r"(?<![\w.%+-])[a-z0-9_][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}[a-z]{2,18}(?![\w-])",
    re.IGNORECASE,
)
_EMAIL_SPELT_OUT: Final = re.compile(
    r"(?<![\w.%+-])[a-z0-9_][a-z0-9._%+-]{0,63}\s{0,2}[\[({]\s?at\s?[\])}]\s{0,2}"
    r"[a-z0-9-]{1,63}(?:\s{0,2}[\[({]\s?dot\s?[\])}]\s{0,2}[a-z0-9-]{1,63}|\.[a-z0-9-]{1,63}){1,4}(?![\w-])",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"[+(]{0,2}\d(?:[^\w\n]{0,3}\d){6,}")
_LINK: Final = re.compile(r"https?://\S++", re.IGNORECASE)
_CONTEXT: Final = 12
"""Characters around a run of digits that the matcher sees: it looks for signs that the number is something else."""


class Passage(NamedTuple):
    """A finding in the normalised text."""

    kind: TextKind
    start: int
    end: int
    probability: float
    rule: str


def find_emails(text: str) -> Iterator[Passage]:
    """Addresses as they are, and those with ``[at]`` and ``[dot]``."""
    for found in _EMAIL.finditer(text):
        yield Passage("email", found.start(), found.end(), _EMAIL_PRECISION, "email/plain")
    for found in _EMAIL_SPELT_OUT.finditer(text):
        yield Passage("email", found.start(), found.end(), _SPELT_OUT_PRECISION, "email/spelt_out")


def find_phones(text: str, regions: Sequence[str]) -> tuple[list[Passage], bool]:
    """Numbers that are valid in a numbering plan: with a country code in any, without one in those of `regions`.

    Numbers inside links are left alone: hardly ever are they anybody's.

    Returns:
        The findings, and whether the whole text was searched (a text of little but digits is not).
    """
    passages: list[Passage] = []
    links = [found.span() for found in _LINK.finditer(text)]
    budget = _MAX_DIGIT_CHARACTERS
    for run in _DIGITS.finditer(text):
        budget -= run.end() - run.start()
        if budget < 0:
            break
        start = max(0, run.start() - _CONTEXT)
        window = text[start : run.end() + _CONTEXT]
        passages += [
            passage._replace(start=passage.start + start, end=passage.end + start)
            for passage in _phones_in(window, regions)
            if run.start() <= passage.start + start < run.end()
        ]
    outside = [passage for passage in passages if not any(a <= passage.start < b for a, b in links)]
    return outside, budget >= 0


def _phones_in(window: str, regions: Sequence[str]) -> Iterator[Passage]:
    import phonenumbers

    for region in (None, *regions):
        for found in phonenumbers.PhoneNumberMatcher(window, region, leniency=phonenumbers.Leniency.VALID):
            international = found.raw_string.lstrip("(").startswith("+")
            rule = "phone/international" if international else "phone/national"
            yield Passage("phone", found.start, found.end, _PHONE_PRECISION, rule)
