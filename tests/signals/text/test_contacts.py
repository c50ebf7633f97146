"""E-mail addresses and phone numbers: found, not found, and where."""

from __future__ import annotations

import pytest

from consentry.signals.text import analyse_text
from consentry.signals.text.analysis import MOST_OF_A_KIND
from consentry.signals.text.contacts import _MAX_DIGIT_CHARACTERS, find_phones


def found(text: str, kind: str, **arguments: object) -> list[str]:
    findings = analyse_text(text, **arguments).findings  # type: ignore[arg-type]
    return [text[finding.start : finding.end] for finding in findings if finding.kind == kind]


@pytest.mark.parametrize(
    "address",
    ["jane@example.org", "Jane.Doe+tag@mail.example.co.uk", "j_d-99@a-b.io", "x@example.museum", "1@2.com"],
)
@pytest.mark.parametrize("frame", ["{}", "write to {}, please", "<{}>", "mail:{}.", "({})", "日本{}" + " です"])
def test_email(address: str, frame: str) -> None:
    if frame.startswith("日本"):  # a word character in front of it is part of another word
        frame = "日本 {} です"
    assert found(frame.format(address), "email") == [address]


@pytest.mark.parametrize(
    "text", ["jane [at] example [dot] org", "jane(at)example.org", "jane {at} mail {dot} example.org"]
)
def test_email_spelt_out(text: str) -> None:
    assert found(f"write {text} today", "email") == [text]
    (finding,) = analyse_text(text).findings
    assert finding.rule == "email/spelt_out"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@jane",
        "jane@",
        "jane@localhost",
        "look at me [at] home",
        "a@b",
        "meet me @ the dot",
        "jane@-x.org",
        "@a.b.c",
    ],
)
def test_not_an_email(text: str) -> None:
    assert found(text, "email") == []


@pytest.mark.parametrize(
    "number",
    [
        "+1 650-253-0000",
        "+44 20 7031 3000",
        "+49 30 303986300",
        "+81 3-6384-9000",
        "+55 11 2395-8400",
        "(650) 253-0000",
        "650.253.0000",
        "020 7031 3000",
        "6502530000",
    ],
)
def test_phone(number: str) -> None:
    assert found(f"her number: {number} call her", "phone") == [number]
    (finding,) = analyse_text(number).findings
    assert finding.rule == ("phone/international" if number.startswith("+") else "phone/national")


@pytest.mark.parametrize(
    "text",
    [
        "2021-05-06 12:30",
        "the year 1984",
        "1,000,000 views",
        "v1.2.3.4.5.6.7",
        "111 111 1111",
        "3 of 10, 4 of 10, 5 of 10",
        "https://example.org/6502530000/x and http://6502530000",
        "order 00000000000",
    ],
)
def test_not_a_phone(text: str) -> None:
    assert found(text, "phone") == []


def test_regions_are_for_numbers_without_a_country_code() -> None:
    assert found("030 303986300", "phone") == []
    assert found("030 303986300", "phone", regions=["DE"]) == ["030 303986300"]
    assert found("+49 30 303986300", "phone", regions=[]) == ["+49 30 303986300"]
    assert found("650-253-0000", "phone", regions=[]) == []


def test_several_numbers_and_their_surroundings() -> None:
    text = "see https://example.org/2: 650-253-0000 or (212) 736-5000 or +44 20 7031 3000, not 12345678"
    assert found(text, "phone") == ["650-253-0000", "(212) 736-5000", "+44 20 7031 3000"]


def test_number_within_an_address_is_not_a_phone_number() -> None:
    text = "6502530000@example.org"
    assert found(text, "phone") == []
    assert found(text, "email") == [text]


def test_text_of_nothing_but_numbers_is_searched_in_part_and_says_so() -> None:
    signal = analyse_text("650-253-0000 " + "12-34-56-7 x " * (_MAX_DIGIT_CHARACTERS // 9))
    assert "phone" not in signal.searched
    assert signal.findings[0].kind == "phone"
    assert "email" in signal.searched


def test_where_the_search_for_numbers_breaks_off_no_half_number_is_found() -> None:
    number = "+1 650-253-0000"
    text = f"{number} " * (_MAX_DIGIT_CHARACTERS // 16 + 200)
    for shift in range(16):
        signal = analyse_text("1" * shift + " " + text, most_characters=len(text) + shift + 1)
        phones = [finding for finding in signal.findings if finding.kind == "phone"]
        assert "phone" not in signal.searched
        assert len(phones) == MOST_OF_A_KIND
        assert {("1" * shift + " " + text)[finding.start : finding.end] for finding in phones} == {number}
    every, searched = find_phones("1 " + text, ["US"])
    assert not searched
    assert {("1 " + text)[passage.start : passage.end] for passage in every} == {number}
    assert _MAX_DIGIT_CHARACTERS - 200 < max(passage.end for passage in every) <= _MAX_DIGIT_CHARACTERS
