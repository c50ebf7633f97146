"""Check digits, held against python-stdnum on random numbers and on published examples."""

from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban
from stdnum import luhn as stdnum_luhn
from stdnum.br import cpf
from stdnum.cn import ric
from stdnum.es import dni
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.us import rtn

from consentry.signals.text import checksums as c

ZONE = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
"""Of ICAO Doc 9303, its own example."""


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(number=st.text("0123456789", min_size=2, max_size=19))
def test_luhn(number: str) -> None:
    assert c.luhn(number) == stdnum_luhn.is_valid(number)


@pytest.mark.parametrize(
    ("ours", "theirs", "count"),
    [(c.dutch_bsn, bsn, 9), (c.routing_number, rtn, 9), (c.brazilian_cpf, cpf, 11)],
)
@settings(max_examples=200, deadline=None, derandomize=True)
@given(data=st.data())
def test_plain_numbers(ours: object, theirs: ModuleType, count: int, data: st.DataObject) -> None:
    number = data.draw(digits(count))
    if len(set(number)) > 1:
        assert ours(number) == theirs.is_valid(number)  # type: ignore[operator]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(number=digits(8))
def test_spanish_letter(number: str) -> None:
    right = number + dni.calc_check_digit(number)
    assert c.spanish_identity(right)
    assert not c.spanish_identity(number + ("A" if right[-1] != "A" else "B"))


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (c.iban, "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
        (c.iban, "DE89370400440532013000", "DE8937040044053201300"),
        (c.payment_card, "4111 1111 1111 1111", "4111 1111 1111 1112"),
        (c.payment_card, "378282246310005", "000000000000000"),
        (c.payment_card, "6011111111111117", "9111111111111111"),
        (c.us_social_security, "524-71-3907", "666-71-3907"),
        (c.us_social_security, "524 71 3907", "524-00-3907"),
        (c.italian_fiscal_code, "RSSMRA85T10A562S", "RSSMRA85T10A562T"),
        (c.polish_pesel, "44051401359", "44051401358"),
        (c.french_insee, "255081416802538", "255081416802539"),
        (c.chinese_resident_identity, "11010519491231002X", "110105194912310021"),
        (c.swedish_personal_number, "811228-9874", "811328-9874"),
        (c.swedish_personal_number, "19811228-9874", "811228-9875"),
        (c.indian_aadhaar, "2341 2341 2346", "2341 2341 2347"),
        (c.machine_readable_zone, ZONE, ZONE.replace("C36", "C37")),
        (c.machine_readable_zone, ZONE, ZONE[:-1]),
    ],
)  # fmt: skip
def test_published_examples(check: object, good: str, bad: str) -> None:
    assert check(good)  # type: ignore[operator]
    assert not check(bad)  # type: ignore[operator]


@pytest.mark.parametrize(
    "check",
    [c.iban, c.payment_card, c.us_social_security, c.brazilian_cpf, c.polish_pesel, c.dutch_bsn, c.french_insee,
     c.chinese_resident_identity, c.swedish_personal_number, c.indian_aadhaar, c.routing_number, c.luhn],
)  # fmt: skip
@settings(max_examples=60, deadline=None, derandomize=True)
@given(number=st.text("0123456789ABX ", max_size=24))
def test_anything_is_answered(check: object, number: str) -> None:
    assert check(number) in (True, False)  # type: ignore[operator]


def test_the_others_agree_on_the_examples() -> None:
    assert stdnum_iban.is_valid("GB82WEST12345698765432")
    assert codicefiscale.is_valid("RSSMRA85T10A562S")
    assert pesel.is_valid("44051401359")
    assert nir.is_valid("255081416802538")
    assert ric.is_valid("11010519491231002X")
    assert c.french_insee("1 55 02 2A 004 005 61") == nir.is_valid("155022A00400561")
