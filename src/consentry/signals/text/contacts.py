"""E-mail addresses and phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from consentry.signals.text.passages import IS, Passage, Pattern
from consentry.signals.text.spans import Spans

DEFAULT_REGIONS: Final = ("US", "CA", "GB", "IE", "AU", "NZ", "ZA", "IN")
"""Where a number without a country code is looked for: the large countries that write English, as the rules do."""

# Lower ends of 95 % intervals of measured precision, see docs/text.md; spelt-out addresses are a judgement.
_EMAIL_PRECISION: Final = 0.96
_SPELT_OUT_PRECISION: Final = 0.8
_PHONE_PRECISION: Final = 0.85
_LABELLED_PRECISION: Final = 0.8

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
_DOTTED_QUAD: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
"""An address of a computer; some are valid telephone numbers too."""
_LINK: Final = re.compile(r"https?://\S++", re.IGNORECASE)
_LIKE_A_DATE: Final = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_LABELLED_BEHIND: Final = Pattern(
    "phone",
    "phone/labelled",
    _LABELLED_PRECISION,
    r"(?<![\w.+/-])(?P<value>(?:\+\s?)?\(?\d(?:[ ()./-]{0,2}\d){5,16}(?:\s?(?:x|ext\.?)\s?\d{1,6})?)"
    r"[ -]{1,3}[(]?(?:office|fax|mobile|cell|home|work|desk|direct|phone|landline)\b",
    lambda value: 6 <= sum(character.isdigit() for character in value) <= 20 and not _LIKE_A_DATE.fullmatch(value),
)
_LABELLED: Final = Pattern(
    "phone",
    "phone/labelled",
    _LABELLED_PRECISION,
    r"\b(?:(?:tele)?phone|tel|mobile|mob|cell(?:phone)?|fax|whats\s?app|signal|telegram|handy|telefon"
    r"|tél[eé]phone|tel[eé]fono"
    r"|(?:her|his|their|my|your|this) number|numbers?|contact|call(?:ing)?(?:\s(?:her|him|me|them|us|at|on)){1,2}|call"
    r"|(?:answering|reached?|reach (?:her|him|me|them|us)|ring(?:ing)?|text(?:ing)?(?:\s(?:her|him|me|them|us))?)"
    r"(?:\s(?:at|on|to))?|messages? to)"
    r"\.?(?:\s?(?:number|numéro|no\.?|nr\.?|nummer))?(?:\s(?:at|on))?"
    + IS
    + r"(?P<value>(?:\+\s?)?\(?\d(?:[ ()./-]{0,2}\d){5,16}(?:\s?(?:x|ext\.?)\s?\d{1,6})?)(?![\w/]|[.-]\d)",
    lambda value: 6 <= sum(character.isdigit() for character in value) <= 20 and not _LIKE_A_DATE.fullmatch(value),
)
_LONGEST_NUMBER: Final = 100
"""Characters that a telephone number with all its separators cannot be long."""
_CONTEXT: Final = 12
"""Characters around a run of digits that the matcher sees: it looks for signs that the number is something else."""


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
    links = Spans(found.span() for found in _LINK.finditer(text))
    budget = _MAX_DIGIT_CHARACTERS
    for run in _DIGITS.finditer(text):
        first, last = run.start(), min(run.end(), run.start() + budget)
        budget -= run.end() - run.start()
        # Where the search breaks off, what is found last may be half a number.
        surely = last if budget >= 0 else last - _LONGEST_NUMBER
        start = max(0, first - _CONTEXT)
        window = text[start : last + _CONTEXT if budget >= 0 else last]
        passages += [
            passage._replace(start=passage.start + start, end=passage.end + start)
            for passage in _phones_in(window, regions)
            if first <= passage.start + start < surely
        ]
        if budget < 0:
            break
    for labelled in (_LABELLED, _LABELLED_BEHIND):
        known = Spans((passage.start, passage.end) for passage in passages)
        passages += [passage for passage in labelled.find(text) if not known.overlap(passage.start, passage.end)]
    passages = [passage for passage in passages if not _DOTTED_QUAD.fullmatch(text, passage.start, passage.end)]
    outside = [passage for passage in passages if passage.start not in links]
    return outside, budget >= 0


def _phones_in(window: str, regions: Sequence[str]) -> Iterator[Passage]:
    import phonenumbers

    for region in (None, *regions):
        for found in phonenumbers.PhoneNumberMatcher(window, region, leniency=phonenumbers.Leniency.VALID):
            international = found.raw_string.lstrip("(").startswith("+")
            rule = "phone/international" if international else "phone/national"
            yield Passage("phone", found.start, found.end, _PHONE_PRECISION, rule)
