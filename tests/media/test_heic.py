"""HEIC, as phones make it."""

from __future__ import annotations

import numpy as np
import pytest
from heic_files import heic
from media_files import BLUE, GREEN, RED, YELLOW, corners, near, quadrants
from PIL import Image, ImageCms

from consentry.media import Limits, MediaError, OpenedMedia, open_media
from consentry.records import Media


def opened(data: bytes, **arguments: object) -> OpenedMedia:
    return open_media(Media(media_id="picture", data=data), **arguments)  # type: ignore[arg-type]


def code_of(data: bytes, **arguments: object) -> str:
    with pytest.raises(MediaError) as caught:
        opened(data, **arguments)
    return caught.value.code


def test_a_heic_picture_is_read() -> None:
    result = opened(heic(quadrants()))
    assert (result.kind, result.width, result.height, result.duration) == ("image", 96, 64, None)
    assert near(corners(result.frames[0].pixels), [RED, GREEN, BLUE, YELLOW], tolerance=8)
    small = opened(heic(quadrants()), longest_side=48)
    assert small.frames[0].pixels.shape == (32, 48, 3)
    assert small.scale == 0.5


def test_it_is_turned_once_by_its_own_box_and_not_again_by_exif() -> None:
    turned = heic(quadrants(), quarter_turns=1)
    result = opened(turned)
    assert (result.width, result.height) == (64, 96)
    assert near(corners(result.frames[0].pixels), [GREEN, YELLOW, RED, BLUE], tolerance=8)
    tags = Image.Exif()
    tags[0x0112] = 6
    again = opened(heic(quadrants(), quarter_turns=1, exif=b"Exif\0\0" + tags.tobytes()[6:]))
    assert near(corners(again.frames[0].pixels), [GREEN, YELLOW, RED, BLUE], tolerance=8)


def test_its_colour_profile_is_applied() -> None:
    swapped = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = swapped.index(b"rXYZ"), swapped.index(b"bXYZ")
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    for index in range(len(swapped) - 3):  # its name, in UTF-16, would otherwise let it pass as sRGB
        if swapped[index : index + 8] == "sRGB".encode("utf-16-be"):
            swapped[index + 1] = ord("x")
    plain = np.full((64, 64, 3), (200, 100, 50), np.uint8)
    assert near([tuple(opened(heic(plain)).frames[0].pixels[9, 9])], [(200, 100, 50)], tolerance=4)
    found = opened(heic(plain, profile=bytes(swapped))).frames[0].pixels[9, 9]
    assert near([tuple(found)], [(50, 100, 200)], tolerance=6)


def test_limits_and_damage() -> None:
    data = heic(quadrants())
    assert code_of(data, limits=Limits(max_pixels=96 * 64 - 1)) == "media.too_many_pixels"
    assert code_of(heic(quadrants(), claimed_size=(30_000, 30_000))) in ("media.too_many_pixels", "media.damaged")
    assert code_of(heic(quadrants(), claimed_size=(0, 64))) == "media.damaged"
    for share in (0.1, 0.5, 0.98):
        assert code_of(data[: int(len(data) * share)]) == "media.damaged"
    # A header smaller than the truth must not let more pixels in than the limits allow.
    lying = heic(quadrants(), claimed_size=(8, 8))
    try:
        result = opened(lying, limits=Limits(max_pixels=64))
    except MediaError as error:
        assert error.code in ("media.damaged", "media.too_many_pixels")  # noqa: PT017
    else:
        assert result.width * result.height <= 64
