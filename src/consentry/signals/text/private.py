"""Every kind of private information, and which finding counts where two would overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from consentry.records import TextKind
from consentry.signals.text import accounts, credentials, identity, medical, places
from consentry.signals.text.addresses import find_addresses
from consentry.signals.text.contacts import find_emails, find_phones
from consentry.signals.text.passages import Passage, find_all
from consentry.signals.text.plates import find_plates

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


def _one_kind_a_number(passages: Iterable[Passage]) -> list[Passage]:
    kept: list[Passage] = []
    known = list(passages)
    for passage in sorted(known, key=_rank):
        if passage.kind == "email" and any(
            other.kind == "credentials" and other.start <= passage.start < other.end for other in known
        ):
            continue  # said already: it stands with its password
        taken = passage.kind in _NUMBERS and any(
            other.kind in _NUMBERS
            and other.kind != passage.kind
            and passage.start < other.end
            and other.start < passage.end
            for other in kept
        )
        if not taken:
            kept.append(passage)
    return kept


def _rank(passage: Passage) -> int:
    return _NUMBERS.index(passage.kind) if passage.kind in _NUMBERS else len(_NUMBERS)
