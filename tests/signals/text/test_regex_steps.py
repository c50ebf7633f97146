"""What any text makes a pattern do: a bounded number of steps a character, however long the text is."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest
from every_pattern import every_pattern, hostile_pieces
from regex_steps import Counted

PATTERNS = every_pattern()
MOST_STEPS = 600
"""A character. The worst that is known takes some hundred; a pattern that can read a word in two ways, thousands."""
ORDINARY_STEPS = 75
SHORT, LONG = 200, 400


@pytest.fixture(autouse=True)
def deep() -> Iterator[None]:
    """The interpreter goes a few calls deeper with every character."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    yield
    sys.setrecursionlimit(before)


def repeated(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def check(pattern: re.Pattern[str], pieces: list[str]) -> None:
    counted = Counted(pattern)
    for piece in pieces:
        short, long = counted.steps_for(repeated(piece, SHORT)), counted.steps_for(repeated(piece, LONG))
        assert long <= MOST_STEPS * LONG, repr(piece)
        # Twice the text, twice the steps; but a short text may not fill the longest value, of some hundred characters.
        assert long <= 2.2 * max(short, ORDINARY_STEPS * LONG), repr(piece)


@pytest.mark.parametrize("name", PATTERNS)
def test_steps_grow_with_the_length(name: str) -> None:
    check(PATTERNS[name], hostile_pieces(PATTERNS[name], 40))


@pytest.mark.slow
@pytest.mark.parametrize("name", PATTERNS)
def test_steps_grow_with_the_length_whatever_is_tried(name: str) -> None:
    check(PATTERNS[name], hostile_pieces(PATTERNS[name], 600))


@pytest.mark.parametrize("name", PATTERNS)
def test_the_interpreter_finds_what_the_engine_finds(name: str) -> None:
    counted = Counted(PATTERNS[name])
    for piece in hostile_pieces(PATTERNS[name], 8)[-8:]:
        text = repeated(piece, SHORT)
        assert list(counted.find(text)) == [found.span() for found in PATTERNS[name].finditer(text)]


@pytest.mark.parametrize(
    ("pattern", "text", "spans"),
    [
        (r"(\w)-(?P<two>\d\d)(?P=two)", "a-1212 b-1213", [(0, 6)]),
        (r"(?<=a)b*?c|^x$", "abbc ac x", [(1, 4), (6, 7)]),
        (r"(?:a|ab)(?:c|bcd)d*+", "abcd acdd", [(0, 4), (5, 9)]),
        (r"a(?i:B)(?>c+|d)", "abcc aBd Abc", [(0, 4), (5, 8)]),
    ],
)
def test_every_kind_of_node(pattern: str, text: str, spans: list[tuple[int, int]]) -> None:
    compiled = re.compile(pattern)
    assert [found.span() for found in compiled.finditer(text)] == spans
    assert list(Counted(compiled).find(text)) == spans


@pytest.mark.parametrize(
    ("pattern", "piece"),
    [
        (r"(\w+-?)+!", "a"),  # the classic: twice as many ways with every character
        (r"(?<!\w)(?:[^\W\d_][\w-]{0,30}[\s-]){0,2}?[^\W\d_][\w-]{2,30}(?:road|lane) \d", "a-"),  # a word in two ways
        (r"\w+@", "a"),  # from every place to the end
    ],
)
def test_a_pattern_that_goes_astray_is_seen(pattern: str, piece: str) -> None:
    counted = Counted(re.compile(pattern))
    few, many = (7, 14) if "+!" in pattern else (SHORT, LONG)
    short, long = counted.steps_for(repeated(piece, few)), counted.steps_for(repeated(piece, many))
    assert long > 3 * short or long > MOST_STEPS * LONG
