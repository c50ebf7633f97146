"""Numbers of identity documents: passports, driving licences, social security and identity cards."""

from __future__ import annotations

from typing import Final

from consentry.signals.text import checksums
from consentry.signals.text.passages import IS, Pattern

_NUMBER: Final = r"(?:\s?(?:number|no\.?|num\.?|nr\.?|nummer|n°|nº|#|id)){0,2}"
_CODE: Final = r"(?P<value>(?=[A-Z<]{0,4}\d)(?=[A-Z\d -]{0,6}\d{2})[A-Z\d](?:[ -]?[A-Z\d]){4,15})(?![\w-])"
"""A number with few letters: at most four of them in front of the first digit, and two digits in a row."""


def _identity(rule: str, probability: float, pattern: str, valid: object = None, *, case: bool = False) -> Pattern:
    return Pattern(
        "identity_number",
        f"identity_number/{rule}",
        probability,
        pattern,
        valid if callable(valid) else None,
        case,
    )


def _many_digits(value: str) -> bool:
    return sum(character.isdigit() for character in value) >= 4


def _whole_code(value: str) -> bool:
    return _many_digits(value) and 5 <= len(checksums.compact(value)) <= 16


# Where the probabilities come from: docs/text.md. Without a label a number needs a format or check digit of its own.
PATTERNS: Final = (
    _identity(
        "us_social_security",
        0.9,
        r"(?<![\w-])\d{3}(?P<joint>[- ])\d{2}(?P=joint)\d{4}(?![\w-])",
        checksums.us_social_security,
    ),
    _identity(
        "us_social_security_labelled",
        0.9,
        r"\b(?:ssn|social security)" + _NUMBER + IS + r"(?P<value>\d{3}[- .]?\d{2}[- .]?\d{4})(?!\d)",
    ),
    _identity(
        "uk_national_insurance",
        0.85,
        r"(?<![A-Z0-9])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)",
        case=True,
    ),
    _identity("passport", 0.8, r"\bpass?(?:port|aporto|aporte|eport)" + _NUMBER + IS + _CODE, _whole_code),
    _identity(
        "passport_zone", 0.95, r"(?<![A-Z0-9<])[A-Z0-9<]{44}(?![A-Z0-9<])", checksums.machine_readable_zone, case=True
    ),
    _identity(
        "driving_licence",
        0.75,
        r"\b(?:driv(?:er|ing)(?:['’]?s)?\s?licen[cs]e|dl|f(?:ü|ue)hrerschein|permis de conduire)"
        + _NUMBER
        + IS
        + _CODE,
        _whole_code,
    ),
    _identity(
        "identity_card",
        0.75,
        r"\b(?:id(?:entity)?\s?card|id\s?(?:number|no\.?|nr\.?)|national id|(?:personal)?ausweis|carte d['’]identité"
        r"|identiteitskaart|cédula|cedula|rg|medicare|voter id|tax id|steuer-?id)" + _NUMBER + IS + _CODE,
        _whole_code,
    ),
    _identity("es_dni", 0.85, r"(?<![\w-])(?:[XYZ]-?\d{7}|\d{8})-?[A-HJ-NP-TV-Z](?![\w-])", checksums.spanish_identity),
    _identity(
        "it_codice_fiscale",
        0.95,
        r"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z](?!\w)",
        checksums.italian_fiscal_code,
    ),
    _identity("br_cpf", 0.9, r"(?<![\w.])\d{3}\.\d{3}\.\d{3}-\d{2}(?!\w)", checksums.brazilian_cpf),
    _identity("cn_resident", 0.9, r"(?<!\w)[1-9]\d{16}[\dX](?!\w)", checksums.chinese_resident_identity),
    _identity(
        "se_personnummer", 0.75, r"(?<![\w-])(?:\d{2})?\d{6}[-+]\d{4}(?![\w-])", checksums.swedish_personal_number
    ),
    _identity("fr_nir", 0.9, r"(?<!\w)[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}(?!\w)", checksums.french_insee),
    _identity("in_aadhaar", 0.8, r"(?<![\w-])\d{4} \d{4} \d{4}(?![\w-]| \d{4})", checksums.indian_aadhaar),
    _identity(
        "in_aadhaar_labelled", 0.85, r"\baadha+r" + _NUMBER + IS + r"(?P<value>\d{12})(?!\d)", checksums.indian_aadhaar
    ),
    _identity("pl_pesel", 0.85, r"\bpesel" + _NUMBER + IS + r"(?P<value>\d{11})(?!\d)", checksums.polish_pesel),
    _identity(
        "nl_bsn",
        0.85,
        r"\b(?:bsn|burgerservicenummer|sofinummer)" + _NUMBER + IS + r"(?P<value>\d{9})(?!\d)",
        checksums.dutch_bsn,
    ),
)
"""Formats of single countries where a check digit or a label tells; labels are English and a few neighbours."""
