"""Whatever is done to the bytes of a medium: it opens, or it raises a `MediaError`. Nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from media_files import encoded, textured, video

from consentry.media import Limits, MediaError, open_media
from consentry.records import Media

IMAGES = ["JPEG", "PNG", "WEBP", "GIF", "AVIF"]
VIDEOS = {"mp4": "libx264", "webm": "libvpx-vp9", "avi": "mjpeg", "ts": "mpeg2video"}
MAGIC = [
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"RIFF....WEBP",
    b"RIFF....AVI ",
    b"\x1a\x45\xdf\xa3",
    b"\0\0\0\x18ftyp",
    b"\0\0\0\x18ftypavif",
    b"\0\0\0\x08moov",
    b"G" * 600,
]
LIMITS = Limits(max_pixels=2_000_000, max_frames=4, max_decoded_frames=200)

#: Where (as a share of the file, mostly near its start, where the structure is), what to do, and with which number.
MUTATION = st.tuples(
    st.one_of(st.floats(0, 0.05), st.floats(0, 1)),
    st.sampled_from(["flip", "set", "remove", "repeat", "cut"]),
    st.integers(0, 255),
)


@cache
def original(name: str) -> bytes:
    if name in IMAGES:
        further = {"save_all": True, "append_images": [textured(100, 80, 9)]} if name in ("GIF", "WEBP") else {}
        return encoded(textured(100, 80), name, **further)
    with TemporaryDirectory() as folder:
        return video(Path(folder) / f"film.{name}", codec=VIDEOS[name], seconds=2).read_bytes()


def mutated(data: bytes, mutations: list[tuple[float, str, int]]) -> bytes:
    changed = bytearray(data)
    for share, what, number in mutations:
        place = min(int(share * len(changed)), max(len(changed) - 1, 0))
        match what:
            case "flip" if changed:
                changed[place] ^= 1 << (number % 8)
            case "set" if changed:
                changed[place] = number
            case "remove":
                del changed[place : place + number]
            case "repeat":
                changed[place:place] = changed[place : place + number]
            case "cut" if share > 0.5:
                del changed[place:]
    return bytes(changed)


def check(name: str, mutations: list[tuple[float, str, int]]) -> None:
    media = Media(media_id="mutated", data=mutated(original(name), mutations))
    try:
        result = open_media(media, limits=LIMITS, longest_side=64)
    except MediaError as error:
        event(error.code)
    else:
        event("opened" if result.note is None else result.note.code)
        assert 1 <= len(result.frames) <= 4 * 16
        assert all(max(frame.pixels.shape) <= 64 for frame in result.frames)
        assert result.outcome().frames == len(result.frames)


def law(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*IMAGES, *VIDEOS])
@law(40)
@given(mutations=st.lists(MUTATION, min_size=1, max_size=8))
def test_mutated_media_open_or_raise_a_media_error(name: str, mutations: list[tuple[float, str, int]]) -> None:
    check(name, mutations)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*IMAGES, *VIDEOS])
@law(1200)
@given(mutations=st.lists(MUTATION, min_size=1, max_size=20))
def test_many_mutated_media_open_or_raise_a_media_error(name: str, mutations: list[tuple[float, str, int]]) -> None:
    check(name, mutations)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("start", MAGIC)
@law(25)
@given(rest=st.binary(max_size=300))
def test_noise_behind_a_magic_number_is_a_media_error(start: bytes, rest: bytes) -> None:
    with pytest.raises(MediaError):
        open_media(Media(media_id="noise", data=start + rest), limits=LIMITS)


@law(100)
@given(data=st.binary(max_size=2000))
def test_noise_is_a_media_error(data: bytes) -> None:
    with pytest.raises(MediaError):
        open_media(Media(media_id="noise", data=data), limits=LIMITS)
