"""One decoded picture of any colour model into upright sRGB pixels of the wanted size."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_ORIENTATION_TAG: Final = 0x0112
_MAX_PROFILE_BYTES: Final = 1_000_000
"""Larger than the profiles of printing presses; a bigger one is not worth handing to a parser."""

_TRANSPOSE: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation (CIPA DC-008, tag 0x0112). Pillow's rotations are counterclockwise."""


def orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 (upright) where there is none or where the metadata are damaged."""
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001  damaged metadata fail in many ways, and the picture is readable without them
        return 1
    return value if value in _TRANSPOSE else 1


def upright_size(size: tuple[int, int], turned: int) -> tuple[int, int]:
    """Width and height after `turned`, an EXIF orientation, is undone."""
    return (size[1], size[0]) if turned >= 5 else size


def rgb_pixels(image: Image.Image, size: tuple[int, int], turned: int, *, there: float = 1.0) -> NDArray[np.uint8]:
    """Decode, shrink, compose on white, convert to sRGB and turn upright: ``(height, width, 3)`` uint8.

    Shrinking comes before everything that can wait for it, because the rest then costs next to nothing.

    Args:
        image: Opened by Pillow; it may have been decoded at a reduced size already.
        size: Wanted width and height, before turning.
        turned: EXIF orientation.
        there: Share of the rows, from the top before turning, that the file holds; the others become black.
    """
    image.load()
    profile = image.info.get("icc_profile")
    image = _resizable(image)
    if image.size != size:
        image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image).convert("RGB")
    image = _to_srgb(image, profile)
    if there < 1.0:
        image.paste((0, 0, 0), (0, int(there * image.height), image.width, image.height))
    if turned != 1:
        image = image.transpose(_TRANSPOSE[turned])
    return np.ascontiguousarray(image, dtype=np.uint8)


def _resizable(image: Image.Image) -> Image.Image:
    """The same picture as RGB, RGBA, L or CMYK, whose values may be averaged."""
    if image.mode in ("RGB", "RGBA", "L", "CMYK") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow's own conversion would clip instead of scale
        values = np.asarray(image).astype(np.int64)
        return Image.fromarray(np.clip(values >> 8, 0, 255).astype(np.uint8))
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode == "1" else "RGB")


def _to_srgb(image: Image.Image, profile: object) -> Image.Image:
    if isinstance(profile, bytes) and 0 < len(profile) <= _MAX_PROFILE_BYTES:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            if image.mode != "RGB" or "sRGB" not in ImageCms.getProfileDescription(source):
                converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
                if converted is not None:
                    return converted
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            # A broken profile, or one for another colour model than the picture's. Viewers ignore those too.
            pass
    return image.convert("RGB")
