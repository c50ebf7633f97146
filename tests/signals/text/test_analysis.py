"""The signal as a whole: offsets, disguises, overlaps, length, determinism."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.records import TextSignal
from consentry.signals.text import MODEL, analyse_text
from consentry.signals.text.analysis import BEHAVIOURS, CUE_KINDS, KINDS
from consentry.signals.text.normalise import normalise


def passages(text: str, most_characters: int = 50_000) -> list[tuple[str, str]]:
    found = analyse_text(text, most_characters=most_characters).findings
    return [(finding.kind, text[finding.start : finding.end]) for finding in found]


def test_nothing_to_find() -> None:
    signal = analyse_text("")
    # Without the cue model nothing is known of cues.
    assert signal == TextSignal(model=MODEL, searched=tuple(kind for kind in KINDS if kind not in CUE_KINDS))
    assert analyse_text("A day at the lake with friends.").findings == ()


@pytest.mark.parametrize(
    "text", ["A day at the lake with friends.", "Mañana todos van a saber dónde vives", "k o", "我们走吧"]
)
def test_behaviour_is_never_ruled_out_where_there_are_words(text: str) -> None:
    open_kinds = set(KINDS) - set(analyse_text(text).searched) - set(CUE_KINDS)
    assert open_kinds == (set() if text == "k o" else set(BEHAVIOURS))


def test_findings_stand_in_the_order_of_the_text() -> None:
    text = "Call 650-253-0000. $500 for her name. I will dox you! jane@example.org"
    assert passages(text) == [
        ("phone", "650-253-0000"),
        ("reward_offer", "$500 for her name"),
        ("exposure_threat", "I will dox you"),
        ("email", "jane@example.org"),
    ]


def full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


def bold(text: str) -> str:
    return "".join(chr(0x1D41A + ord(letter) - ord("a")) if "a" <= letter <= "z" else letter for letter in text)


@pytest.mark.parametrize(
    "disguise",
    [
        lambda text: text,
        full_width,
        bold,
        "\u200b".join,
        "\u00ad".join,
        "\u2060\u200d".join,
        lambda text: f"\u202e{text}\u202c",
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace("e", "e\ufe0f"),
        lambda text: text.replace(" ", " 😀 "),
        lambda text: text.replace(" ", "... "),
    ],
)
def test_disguised_threat_is_found_where_it_stands(disguise: object) -> None:
    hidden = disguise("leak your nudes")  # type: ignore[operator]
    text = f"שלום 😀 … i will {hidden} ok ✨"
    (finding,) = analyse_text(text).findings
    assert finding.kind == "exposure_threat"
    assert text[finding.start : finding.end].startswith("i will")
    last = finding.end - 1
    assert unicodedata.normalize("NFKC", text[last]) in ("s", "\U0001f600")
    assert hidden.rstrip("\u202c")[-1] == text[last]


def test_full_width_digits_and_address() -> None:
    number, address = full_width("650-253-0000"), full_width("jane@example.org")
    assert passages(f"«{number}» {address}") == [("phone", number), ("email", address)]


def test_one_character_that_stands_for_several() -> None:
    text = "ﷺ㎏ I will dox you ﬁnally"
    assert passages(text) == [("exposure_threat", "I will dox you")]
    assert normalise("㎏x").text == "kgx"
    assert normalise("㎏x").original(0, 1) == (0, 1)
    assert normalise("㎏x").original(1, 3) == (0, 2)
    assert normalise("ﷺ").text == "ﷺ"


def test_overlapping_findings_of_one_kind_are_joined() -> None:
    text = "$500 for her name. Tell me and I will pay"
    (finding,) = analyse_text(text).findings
    assert (finding.kind, text[finding.start : finding.end]) == ("reward_offer", text)


def test_findings_of_two_kinds_may_overlap() -> None:
    kinds = {finding.kind for finding in analyse_text("pay me $500 or I post her address").findings}
    assert "exposure_threat" in kinds


PIECES = [
    "a",
    " ",
    "$",
    "@",
    "1 ",
    "123 456 7890 ",
    "her name ",
    "$500 for ",
    "or I will post the ",
    "i ",
    "a@b.c.",
    "\u200b",
    "pay me or ",
    "I will post your ",
    "who is this ",
    "１２３４５６７８ ",
    "(((",
    "+1+1",
    "ﷺ",
    "...!!!",
    "a@",
    "jane@example.com ",
    "a@b.co:passw0rd ",
    "a-",
    "12 A-Street, A-",
    "rue aaaaaaaaaaaaaaaaaaaa ",
    "+1 ",
    "GB82 WEST 1234 5698 7654 32 ",
    "AB12CD34",
    "\n",
    "([{",
    "\"'“‘",
    "a\u0301\u0302\u0323",
    "\u202ea\u2066",
    "👩‍👩‍👧‍👦",
    "eyJ_-",
    "猫",
]


def check_long_text(piece: str, length: int) -> None:
    tail = " . " * 30 + "jane@example.org"
    text = (piece * (length // len(piece) + 1))[:length] + tail
    kind, passage = passages(text, len(text))[-1]
    # Where there are too many alike, the first of them are kept.
    assert (kind, passage) == ("email", "jane@example.com" if piece.startswith("jane") else "jane@example.org")


@pytest.mark.parametrize("piece", PIECES)
def test_long_texts_come_to_an_end(piece: str) -> None:
    check_long_text(piece, 10_000)


@pytest.mark.slow
@pytest.mark.parametrize("piece", PIECES)
def test_very_long_texts_come_to_an_end(piece: str) -> None:
    check_long_text(piece, 100_000)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    pieces=st.lists(
        st.one_of(
            st.text(max_size=12),
            st.sampled_from(["$500", "for", "her name", "I'll", "leak", "your nudes", "+1 650-253-0000", "a@b.org"]),
            st.sampled_from(["who is this", "pay", "or", "unless", "\u200b", "\u202e", "ﷺ", "１００"]),
        ),
        max_size=14,
    )
)
def test_offsets_lie_in_the_text_and_results_repeat(pieces: list[str]) -> None:
    text = " ".join(pieces)
    signal = analyse_text(text)
    assert signal == analyse_text(text)
    for finding in signal.findings:
        assert 0 <= finding.start < finding.end <= len(text)
    for kind in signal.searched:
        spans = [(finding.start, finding.end) for finding in signal.findings if finding.kind == kind]
        assert all(before[1] <= after[0] + 1 for before, after in pairwise(spans))


@given(text=st.text(max_size=60))
def test_normalised_text_maps_back(text: str) -> None:
    plain = normalise(text)
    for index in range(len(plain.text)):
        start, end = plain.original(index, index + 1)
        assert end == start + 1
        assert plain.text[index] in unicodedata.normalize("NFKC", text[start])
