"""How the pixels of a still picture become upright sRGB: orientation, colour models, profiles, transparency."""

from __future__ import annotations

import struct
import zlib

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
    quadrants,
)
from PIL import Image, ImageCms

from consentry.media import OpenedMedia, open_media
from consentry.records import Media

UPRIGHT = [RED, GREEN, BLUE, YELLOW]


def opened(data: bytes, **arguments: object) -> OpenedMedia:
    return open_media(Media(media_id="picture", data=data), **arguments)  # type: ignore[arg-type]


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


@pytest.mark.parametrize("profile", [b"not a profile", b"x" * 2_000_000])
def test_broken_or_oversized_profile_is_ignored(profile: bytes) -> None:
    data = encoded(Image.fromarray(quadrants()), "JPEG", icc_profile=profile)
    assert near(corners(opened(data).frames[0].pixels), UPRIGHT)


def test_srgb_profile_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = encoded(Image.fromarray(quadrants()), "PNG")
    tagged = encoded(Image.fromarray(quadrants()), "PNG", icc_profile=profile)
    assert np.array_equal(opened(plain).frames[0].pixels, opened(tagged).frames[0].pixels)
