"""Streams that are encrypted piece by piece: what was written comes back, and nothing else does."""

from __future__ import annotations

import os
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.desk.errors import DeskError
from consentry.desk.vault.sealed_streams import PIECE, SealingWriter, unsealed

KEY = bytes(range(32))
HEADER, SEALED = 40, PIECE + 16


def sealed(content: bytes, *cuts: int, about: str = "medium") -> bytes:
    file = BytesIO()
    writer = SealingWriter(file, KEY, about)
    for start, end in zip((0, *cuts), (*cuts, len(content)), strict=True):
        writer.write(content[start:end])
    writer.end()
    return file.getvalue()


def opened(stream: bytes, key: bytes = KEY, about: str = "medium") -> bytes:
    return b"".join(unsealed(BytesIO(stream), key, about))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3 * PIECE + 5), st.lists(st.integers(0, 3 * PIECE + 5), max_size=4))
def test_any_length_written_in_any_parts_comes_back(length: int, cuts: list[int]) -> None:
    content = os.urandom(length)
    stream = sealed(content, *sorted(min(cut, length) for cut in cuts))
    assert opened(stream) == content
    assert length < 16 or content[:16] not in stream


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_stream_that_was_cut_anywhere_is_found(length: int) -> None:
    stream = sealed(bytes(length))
    for end in {0, 7, HEADER - 1, HEADER, HEADER + 8, HEADER + SEALED, HEADER + 2 * SEALED, len(stream) - 1}:
        if end < len(stream):
            with pytest.raises(DeskError) as refused:
                opened(stream[:end])
            assert refused.value.code == "desk.damaged"


def test_pieces_that_change_places_are_dropped_or_come_twice_are_found() -> None:
    stream = sealed(os.urandom(4 * PIECE))
    header, pieces = stream[:HEADER], [stream[at : at + SEALED] for at in range(HEADER, len(stream), SEALED)]
    for order in ([1, 0, 2, 3], [0, 2, 3], [0, 1, 1, 2, 3], [0, 1, 2, 3, 3], [3], [0, 1, 2]):
        with pytest.raises(DeskError):
            opened(header + b"".join(pieces[number] for number in order))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, HEADER + SEALED + 100), st.integers(1, 255))
def test_every_bit_is_authenticated(place: int, change: int) -> None:
    stream = bytearray(sealed(bytes(PIECE + 85)))
    stream[place] ^= change
    with pytest.raises(DeskError):
        opened(bytes(stream))


def test_another_key_another_purpose_or_another_stream_s_piece_does_not_do() -> None:
    one, other = sealed(b"of one"), sealed(b"of other")
    for stream, key, about in (
        (one, bytes(32), "medium"),
        (one, KEY, "rendition"),
        (one[:HEADER] + other[HEADER:], KEY, "medium"),
    ):
        with pytest.raises(DeskError):
            opened(stream, key, about)
