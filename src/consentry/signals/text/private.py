"""Every kind of private information, and which finding counts where two would overlap."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final

from consentry.records import TextKind
from consentry.signals.text import accounts, credentials, identity, medical, places
from consentry.signals.text.addresses import find_addresses
from consentry.signals.text.contacts import find_emails, find_phones
from consentry.signals.text.passages import Passage, find_all
from consentry.signals.text.plates import find_plates
from consentry.signals.text.spans import Spans

_NUMBERS: Final[tuple[TextKind, ...]] = (
    "email",
    "bank_account",
    "payment_card",
    "location",
    "identity_number",
    "phone",
    "licence_plate",
)
"""Kinds of which one run of digits can only be one; the first that finds it keeps it."""


def find_private(text: str, regions: Sequence[str]) -> tuple[list[Passage], bool]:
    """Private information in a normalised text.

    Args:
        text: Normalised.
        regions: Where phone numbers without a country code are looked for.

    Returns:
        The findings, and whether the whole text was searched for phone numbers.
    """
    phones, all_searched = find_phones(text, regions)
    found = list(
        chain(
            find_emails(text),
            phones,
            find_addresses(text),
            find_plates(text),
            find_all(
                (*accounts.PATTERNS, *identity.PATTERNS, *places.PATTERNS, *credentials.PATTERNS, *medical.PATTERNS),
                text,
            ),
        )
    )
    return _one_kind_a_number(found), all_searched


def _one_kind_a_number(passages: Sequence[Passage]) -> list[Passage]:
    """Kind by kind: what an earlier kind has found is no number of a later one."""
    with_password = Spans((one.start, one.end) for one in passages if one.kind == "credentials")
    kept: list[Passage] = []
    taken: list[tuple[int, int]] = []
    for kind in _NUMBERS:
        before = Spans(taken)
        found = [one for one in passages if one.kind == kind and not before.overlap(one.start, one.end)]
        if kind == "email":  # one that stands with its password was said already
            found = [one for one in found if one.start not in with_password]
        kept += found
        taken += [(one.start, one.end) for one in found]
    return [*kept, *(one for one in passages if one.kind not in _NUMBERS)]
