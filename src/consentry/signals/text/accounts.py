"""Bank accounts and payment cards."""

from __future__ import annotations

from typing import Final

from consentry.signals.text import checksums
from consentry.signals.text.passages import IS, Pattern

# Where the probabilities come from: docs/text.md.
PATTERNS: Final = (
    Pattern(
        "bank_account",
        "bank_account/iban",
        0.91,
        r"(?<![A-Z0-9])(?:IBAN)?(?P<value>[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?)(?![A-Z0-9])",
        checksums.iban,
    ),
    Pattern(
        "bank_account",
        "bank_account/labelled",
        0.7,
        r"\b(?:account|acct|a/c|konto|kontonummer|compte|cuenta|conta)\.?\s?"
        r"(?:number|no\.?|num\.?|nr\.?|nummer|#)" + IS + r"(?P<value>\d(?:[ -]?\d){5,16})(?!\d)",
    ),
    Pattern(
        "bank_account",
        "bank_account/sort_code",
        0.8,
        r"\bsort\s?code" + IS + r"(?P<value>\d\d[ -]?\d\d[ -]?\d\d)(?!\d)",
    ),
    Pattern(
        "bank_account",
        "bank_account/routing_number",
        0.8,
        r"\b(?:routing|aba|rtn)(?:\s?(?:number|no\.?|#))?" + IS + r"(?P<value>\d{9})(?!\d)",
        checksums.routing_number,
    ),
    Pattern(
        "payment_card",
        "payment_card/number",
        0.97,
        r"(?<![\w.+-])\d(?:[ -]?\d){11,18}(?![\w-]|\.\d)",
        checksums.payment_card,
    ),
    Pattern(
        "payment_card",
        "payment_card/security_code",
        0.7,
        r"\b(?:cvv2?|cvc2?|security code)" + IS + r"(?P<value>\d{3,4})(?!\d)",
    ),
)
"""Accounts and cards; numbers with a check digit need no label."""
