"""Check digits of cards, accounts and identity numbers. Pure functions on strings; separators are left out first.

Few lines each, so that no library (python-stdnum is LGPL) has to be installed for them; the tests compare them with it.
"""

from __future__ import annotations

from datetime import date
from typing import Final

_IBANS: Final = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 "
    "EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 "
    "KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 "
    "PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 "
    "UA29 VA22 VG24 XK20 YE30"
)
IBAN_LENGTHS: Final = {code[:2]: int(code[2:]) for code in _IBANS.split()}
"""Length of an IBAN by country, from the SWIFT registry of IBAN formats."""

_VERHOEFF_D: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_VERHOEFF_P: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)
_FISCAL_ODD: Final = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
         10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip


def compact(number: str) -> str:
    """Letters and digits alone, in capitals."""
    return "".join(character for character in number if character.isascii() and character.isalnum()).upper()


def luhn(number: str) -> bool:
    """The check digit of cards and of Swedish and South African identity numbers (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in compact(number) if digit.isdigit()]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return len(digits) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def payment_card(number: str) -> bool:
    """A number of a known card scheme, of a length that the scheme has, with its check digit."""
    digits = compact(number)
    if not digits.isdigit() or not 12 <= len(digits) <= 19 or len(set(digits)) < 2:
        return False
    two, four = int(digits[:2]), int(digits[:4])
    fits = (
        (digits[0] == "4" and len(digits) in (13, 16, 19))
        or ((51 <= two <= 55 or 2221 <= four <= 2720) and len(digits) == 16)
        or (two in (34, 37) and len(digits) == 15)
        or ((two in (30, 36, 38, 39)) and len(digits) in (14, 16, 19))
        or ((two in (35, 60, 62, 64, 65, 81) or four in (2131, 1800)) and 15 <= len(digits) <= 19)
        or (two in (50, 56, 57, 58, 59, 61, 63, 66, 67, 68, 69, 60))
    )
    return fits and luhn(digits)


def iban(number: str) -> bool:
    """An International Bank Account Number: the length of its country, and ISO 7064 MOD 97-10."""
    code = compact(number)
    if IBAN_LENGTHS.get(code[:2]) != len(code):
        return False
    return int("".join(str(int(character, 36)) for character in code[4:] + code[:4])) % 97 == 1


def routing_number(number: str) -> bool:
    """A routing number of a bank in the United States (ABA)."""
    digits = compact(number)
    if not digits.isdigit() or len(digits) != 9 or len(set(digits)) == 1:
        return False
    return sum(int(digit) * weight for digit, weight in zip(digits, (3, 7, 1) * 3, strict=True)) % 10 == 0


def us_social_security(number: str) -> bool:
    """A social security number of the United States that may have been issued: no area 000, 666 or 900 up, no zeros."""
    digits = compact(number)
    return (
        len(digits) == 9
        and digits.isdigit()
        and digits[:3] not in ("000", "666")
        and digits[0] != "9"
        and digits[3:5] != "00"
        and digits[5:] != "0000"
        and len(set(digits)) > 2
    )


def spanish_identity(number: str) -> bool:
    """DNI or NIE of Spain: the letter follows from the number modulo 23."""
    code = compact(number)
    body = code[:-1].translate(str.maketrans("XYZ", "012"))
    return body.isdigit() and len(body) == 8 and "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23] == code[-1]


def italian_fiscal_code(number: str) -> bool:
    """Codice fiscale of Italy: the last letter follows from the others."""
    code = compact(number)
    if len(code) != 16 or not code[-1].isalpha():
        return False
    total = 0
    for place, character in enumerate(code[:15]):
        if place % 2 == 0:
            total += _FISCAL_ODD[character]
        else:
            total += int(character) if character.isdigit() else ord(character) - ord("A")
    return chr(ord("A") + total % 26) == code[-1]


def brazilian_cpf(number: str) -> bool:
    """CPF of Brazil: two check digits modulo 11."""
    digits = [int(digit) for digit in compact(number) if digit.isdigit()]
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    for length in (9, 10):
        total = sum(digit * (length + 1 - place) for place, digit in enumerate(digits[:length]))
        if (total * 10 % 11) % 10 != digits[length]:
            return False
    return True


def polish_pesel(number: str) -> bool:
    """PESEL of Poland: weights 1, 3, 7, 9, and a date of birth."""
    digits = [int(digit) for digit in compact(number) if digit.isdigit()]
    if len(digits) != 11:
        return False
    month = (digits[2] * 10 + digits[3]) % 20
    day = digits[4] * 10 + digits[5]
    weighted = sum(digit * weight for digit, weight in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), strict=True))
    return 1 <= month <= 12 and 1 <= day <= 31 and weighted % 10 == 0


def dutch_bsn(number: str) -> bool:
    """BSN of the Netherlands: the eleven test."""
    digits = [int(digit) for digit in compact(number) if digit.isdigit()]
    if len(digits) != 9 or not any(digits):
        return False
    return sum(digit * weight for digit, weight in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11 == 0


def french_insee(number: str) -> bool:
    """NIR of France (numéro de sécurité sociale): 97 less the number modulo 97; 2A and 2B are Corsica."""
    code = compact(number)
    body, key = code[:-2], code[-2:]
    body = body[:5] + body[5:].replace("2A", "19", 1).replace("2B", "18", 1) if "A" in body or "B" in body else body
    return len(code) == 15 and body.isdigit() and key.isdigit() and 97 - int(body) % 97 == int(key)


def chinese_resident_identity(number: str) -> bool:
    """Resident identity number of China: ISO 7064 MOD 11-2, and a date of birth."""
    code = compact(number)
    if len(code) != 18 or not code[:17].isdigit() or not _is_date(code[6:14]):
        return False
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(code[:17]))
    return "10X98765432"[total % 11] == code[-1]


def swedish_personal_number(number: str) -> bool:
    """Personnummer of Sweden: Luhn over the last ten digits, and a date of birth."""
    digits = compact(number)
    if len(digits) not in (10, 12) or not digits.isdigit():
        return False
    century = digits[:2] if len(digits) == 12 else "19"
    digits = digits[-10:]
    day = int(digits[4:6])
    day -= 60 * (day > 60)  # coordination numbers add 60 to the day
    return _is_date(f"{century}{digits[:4]}{day:02d}") and luhn(digits)


def indian_aadhaar(number: str) -> bool:
    """Aadhaar number of India: Verhoeff's check digit; the first digit is neither 0 nor 1."""
    digits = compact(number)
    if len(digits) != 12 or not digits.isdigit() or digits[0] in "01":
        return False
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _VERHOEFF_D[check][_VERHOEFF_P[place % 8][int(digit)]]
    return check == 0


def machine_readable_zone(line: str) -> bool:
    """The last line of a passport's zone (ICAO Doc 9303): check digits of number, birth and expiry."""
    return len(line) in (36, 44) and all(
        _zone_digit(line[start:end]) == line[end] for start, end in ((0, 9), (13, 19), (21, 27))
    )


def _zone_digit(field: str) -> str:
    values = [0 if character == "<" else int(character, 36) for character in field]
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
