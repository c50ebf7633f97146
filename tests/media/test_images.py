"""Still and animated images: formats, size, animation, damage."""

from __future__ import annotations

import struct
from dataclasses import fields
from io import BytesIO

import numpy as np
import pytest
from media_files import (
    BLUE,
    GREEN,
    RED,
    YELLOW,
    corners,
    encoded,
    near,
    png_header,
    quadrants,
    textured,
)
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngInfo

from consentry.media import Limits, MediaError, OpenedMedia, open_media
from consentry.records import Media

UPRIGHT = [RED, GREEN, BLUE, YELLOW]


def opened(data: bytes, **arguments: object) -> OpenedMedia:
    return open_media(Media(media_id="picture", data=data), **arguments)  # type: ignore[arg-type]


def code_of(data: bytes, **arguments: object) -> str:
    with pytest.raises(MediaError) as caught:
        opened(data, **arguments)
    assert caught.value.message.startswith("picture ")
    assert caught.value.remedy
    return caught.value.code


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_each_format_is_read_by_its_content(name: str) -> None:
    result = opened(encoded(Image.fromarray(quadrants()), name))
    assert (result.kind, result.width, result.height, result.duration, result.scale) == ("image", 96, 64, None, 1.0)
    (frame,) = result.frames
    assert frame.second is None
    assert frame.pixels.dtype == np.uint8
    assert frame.pixels.shape == (64, 96, 3)
    assert frame.pixels.flags.c_contiguous
    assert near(corners(frame.pixels), UPRIGHT)


def test_no_metadata_are_passed_on() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET camera"
    exif[0x8825] = {1: "N", 2: (52.0, 30.0, 0.0), 29: "SECRET date"}
    text = PngInfo()
    text.add_text("Author", "SECRET author")
    picture = Image.fromarray(quadrants())
    for data in (
        encoded(picture, "JPEG", exif=exif, comment=b"SECRET"),
        encoded(picture, "PNG", exif=exif, pnginfo=text),
    ):
        assert b"SECRET" in data
        result = opened(data)
        assert "SECRET" not in repr(result) + result.outcome().model_dump_json()
        assert type(result.frames[0].pixels) is np.ndarray  # not a picture of Pillow's, which carries them along
        assert {field.name for field in fields(result.frames[0])} == {"pixels", "second", "until"}


def test_big_jpeg_is_decoded_no_larger_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    load = JpegImageFile.load

    def spy(image: JpegImageFile) -> object:
        decoded.append(image.size)
        return load(image)

    monkeypatch.setattr(JpegImageFile, "load", spy)
    result = opened(encoded(textured(1600, 1200), "JPEG"), longest_side=400)
    assert decoded[0] == (400, 300)  # a quarter of each side, by the decoder itself
    assert (result.width, result.height, result.scale) == (1600, 1200, 0.25)


def test_large_jpeg_is_scaled_and_keeps_its_published_size() -> None:
    image = textured(1800, 1200)
    result = opened(encoded(image, "JPEG", quality=95), longest_side=600)
    assert (result.width, result.height) == (1800, 1200)
    assert result.frames[0].pixels.shape == (400, 600, 3)
    assert result.scale == pytest.approx(1 / 3)
    wanted = np.asarray(image.resize((600, 400), Image.Resampling.BOX), dtype=float)
    assert np.abs(result.frames[0].pixels - wanted).mean() < 3.0


def test_small_picture_is_never_enlarged_and_a_sliver_keeps_a_pixel() -> None:
    assert opened(encoded(Image.new("RGB", (30, 20)), "PNG")).frames[0].pixels.shape == (20, 30, 3)
    assert opened(encoded(Image.new("RGB", (3000, 1)), "PNG"), longest_side=100).frames[0].pixels.shape == (1, 100, 3)


def test_second_picture_in_a_jpeg_is_not_a_film() -> None:
    first, second = Image.fromarray(quadrants()), Image.new("RGB", (96, 64))
    buffer = BytesIO()
    first.save(buffer, "MPO", save_all=True, append_images=[second])
    result = opened(buffer.getvalue())
    assert (result.kind, len(result.frames)) == ("image", 1)
    assert near(corners(result.frames[0].pixels), UPRIGHT)


def animation(name: str, durations: list[int], **options: object) -> bytes:
    frames = [Image.new("RGB", (80, 60), (20 * index, 0, 255 - 20 * index)) for index in range(len(durations))]
    return encoded(frames[0], name, save_all=True, append_images=frames[1:], duration=durations, **options)


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG", "AVIF"])
def test_animation_is_sampled_like_a_video(name: str) -> None:
    result = opened(animation(name, [400] * 6))
    assert (result.kind, result.width, result.height) == ("video", 80, 60)
    assert result.duration == pytest.approx(2.4)
    assert [frame.second for frame in result.frames] == [0.0, 1.2, 2.0]
    reds = [int(frame.pixels[30, 40, 0]) for frame in result.frames]
    assert reds == pytest.approx([0, 60, 100], abs=6)


def test_animation_without_durations_plays_as_in_browsers() -> None:
    assert opened(animation("GIF", [0] * 12)).duration == pytest.approx(1.2)


def test_animation_stops_at_its_limits_and_says_so() -> None:
    data = animation("GIF", [1000] * 6)
    for limits in (
        Limits(max_decoded_frames=3),
        Limits(max_decoded_pixels=3 * 80 * 60 * 10),
    ):
        result = opened(data, limits=limits)
        assert [frame.second for frame in result.frames] == [0.0, 1.0, 2.0]
        assert result.duration is None
        assert result.note is not None
        assert (result.note.code, result.note.media_id) == ("media.sampled_in_part", "picture")
        assert result.outcome().error == result.note


def test_animation_with_more_frames_than_may_be_kept_keeps_some_of_all_of_it() -> None:
    result = opened(animation("GIF", [1000] * 6), limits=Limits(max_frames=3))
    assert len(result.frames) == 3
    assert result.duration == 6.0
    assert result.frames[-1].second >= 4.0
    assert result.note is not None
    assert result.note.code == "media.sampled_sparsely"


def test_animation_broken_off_keeps_what_was_read() -> None:
    data = animation("GIF", [1000] * 6)
    result = opened(data[: len(data) * 2 // 3])
    assert 1 <= len(result.frames) < 6
    assert result.note is not None
    assert result.note.code == "media.truncated"


def test_gif_frame_larger_than_its_header_says() -> None:
    data = bytearray(animation("GIF", [1000] * 2))
    second = data.index(b"\x2c", data.index(b"\x2c") + 10)
    while data[second + 1 : second + 5] != b"\0\0\0\0":
        second = data.index(b"\x2c", second + 1)
    data[second + 5 : second + 9] = struct.pack("<HH", 60_000, 60_000)
    result = opened(bytes(data))
    assert len(result.frames) == 1
    assert result.note is not None
    assert result.note.code == "media.partly_damaged"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
@pytest.mark.filterwarnings("ignore")
def test_an_avif_that_is_cut_off_is_damaged(share: float) -> None:
    """As in browsers; of the others they show what is there: test_cut_off.py."""
    data = encoded(textured(240, 160), "AVIF")
    assert code_of(data[: int(len(data) * share)]) == "media.damaged"


def test_decompression_bomb_is_refused_from_its_header() -> None:
    bomb = png_header(30_000, 30_000, bytes(1_000_000))
    assert len(bomb) < 10_000
    assert code_of(bomb) == "media.too_many_pixels"
    assert code_of(png_header(10_000, 10_000)) == "media.too_many_pixels"  # between Pillow's warning and its refusal
    assert code_of(png_header(9_000, 9_000)) == "media.too_many_pixels"
    assert code_of(png_header(40_000, 1)) == "media.too_many_pixels"
    assert code_of(png_header(11, 10), limits=Limits(max_pixels=100)) == "media.too_many_pixels"


def test_header_that_lies_about_the_size_is_damaged() -> None:
    assert code_of(png_header(2_000, 2_000, bytes(100))) == "media.damaged"
    assert code_of(png_header(0, 10, bytes(100))) == "media.damaged"
    data = bytearray(encoded(textured(300, 200), "JPEG"))
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = struct.pack(">HH", 65_000, 65_000)
    assert code_of(bytes(data)) == "media.too_many_pixels"


def test_pixels_are_the_same_every_time() -> None:
    data = encoded(textured(900, 600), "JPEG")
    first, second = opened(data), opened(data)
    assert first.frames[0].pixels.tobytes() == second.frames[0].pixels.tobytes()
    assert first.outcome() == second.outcome()
