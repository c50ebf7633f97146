"""Real media files, made on the spot, for the tests of `media/`."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

RED, GREEN, BLUE, YELLOW = (230, 20, 20), (20, 200, 20), (20, 20, 230), (230, 230, 20)
"""The corners of `quadrants`: top left, top right, bottom left, bottom right."""


def quadrants(width: int = 96, height: int = 64) -> NDArray[np.uint8]:
    """Four plain quarters, so that every rotation and mirroring looks different."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = YELLOW
    return pixels


def corners(pixels: NDArray[np.uint8]) -> list[tuple[int, int, int]]:
    """The middles of the four quarters, in the order of `RED`, `GREEN`, `BLUE`, `YELLOW`."""
    height, width, _ = pixels.shape
    return [
        tuple(int(value) for value in pixels[height * row // 4, width * column // 4])
        for row in (1, 3)
        for column in (1, 3)
    ]


def near(found: list[tuple[int, int, int]], wanted: list[tuple[int, int, int]], tolerance: int = 24) -> bool:
    """Whether colours are equal but for lossy coding."""
    return len(found) == len(wanted) and bool(np.abs(np.subtract(found, wanted)).max() <= tolerance)


def encoded(image: Image.Image, name: str, **options: object) -> bytes:
    """The image as a file of Pillow's format `name`."""
    buffer = BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def textured(width: int, height: int, seed: int = 0) -> Image.Image:
    """A picture with detail at all scales, that compresses like a photograph."""
    generator = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    for cells in (4, 8, 16, 32):
        coarse = Image.fromarray(generator.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        total += np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=float) / cells
    total = (total - total.min()) / (total.max() - total.min())
    return Image.fromarray((total * 255).astype(np.uint8))


def png_header(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that says it is so big, followed by `data` as its compressed pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


@contextmanager
def as_scheduled_before() -> Iterator[None]:
    """Undo what SVT-AV1 does to a process of root's: it makes its caller a real-time one, before which all others wait.

    Encoders that spin while they wait for their threads never end then, as soon as there are more of them than cores.
    """
    policy, priority = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, priority)


def video(
    path: Path,
    *,
    codec: str = "libx264",
    seconds: float = 2.0,
    rate: int = 10,
    size: tuple[int, int] = (96, 64),
    options: dict[str, str] | None = None,
    container: str | None = None,
    muxing: dict[str, str] | None = None,
    audio: bool = False,
) -> Path:
    """A video of `quadrants` whose middle column brightens as time goes by."""
    width, height = size
    with (
        as_scheduled_before(),
        av.open(str(path), "w", format=container, container_options=muxing or {}) as output,
    ):
        stream = output.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        sound = output.add_stream("aac", rate=44_100) if audio else None
        count = round(seconds * rate)
        for index in range(count):
            pixels = quadrants(width, height)
            pixels[:, width // 2 - 4 : width // 2 + 4] = 255 * index // max(count - 1, 1)
            for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")):
                output.mux(packet)
        for packet in stream.encode():
            output.mux(packet)
        if sound is not None:
            _mux_silence(output, sound)
    return path


def sound_only(path: Path) -> Path:
    """An MP4 without a video stream."""
    with av.open(str(path), "w") as output:
        _mux_silence(output, output.add_stream("aac", rate=44_100))
    return path


def _mux_silence(output: av.container.OutputContainer, stream: av.AudioStream) -> None:
    for index in range(10):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 44_100, index * 1024
        for packet in stream.encode(frame):
            output.mux(packet)
    for packet in stream.encode():
        output.mux(packet)


def with_display_matrix(mp4: bytes, signs: tuple[int, int, int, int]) -> bytes:
    """The same MP4 with the upper left part of its track's matrix set to `signs` (ISO/IEC 14496-12, tkhd)."""
    a, b, c, d = (sign << 16 for sign in signs)
    start = mp4.index(b"tkhd") + 4 + 4 + 5 * 4 + 8 + 4 * 2
    assert struct.unpack(">9i", mp4[start : start + 36])[0] == 1 << 16
    return mp4[:start] + struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30) + mp4[start + 36 :]


def with_duration(matroska: bytes, seconds: float) -> bytes:
    """The same Matroska file with a header that claims this duration (RFC 9559: element 0x4489, in milliseconds)."""
    start = matroska.index(b"\x44\x89\x88") + 3
    return matroska[:start] + struct.pack(">d", seconds * 1000) + matroska[start + 8 :]
