"""Words on the report page: the beginning, what was found behind it, nothing as markup, and never without end."""

from __future__ import annotations

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.batch.page.excerpts import AROUND, MOST_BEHIND, SHOWN, beginning, marked
from consentry.records import TextFinding, TextSignal
from consentry.signals.text import analyse_text

LEFT_OUT = re.compile(r"\[… ([\d,]+) more characters …\]")


def signal(*spans: tuple[int, int]) -> TextSignal:
    findings = tuple(TextFinding(kind="phone", start=a, end=b, probability=0.9, rule="r") for a, b in spans)
    return TextSignal(model="m", searched=(), findings=findings)


def plain(shown: str) -> str:
    return html.unescape(re.sub(r"</?mark[^>]*>", "", shown))


def test_a_short_text_is_shown_whole() -> None:
    text = 'call <b>+1 650-253-0000</b> & "now"'
    shown = str(marked(text, analyse_text(text)))
    assert plain(shown) == text
    assert "<b>" not in shown
    assert shown.count("<mark") == 1
    assert str(marked("<i>", None)) == "&lt;i&gt;"


def test_of_a_long_text_the_beginning_and_what_was_found_behind_it() -> None:
    text = "cake & " * 10_000 + "call +1 650-253-0000 today. " + "cake & " * 10_000
    start = text.index("+1")
    shown = str(marked(text, signal((start, start + 15))))
    assert plain(shown).startswith(text[:SHOWN])
    assert "<mark" in shown
    assert text[start - AROUND : start + 15 + AROUND] in plain(shown)
    left_out = [int(found.replace(",", "")) for found in LEFT_OUT.findall(plain(shown))]
    assert left_out == [start - AROUND - SHOWN, len(text) - start - 15 - AROUND]


@settings(max_examples=60, deadline=None)
@given(
    length=st.integers(0, 60_000),
    spans=st.lists(st.tuples(st.integers(0, 59_000), st.integers(1, 9_000)), max_size=60),
)
def test_it_comes_to_an_end_and_counts_what_it_leaves_out(length: int, spans: list[tuple[int, int]]) -> None:
    text = "".join(chr(97 + place % 26) for place in range(length))
    within = [(start, min(start + size, length)) for start, size in spans if start < length]
    shown = plain(str(marked(text, signal(*within))))
    left_out = sum(int(found.replace(",", "")) for found in LEFT_OUT.findall(shown))
    kept = sum(map(len, LEFT_OUT.split(shown)[::2]))
    assert 0 <= kept + left_out - length <= 2 * (MOST_BEHIND + 1)  # spaces around what is left out
    assert kept <= SHOWN + MOST_BEHIND * (SHOWN + AROUND) + 2 * (MOST_BEHIND + 1)


def test_the_beginning_of_other_words() -> None:
    assert beginning("as it is") == "as it is"
    assert beginning("x" * (SHOWN + 1234)) == "x" * SHOWN + " [… 1,234 more characters …]"
    assert beginning("x" * 12, 10) == "x" * 10 + " [… 2 more characters …]"
