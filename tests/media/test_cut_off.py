"""Files that end too early: what is there is looked at, and what is not is said."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_files import encoded, textured
from PIL import Image

from consentry.media import DecoderPool, Limits, MediaError, OpenedMedia, open_media
from consentry.media.cut_off import Extended, declared_size, rows_alike, rows_there, whole_chunks
from consentry.policy.measuring.post import media_readable
from consentry.policy.measuring.situation import Situation
from consentry.records import Media, MediaOutcome, Post, Signals

POSTED = Path(__file__).parent / "posted"


@cache
def photograph() -> Image.Image:
    with Image.open(Path(__file__).parents[2] / "data" / "demo" / "media" / "bedroom.jpg") as picture:
        return picture.convert("RGB").resize((320, 240))


STILLS: dict[str, tuple[str, dict[str, object]]] = {
    "JPEG": ("JPEG", {"quality": 90}),
    "JPEG of three samples": ("JPEG", {"quality": 90, "subsampling": 0}),
    "progressive JPEG": ("JPEG", {"quality": 90, "progressive": True}),
    "PNG": ("PNG", {}),
    "GIF": ("GIF", {"interlace": 0}),
    "interlaced GIF": ("GIF", {"interlace": 1}),
    "WebP": ("WEBP", {"quality": 90}),
    "lossless WebP": ("WEBP", {"lossless": True}),
}


def opened(data: bytes, **arguments: object) -> OpenedMedia:
    return open_media(Media(media_id="picture", data=data), **arguments)  # type: ignore[arg-type]


def whole(kind: str) -> bytes:
    name, options = STILLS[kind]
    return encoded(photograph(), name, **options)


@pytest.mark.parametrize("kind", STILLS)
@pytest.mark.parametrize("share", [0.4, 0.75, 0.95])
def test_what_is_there_of_a_picture_is_as_it_was(kind: str, share: float) -> None:
    data = whole(kind)
    complete = opened(data).frames[0].pixels.astype(int)
    result = opened(data[: int(share * len(data))])
    pixels = result.frames[0].pixels.astype(int)
    assert (result.width, result.height, pixels.shape) == (320, 240, (240, 320, 3))
    assert result.note is not None
    assert (result.note.code, result.note.media_id) == ("media.truncated", "picture")
    if result.missing is None:  # all of it, in less detail
        assert "progressive" in kind or "interlaced" in kind
        assert np.abs(pixels - complete).mean() < 25
        return
    rows = int((1.0 - result.missing) * 240)
    assert 1 - result.missing == pytest.approx(share, abs=0.25)
    assert f"{max(result.missing, 0.01):.0%} of it is missing" in result.note.message
    assert np.array_equal(pixels[:rows], complete[:rows])
    assert not pixels[rows:].any()


@pytest.mark.parametrize("kind", ["JPEG", "JPEG of three samples", "PNG"])
def test_an_end_that_is_missing_takes_nothing_away(kind: str) -> None:
    data = whole(kind)
    result = opened(data[:-2])
    assert np.array_equal(result.frames[0].pixels, opened(data).frames[0].pixels)
    assert result.missing in (0.0, None)
    if kind != "PNG":  # whose last chunk nobody needs, so that Pillow does not miss it
        assert result.note is not None
        assert "nothing that it shows is missing" in result.note.message


def test_a_picture_cut_before_its_first_rows_is_damaged() -> None:
    for kind in STILLS:
        with pytest.raises(MediaError) as caught:
            opened(whole(kind)[:40])
        assert caught.value.code == "media.damaged", kind


def test_a_turned_picture_is_cut_where_its_file_ends() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(photograph(), "JPEG", quality=90, exif=exif)
    result = opened(data[: len(data) // 2])
    pixels = result.frames[0].pixels
    assert pixels.shape == (320, 240, 3)
    assert not pixels[:, :40].any()  # the bottom of what was stored lies at the left
    assert pixels[:, -40:].any()


@pytest.mark.parametrize("name", ["WEBP", "GIF"])
def test_whole_frames_of_an_animation_are_kept(name: str) -> None:
    frames = [photograph().rotate(10 * turn) for turn in range(5)]
    data = encoded(frames[0], name, save_all=True, append_images=frames[1:], duration=1000)
    result = opened(data[: len(data) * 2 // 3])
    assert 2 <= len(result.frames) <= 4
    assert result.note is not None
    assert result.note.code == "media.truncated"
    if name == "WEBP":
        assert result.missing == pytest.approx(1 / 3, abs=0.01)


def film(path: Path, codec: str, **options: str) -> bytes:
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for turn in range(60):
            picture = photograph().rotate(6 * turn).resize((160, 120))
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
    return path.read_bytes()


@pytest.mark.parametrize(
    ("suffix", "codec", "options"),
    [
        ("mp4", "libx264", {"movflags": "faststart"}),
        ("mp4", "libx264", {"movflags": "frag_keyframe+empty_moov"}),
        ("webm", "libvpx", {}),
    ],
)
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_film_is_seen_up_to_the_cut(
    suffix: str, codec: str, options: dict[str, str], share: float, tmp_path: Path
) -> None:
    data = film(tmp_path / f"film.{suffix}", codec, **options)
    assert opened(data).note is None
    result = opened(data[: int(share * len(data))])
    assert result.note is not None
    assert result.note.code == "media.truncated"
    assert result.missing == pytest.approx(1.0 - share, abs=0.25)
    assert result.frames[-1].second == pytest.approx((1.0 - result.missing) * 6.0, abs=1.5)


def test_of_a_film_cut_within_its_first_frame_that_part_is_seen() -> None:
    result = open_media(Media(path=POSTED / "cut_at_70_percent.mp4"))
    assert result.missing == pytest.approx(0.3, abs=0.01)
    (frame,) = result.frames
    assert frame.pixels[: frame.pixels.shape[0] // 2].std() > 30


def test_as_they_are_posted() -> None:
    lost = [open_media(Media(path=POSTED / name)).missing for name in ("cut_by_2_bytes.jpg", "cut_at_80_percent.jpg")]
    assert lost == [0.0, pytest.approx(0.174, abs=0.02)]


def test_decoder_processes_say_the_same() -> None:
    media = [Media(path=POSTED / name) for name in ("cut_at_80_percent.jpg", "cut_at_70_percent.mp4")]
    with DecoderPool(workers=1, limits=Limits()) as pool:
        for medium in media:
            found, here = pool.open(medium).result(), open_media(medium)
            assert (found.note, found.missing) == (here.note, here.missing)
            assert np.array_equal(found.frames[0].pixels, here.frames[0].pixels)


@pytest.mark.parametrize(("missing", "read"), [(0.0, "yes"), (0.2, "no"), (None, "no")])
def test_media_were_read_as_far_as_nothing_is_missing(missing: float | None, read: str) -> None:
    note = open_media(Media(path=POSTED / "cut_by_2_bytes.jpg")).note
    outcome = MediaOutcome(media_id="a", kind="image", width=9, height=9, frames=1, missing=missing, error=note)
    post = Post(post_id="1", media=(Media(media_id="a", data=b"x"),))
    situation = Situation(post=post, report=None, signals=Signals(media=(outcome,)))
    assert media_readable(situation).value == read


@pytest.mark.parametrize("kind", ["BMP", "TIFF"])
def test_formats_of_scanners_and_paint_programs(kind: str) -> None:
    pixels = np.asarray(textured(64, 48))
    for options in ({}, {"compression": "tiff_lzw"}) if kind == "TIFF" else ({},):
        result = opened(encoded(Image.fromarray(pixels), kind, **options))
        assert (result.kind, len(result.frames), result.note) == ("image", 1, None)
        assert np.array_equal(result.frames[0].pixels, pixels)


def test_of_a_tiff_the_first_page_is_looked_at() -> None:
    pages = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    result = opened(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    assert (result.kind, len(result.frames)) == ("image", 1)
    assert result.frames[0].pixels[0, 0].tolist() == [255, 0, 0]


def test_a_format_that_is_not_opened_is_named() -> None:
    with pytest.raises(MediaError) as caught:
        opened(b"8BPS\0\x01" + bytes(100))
    assert caught.value.code == "media.unknown_format"
    assert caught.value.message == "picture is a Photoshop file (PSD), which Consentry does not open."


@given(st.binary(max_size=60), st.binary(max_size=9), st.integers(0, 90), st.data())
def test_an_extended_file_is_read_like_any_other(held: bytes, tail: bytes, more: int, data: st.DataObject) -> None:
    size = len(held) + more
    expected = BytesIO((held + tail + b"x" * size)[:size])
    extended = Extended(BytesIO(held), tail, filler=b"x", size=size)
    for _ in range(4):
        place, count = data.draw(st.integers(0, size + 3)), data.draw(st.integers(-1, 50))
        assert extended.seek(place) == expected.seek(place) == extended.tell()
        assert extended.read(count) == expected.read(count)


def test_sizes_that_files_say_they_have(tmp_path: Path) -> None:
    for data, name in (
        (whole("WebP"), "WEBP"),
        (film(tmp_path / "a.mp4", "libx264", movflags="faststart"), "mov"),
        (film(tmp_path / "a.webm", "libvpx"), "matroska"),
    ):
        assert declared_size(BytesIO(data), name) == declared_size(BytesIO(data[:-9]), name) == len(data)
        assert declared_size(BytesIO(data[:9]), name) in {None, 8 + int.from_bytes(data[4:8], "big"), 32}
    assert declared_size(BytesIO(whole("PNG")), "PNG") is None


def test_rows() -> None:
    one = np.arange(24, dtype=np.uint8).reshape(4, 3, 2)
    other = one.copy()
    assert rows_alike(one, other) == 4
    other[2, 1, 1] += 1
    assert rows_alike(one, other) == 2
    other[2:] = 0
    assert rows_there(other) == 2
    assert rows_there(np.zeros((3, 2))) == 0
    assert whole_chunks(BytesIO(b"RIFF\xff\0\0\0WEBPVP8 \x04\0\0\0abcdALPH\x09\0\0\0ab"))[12:] == b"VP8 \x04\0\0\0abcd"
