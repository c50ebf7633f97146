"""Pixels into files that browsers show: nothing goes in but pixels, so nothing else comes out."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, sqrt
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from consentry.media import Frame

QUALITY: Final = 85
CLIP_RATE: Final = 8
"""Frames a second of a clip: enough to see what happens."""


def jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """A picture as a JPEG without any metadata.

    Args:
        pixels: (H, W, 3) uint8 RGB.
    """
    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "JPEG", quality=QUALITY)
    return stored.getvalue()


def contact_sheet(pictures: Sequence[NDArray[np.uint8]], longest_side: int) -> NDArray[np.uint8]:
    """Some pictures of one size side by side and below each other, in reading order.

    Args:
        pictures: (H, W, 3) uint8 RGB, at least one.
        longest_side: Of the sheet, in pixels.
    """
    height, width, _ = pictures[0].shape
    columns = max(1, min(len(pictures), round(sqrt(len(pictures) * height / width))))
    rows = ceil(len(pictures) / columns)
    scale = min(1.0, longest_side / (columns * width), longest_side / (rows * height))
    cell = max(1, int(width * scale)), max(1, int(height * scale))
    sheet = Image.new("RGB", (columns * cell[0], rows * cell[1]))
    for place, pixels in enumerate(pictures):
        small = Image.fromarray(pixels).resize(cell, Image.Resampling.LANCZOS)
        sheet.paste(small, (place % columns * cell[0], place // columns * cell[1]))
    return np.asarray(sheet)


def clip(frames: Sequence[Frame]) -> bytes:
    """A muted MP4 (H.264) of frames, each shown for as long as the film went on looking like it.

    Args:
        frames: In the order of time, all of one size.
    """
    stored = io.BytesIO()
    height, width = (side - side % 2 for side in frames[0].pixels.shape[:2])
    with av.open(stored, "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=CLIP_RATE, options={"preset": "veryfast", "crf": "26"})
        stream.width, stream.height, stream.pix_fmt = max(2, width), max(2, height), "yuv420p"
        stream.time_base = Fraction(1, CLIP_RATE)
        stream.codec_context.thread_count = 1
        for number, pixels in enumerate(_at_rate(frames)):
            frame = av.VideoFrame.from_ndarray(_even(pixels), format="rgb24")
            frame.pts = number
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return stored.getvalue()


def _at_rate(frames: Sequence[Frame]) -> Iterator[NDArray[np.uint8]]:
    shown = 0
    for frame in frames:
        until = max(ceil((frame.until or 0.0) * CLIP_RATE), shown + 1)
        for _ in range(until - shown):
            yield frame.pixels
        shown = until


def _even(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """H.264 with half the colours wants even sides."""
    if min(pixels.shape[:2]) < 2:
        pixels = np.repeat(np.repeat(pixels, 2, 0), 2, 1)
    height, width = (side - side % 2 for side in pixels.shape[:2])
    return np.ascontiguousarray(pixels[:height, :width])
