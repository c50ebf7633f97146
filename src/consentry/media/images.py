"""Images by Pillow, still and animated; HEIC by libheif, in Pillow's clothes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from consentry.media.clock import Deadline
from consentry.media.cut_images import is_cut, openable, what_is_there
from consentry.media.cut_off import missing_bytes
from consentry.media.errors import MediaError, took_too_much_memory
from consentry.media.geometry import fit, require_size
from consentry.media.limits import Limits
from consentry.media.notes import kept_in_part, partly_damaged, sampled_in_part, truncated
from consentry.media.opened import Frame, OpenedMedia
from consentry.media.pictures import orientation, rgb_pixels, upright_size
from consentry.media.sampling import GLANCE_SIDE, Sampler
from consentry.records import ErrorNote

_ANIMATED_FORMATS: Final = ("GIF", "WEBP", "PNG", "AVIF")
_ANIMATION_PIXEL_COST: Final = 10
"""Pixels of an animation against `Limits.max_decoded_pixels`: Pillow is about that much slower than FFmpeg."""

_UNSTATED_FRAME_SECONDS: Final = 0.1
"""How long browsers show a frame of an animation whose duration is zero or next to it."""


def read_image(
    source: BinaryIO, media_id: str, name: str, limits: Limits, longest_side: int, deadline: Deadline
) -> OpenedMedia:
    """Read an image that `sniff` found to be of the format `name`; arguments as for `open_media`.

    Raises:
        MediaError: ``media.too_many_pixels``, ``timeout``, ``memory`` or ``damaged``.
    """
    short = missing_bytes(source, name, limits)
    with _decoder_failures(media_id), _opened(openable(source, name) if short else source, name) as image:
        require_size(media_id, *image.size, limits)
        # A JPEG may carry further pictures behind the first (MPO: a gain map, a second lens); they are not a film.
        # Nor are those of a HEIC file (a burst, a thumbnail).
        if name in _ANIMATED_FORMATS and getattr(image, "is_animated", False):
            found = _read_animation(image, media_id, limits, longest_side, deadline)
            return replace(found, note=truncated(media_id, short), missing=short) if short else found
        return _read_still(image, source, media_id, longest_side, short=short > 0)


def _opened(source: BinaryIO, name: str) -> Image.Image:
    if name != "HEIF":
        return Image.open(source, formats=[name])
    # Used as a class, not registered with Pillow: that would change what `Image.open` does for the whole program.
    from pi_heif.as_plugin import HeifImageFile

    image: Image.Image = HeifImageFile(source)
    return image


def _read_still(image: Image.Image, source: BinaryIO, media_id: str, longest_side: int, *, short: bool) -> OpenedMedia:
    turned = orientation(image)
    full_width, full_height = image.size
    width, height, scale = fit(full_width, full_height, longest_side)
    image.draft(None, (width, height))  # a JPEG is decoded at 1/2, 1/4 or 1/8 if that is still large enough
    image, cut = what_is_there(image, source, short=short)
    pixels = rgb_pixels(image, (width, height), turned, there=1.0 - (cut.missing or 0.0) if cut else 1.0)
    full_width, full_height = upright_size((full_width, full_height), turned)
    return OpenedMedia(
        media_id=media_id,
        kind="image",
        width=full_width,
        height=full_height,
        duration=None,
        frames=(Frame(pixels),),
        scale=scale,
        note=truncated(media_id, cut.missing) if cut else None,
        missing=cut.missing if cut else None,
    )


def _read_animation(
    image: Image.Image, media_id: str, limits: Limits, longest_side: int, deadline: Deadline
) -> OpenedMedia:
    turned = orientation(image)
    width, height, scale = fit(*image.size, longest_side)
    full_width, full_height = upright_size(image.size, turned)
    sampler = Sampler(1.0 / limits.frames_per_second, limits.max_frames)
    note: ErrorNote | None = None
    second = 0.0
    spent_pixels = 0
    for index in range(limits.max_decoded_frames + 1):
        spent_pixels += image.width * image.height * _ANIMATION_PIXEL_COST
        deadline.check()
        try:
            with _decoder_failures(media_id):
                if not _seek(image, index):
                    break
                require_size(media_id, *image.size, limits)  # a frame of a GIF may be larger than its header says
                if index == limits.max_decoded_frames or spent_pixels > limits.max_decoded_pixels:
                    note = sampled_in_part(media_id, second)
                    break
                image.load()
                if sampler.wants(second):
                    pixels = rgb_pixels(image, (width, height), turned)
                    sampler.offer(second, _glance(pixels), partial(np.ascontiguousarray, pixels))
                second += _frame_seconds(image)
        except MediaError as error:
            if not sampler.seconds:
                raise
            note = truncated(media_id, None) if is_cut(error.__cause__) else partly_damaged(media_id, second)
            break
    frames = sampler.frames(second)
    if note is None and sampler.left_out:
        note = kept_in_part(media_id, len(frames))
    return OpenedMedia(
        media_id=media_id,
        kind="video",
        width=full_width,
        height=full_height,
        duration=None if note is not None and note.code != "media.sampled_sparsely" else round(second, 4),
        frames=frames,
        scale=scale,
        note=note,
    )


def _glance(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width, _ = pixels.shape
    small_width, small_height, _ = fit(width, height, GLANCE_SIDE)
    return np.asarray(Image.fromarray(pixels).resize((small_width, small_height), Image.Resampling.BOX))


def _seek(image: Image.Image, index: int) -> bool:
    try:
        image.seek(index)
    except EOFError:
        return False
    return True


def _frame_seconds(image: Image.Image) -> float:
    milliseconds = image.info.get("duration", 0)
    if isinstance(milliseconds, int | float) and milliseconds > 10:
        return milliseconds / 1000.0
    return _UNSTATED_FRAME_SECONDS


@contextmanager
def _decoder_failures(media_id: str) -> Iterator[None]:
    """Whatever a decoder throws at a hostile file becomes one `MediaError`."""
    try:
        yield
    except MediaError:
        raise
    except MemoryError as error:
        raise took_too_much_memory(media_id) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaError(
            f"{media_id} has more pixels than Pillow agrees to decode.",
            "Scale it down before handing it over.",
            code="media.too_many_pixels",
        ) from error
    except Exception as error:
        # Pillow's readers raise OSError, SyntaxError, ValueError, struct.error and more on broken files. The error's
        # own text is not repeated: it can hold addresses in memory, which would differ from run to run.
        raise MediaError(
            f"{media_id} could not be decoded ({type(error).__name__}).",
            "Ask for the original file: this one is damaged or cut off.",
            code="media.damaged",
        ) from error
