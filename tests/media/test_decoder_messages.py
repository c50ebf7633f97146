"""What an owner makes of the answers of a decoder that has been taken over."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.media import Frame, Limits, MediaError, OpenedMedia
from consentry.media.decoder_messages import (
    BrokenAnswerError,
    OtherSideGoneError,
    new_pair,
    receive_answer,
    receive_header,
    receive_request,
    send_error,
    send_header,
    send_opened,
)
from consentry.media.notes import partly_damaged

LIMITS = Limits(max_frames=3)
GOOD: dict[str, Any] = {
    "worn": False,
    "kind": "image",
    "width": 8,
    "height": 8,
    "duration": None,
    "scale": 1.0,
    "note": None,
    "missing": None,
    "frames": [[1, 1, None, None]],
}


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = new_pair()
    with ours, theirs:
        yield ours, theirs


def received(ours: socket.socket, seconds: float = 5.0) -> tuple[OpenedMedia | MediaError, bool]:
    return receive_answer(ours, "medium", LIMITS, 16, time.monotonic() + seconds)


def test_an_opened_medium_arrives_as_it_was_sent(ends: tuple[socket.socket, socket.socket]) -> None:
    pixels = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    frames = (Frame(pixels, 0.0, 1.5), Frame(255 - pixels, 1.5, 3.0))
    sent = OpenedMedia("medium", "video", 60, 40, 3.0, frames, 0.1, partly_damaged("medium", 3.0))
    send_opened(ends[1], sent, worn=True)
    found, worn = received(ends[0])
    assert isinstance(found, OpenedMedia)
    assert worn is True
    assert found.outcome() == sent.outcome()
    for one, other in zip(found.frames, frames, strict=True):
        assert np.array_equal(one.pixels, other.pixels)
        assert (one.second, one.until) == (other.second, other.until)


def test_an_error_arrives_as_it_was_sent(ends: tuple[socket.socket, socket.socket]) -> None:
    send_error(ends[1], MediaError("It is torn.", "Mend it.", code="media.damaged"), worn=False)
    found, worn = received(ends[0])
    assert isinstance(found, MediaError)
    assert (found.code, found.message, found.remedy, worn) == ("media.damaged", "It is torn.", "Mend it.", False)


LIES: list[dict[str, Any]] = [
    {"worn": False},
    {"worn": False, "error": "boo"},
    {"worn": False, "error": ["policy.invalid", "a", "b"]},
    {"worn": False, "error": ["media.damaged", 1, "b"]},
    {"worn": False, "error": [["media.damaged"], "a", "b"]},
    {**GOOD, "kind": "film"},
    {**GOOD, "kind": None},
    {**GOOD, "frames": []},
    {**GOOD, "frames": [[1, 1, None, None]] * 2},
    {**GOOD, "kind": "video", "frames": [[1, 1, 0.0, 1.0]] * 4},
    {**GOOD, "frames": [[17, 1, None, None]]},
    {**GOOD, "frames": [[0, 1, None, None]]},
    {**GOOD, "frames": [[-1, 1, None, None]]},
    {**GOOD, "frames": [[1.0, 1, None, None]]},
    {**GOOD, "frames": [[True, 1, None, None]]},
    {**GOOD, "frames": [[1, 1, None]]},
    {**GOOD, "frames": [[1, 1, -1.0, None]]},
    {**GOOD, "frames": [[1, 1, 1e13, None]]},
    {**GOOD, "frames": 5},
    {**GOOD, "scale": 0.0},
    {**GOOD, "scale": 2.0},
    {**GOOD, "scale": "x"},
    {**GOOD, "width": 0},
    {**GOOD, "width": None},
    {**GOOD, "duration": "long"},
    {**GOOD, "duration": -3},
    {**GOOD, "missing": 1.5},
    {**GOOD, "missing": "half"},
    {**GOOD, "note": ["media.damaged", "a", "b"]},
    {**GOOD, "note": ["media.sampled_in_part", "a"]},
    {"worn": True, "defect": []},
    {"worn": True, "defect": 7},
    {"worn": True, "defect": "ValueError"},
    {"worn": True, "defect": [["ValueError: her words", []]]},
    {"worn": True, "defect": [["ValueError", [["a file of words.py", 1, "name"]]]]},
    {"worn": True, "defect": [["ValueError", [["file.py", "1", "name"]]]]},
    {"worn": True, "defect": [["ValueError", [["file.py", 1, "a name of words"]]]]},
    {"worn": True, "defect": [["ValueError", [["file.py", 1, "name"]] * 41]]},
    {"worn": True, "defect": [["V" * 200, []]]},
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: json.dumps(lie)[-60:])
def test_answers_that_no_sound_decoder_gives(ends: tuple[socket.socket, socket.socket], lie: dict[str, Any]) -> None:
    send_header(ends[1], lie)
    ends[1].sendall(bytes(10_000))
    with pytest.raises(BrokenAnswerError):
        received(ends[0])


@pytest.mark.parametrize(
    "raw",
    [
        struct.pack("<I", 0xFFFFFFFF),
        struct.pack("<I", 3) + b"{{{",
        struct.pack("<I", 2) + b"[]",
        struct.pack("<I", 2) + b"\xff\xfe",
        struct.pack("<I", 200_000) + b"[" * 200_000,
    ],
)
def test_headers_that_are_none(ends: tuple[socket.socket, socket.socket], raw: bytes) -> None:
    ends[1].sendall(raw)
    with pytest.raises(BrokenAnswerError):
        received(ends[0])


@given(raw=st.binary(max_size=400))
def test_noise_is_never_an_answer(raw: bytes) -> None:
    ours, theirs = new_pair()
    with ours, theirs:
        theirs.sendall(struct.pack("<I", len(raw)) + raw)
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(BrokenAnswerError):
            received(ours)


def test_numbers_that_are_none_are_refused(ends: tuple[socket.socket, socket.socket]) -> None:
    body = json.dumps({**GOOD, "duration": 7}).replace("7", "NaN").encode()
    ends[1].sendall(struct.pack("<I", len(body)) + body + bytes(3))
    with pytest.raises(BrokenAnswerError):
        received(ends[0])


def test_a_decoder_that_stops_in_the_middle(ends: tuple[socket.socket, socket.socket]) -> None:
    send_header(ends[1], GOOD)
    with pytest.raises(TimeoutError):
        received(ends[0], 0.05)
    send_header(ends[1], GOOD)
    ends[1].close()
    with pytest.raises(OtherSideGoneError):
        received(ends[0])
    with pytest.raises(TimeoutError):
        receive_header(ends[0], time.monotonic() - 1.0)


def test_a_request_carries_a_file(ends: tuple[socket.socket, socket.socket], tmp_path: Any) -> None:
    (tmp_path / "file").write_bytes(b"content")
    with (tmp_path / "file").open("rb") as file:
        send_header(ends[0], {"media_id": "m" * 100_000}, (file.fileno(),))
        request = receive_request(ends[1])
    assert request is not None
    header, descriptor = request
    assert header == {"media_id": "m" * 100_000}
    with open(descriptor, "rb") as taken:  # noqa: PTH123
        assert taken.read() == b"content"
    ends[0].close()
    assert receive_request(ends[1]) is None
