"""Still and animated images: colour models, orientation, size, animation, damage."""

from __future__ import annotations

import struct
import zlib
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
from PIL import Image, ImageCms
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


@pytest.mark.parametrize("turned", range(1, 9))
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_every_exif_orientation_comes_out_upright(turned: int, name: str) -> None:
    stored = {
        1: lambda image: image,
        2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
        4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
        6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
        7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
        8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
    }[turned](Image.fromarray(quadrants()))
    exif = Image.Exif()
    exif[0x0112] = turned
    result = opened(encoded(stored, name, exif=exif), longest_side=48)
    assert (result.width, result.height) == (96, 64)
    assert result.frames[0].pixels.shape == (32, 48, 3)
    assert near(corners(result.frames[0].pixels), UPRIGHT)


@pytest.mark.parametrize("value", [0, 9, 65_535])
def test_an_orientation_that_does_not_exist_is_upright(value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    assert near(corners(opened(encoded(Image.fromarray(quadrants()), "JPEG", exif=exif)).frames[0].pixels), UPRIGHT)


@pytest.mark.filterwarnings("ignore")
def test_broken_exif_does_not_cost_the_picture() -> None:
    data = encoded(Image.fromarray(quadrants()), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff" + b"\xff" * 40)
    assert near(corners(opened(data).frames[0].pixels), UPRIGHT)


def test_progressive_and_cmyk_jpeg() -> None:
    image = Image.fromarray(quadrants())
    assert near(corners(opened(encoded(image, "JPEG", progressive=True)).frames[0].pixels), UPRIGHT)
    assert near(corners(opened(encoded(image.convert("CMYK"), "JPEG")).frames[0].pixels), UPRIGHT)


@pytest.mark.parametrize("mode", ["L", "1", "LA"])
def test_grey_and_bilevel(mode: str) -> None:
    image = Image.fromarray(np.where(quadrants()[..., 0] > 100, 255, 0).astype(np.uint8)).convert(mode)
    white, black = (255, 255, 255), (0, 0, 0)
    assert corners(opened(encoded(image, "PNG")).frames[0].pixels) == [white, black, black, white]


def test_sixteen_bits_of_grey_are_scaled_and_not_clipped() -> None:
    values = np.full((40, 40), 0x8000, np.uint16)
    values[:20] = 0x0180
    pixels = opened(encoded(Image.fromarray(values), "PNG")).frames[0].pixels
    assert pixels[30, 30].tolist() == [128, 128, 128]
    assert pixels[10, 10].tolist() == [1, 1, 1]


def test_palette_is_looked_up_before_scaling() -> None:
    image = Image.fromarray(quadrants(960, 640)).quantize(16)
    assert image.mode == "P"
    assert near(corners(opened(encoded(image, "PNG"), longest_side=60).frames[0].pixels), UPRIGHT)


def test_transparency_is_composed_on_white() -> None:
    rgba = np.dstack([quadrants(), np.full((64, 96), 255, np.uint8)])
    rgba[:32, :48, 3] = 0
    rgba[32:, 48:, 3] = 128
    for image in (Image.fromarray(rgba), Image.fromarray(rgba).resize((480, 320))):
        found = corners(opened(encoded(image, "PNG"), longest_side=96).frames[0].pixels)
        assert near(found, [(255, 255, 255), GREEN, BLUE, (242, 242, 137)], tolerance=4)


def test_transparent_colour_of_palette_and_of_rgb() -> None:
    palette = Image.fromarray(np.repeat([[0, 1]], 20, axis=0).repeat(20, axis=1).astype(np.uint8), "P")
    palette.putpalette([255, 0, 0, 0, 0, 255])
    assert opened(encoded(palette, "PNG", transparency=0)).frames[0].pixels[5, 5].tolist() == [255, 255, 255]
    rgb = Image.fromarray(quadrants())
    found = corners(opened(encoded(rgb, "PNG", transparency=BLUE)).frames[0].pixels)
    assert found == [RED, GREEN, (255, 255, 255), YELLOW]
    grey = Image.new("L", (20, 20), 7)
    assert opened(encoded(grey, "PNG", transparency=7)).frames[0].pixels[5, 5].tolist() == [255, 255, 255]


def test_colour_profile_is_applied() -> None:
    # A profile that swaps nothing but names other primaries: Lab is not RGB, so make one from XYZ through sRGB.
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    plain = Image.new("RGB", (40, 40), (200, 100, 50))
    assert opened(encoded(plain, "PNG", icc_profile=profile)).frames[0].pixels[5, 5].tolist() == [200, 100, 50]
    swapped = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = swapped.index(b"rXYZ"), swapped.index(b"bXYZ")
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    for index in range(len(swapped) - 3):  # its name, in UTF-16, would otherwise let it pass as sRGB
        if swapped[index : index + 8] == "sRGB".encode("utf-16-be"):
            swapped[index + 1] = ord("x")
    found = opened(encoded(plain, "PNG", icc_profile=bytes(swapped))).frames[0].pixels[5, 5].tolist()
    assert near([tuple(found)], [(50, 100, 200)], tolerance=3)


def display_p3() -> bytes:
    """The profile of sRGB with the primaries of Display P3, adapted to D50 (as in Apple's own profile)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    for tag, values in primaries.items():
        entry = profile.index(tag)
        (start,) = struct.unpack(">I", profile[entry + 4 : entry + 8])
        profile[start + 8 : start + 20] = struct.pack(">3i", *(round(value * 65_536) for value in values))
    for index in range(len(profile) - 7):  # its name would let it pass as sRGB
        if profile[index : index + 8] == "sRGB".encode("utf-16-be"):
            profile[index + 1] = ord("x")
    return bytes(profile)


def test_wide_colours_of_phones_become_the_nearest_of_srgb() -> None:
    """Against the matrices of the two standards, worked out here (SMPTE EG 432-1, IEC 61966-2-1)."""
    shown = np.array([180, 110, 60])
    linear = np.where(shown / 255 > 0.04045, ((shown / 255 + 0.055) / 1.055) ** 2.4, shown / 255 / 12.92)
    p3 = np.array([[0.4866, 0.2657, 0.1982], [0.2290, 0.6917, 0.0793], [0.0, 0.0451, 1.0439]])
    srgb = np.array([[3.2410, -1.5374, -0.4986], [-0.9692, 1.8760, 0.0416], [0.0556, -0.2040, 1.0570]])
    wanted = np.clip(srgb @ p3 @ linear, 0, 1)
    wanted = np.where(wanted > 0.0031308, 1.055 * wanted ** (1 / 2.4) - 0.055, 12.92 * wanted) * 255
    assert wanted[0] > 186  # it is not the same to begin with
    plain = Image.new("RGB", (40, 40), tuple(int(value) for value in shown))
    for name in ("PNG", "WEBP"):
        options = {"lossless": True} if name == "WEBP" else {}
        found = opened(encoded(plain, name, icc_profile=display_p3(), **options)).frames[0].pixels[5, 5]
        assert np.abs(found - wanted).max() <= 2.5, name


def test_known_values_of_cmyk() -> None:
    image = Image.new("CMYK", (40, 40), (0, 255, 255, 0))  # all of magenta and yellow: red
    found = opened(encoded(image, "JPEG", quality=100)).frames[0].pixels[5, 5].tolist()
    assert near([tuple(found)], [(255, 0, 0)], tolerance=4)
    black = Image.new("CMYK", (40, 40), (0, 0, 0, 255))
    assert max(opened(encoded(black, "JPEG", quality=100)).frames[0].pixels[5, 5].tolist()) <= 4


def test_sixteen_bits_of_colour_keep_their_upper_half() -> None:
    rows = b"".join(b"\0" + struct.pack(">HHH", 0x80FF, 0x40FF, 0xFFFF) * 20 for _ in range(20))
    header = struct.pack(">IIBBBBB", 20, 20, 16, 2, 0, 0, 0)
    body = b"".join(
        struct.pack(">I", len(chunk)) + kind + chunk + struct.pack(">I", zlib.crc32(kind + chunk))
        for kind, chunk in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )
    assert opened(b"\x89PNG\r\n\x1a\n" + body).frames[0].pixels[3, 3].tolist() == [0x80, 0x40, 0xFF]


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


@pytest.mark.parametrize("profile", [b"not a profile", b"x" * 2_000_000])
def test_broken_or_oversized_profile_is_ignored(profile: bytes) -> None:
    data = encoded(Image.fromarray(quadrants()), "JPEG", icc_profile=profile)
    assert near(corners(opened(data).frames[0].pixels), UPRIGHT)


def test_srgb_profile_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = encoded(Image.fromarray(quadrants()), "PNG")
    tagged = encoded(Image.fromarray(quadrants()), "PNG", icc_profile=profile)
    assert np.array_equal(opened(plain).frames[0].pixels, opened(tagged).frames[0].pixels)


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
    assert result.note.code == "media.partly_damaged"


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


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
@pytest.mark.filterwarnings("ignore")
def test_truncated_file_is_damaged(name: str, share: float) -> None:
    data = encoded(textured(240, 160), name)
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
