"""vPDQ fingerprints as text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.signals.copies.video_prints import VideoFrame, comparable_frames, frames_as_json, read_frames

HASH = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
BITS = bytes.fromhex(HASH)

FRAMES = st.lists(
    st.builds(
        VideoFrame,
        st.binary(min_size=32, max_size=32),
        st.integers(0, 100),
        st.integers(0, 10_000_000).map(lambda milliseconds: milliseconds / 1000),
    ),
    min_size=1,
    max_size=6,
)


@given(frames=FRAMES)
def test_what_is_written_is_read(frames: list[VideoFrame]) -> None:
    assert read_frames(frames_as_json(frames)) == tuple(sorted(frames, key=lambda frame: frame.second))


def test_the_form_of_the_reference() -> None:
    """What `vpdq_to_json` of threatexchange 1.2.17 printed for these two frames."""
    written = f'["{HASH},100,0.0", "{HASH},42,1.5"]'
    assert read_frames(written) == (VideoFrame(BITS, 100, 0.0), VideoFrame(BITS, 42, 1.5))
    assert frames_as_json(read_frames(written)) == written


def test_the_older_form() -> None:
    older = {"1": {"quality": 60, "hash": HASH, "timestamp": 1.0}, "0": {"quality": 99, "hash": HASH, "timestamp": 0}}
    assert read_frames(json.dumps(older)) == (VideoFrame(BITS, 99, 0.0), VideoFrame(BITS, 60, 1.0))


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "3", "null", "[1]", '["a,b"]', f'["{HASH},100"]', f'["{HASH},101,0.0"]', f'["{HASH},-1,0.0"]',
        f'["{HASH},x,0.0"]', f'["{HASH},100,-1"]', f'["{HASH},100,nan"]', f'["{HASH},100,inf"]',
        f'["{HASH[:-1]},100,0.0"]',
        f'["{HASH[:-1]}g,100,0.0"]', f'["{HASH[:-2]}  ,100,0.0"]', '{"0": 1}', '{"0": {"hash": "x"}}', "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — whatever the reason, callers say what it means
        read_frames(text)


def test_plain_and_repeated_frames_do_not_count() -> None:
    frames = [
        VideoFrame(BITS, 49, 0.0),
        VideoFrame(BITS, 50, 1.0),
        VideoFrame(BITS, 90, 2.0),
        VideoFrame(bytes(32), 60, 3),
    ]
    assert comparable_frames(frames) == (frames[1], frames[3])
