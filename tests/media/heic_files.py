"""Real HEIC files: no package of ours writes them, so an HEVC key frame is put into HEIF's boxes here.

Boxes and fields: ISO/IEC 14496-12 (base format) and ISO/IEC 23008-12 (HEIF).
"""

from __future__ import annotations

import struct
from io import BytesIO

import av
import numpy as np
from numpy.typing import NDArray


def heic(
    pixels: NDArray[np.uint8],
    *,
    quarter_turns: int = 0,
    profile: bytes = b"",
    exif: bytes = b"",
    claimed_size: tuple[int, int] | None = None,
) -> bytes:
    """A HEIC file of one picture.

    Args:
        pixels: ``(height, width, 3)``, RGB; sides that are multiples of 8.
        quarter_turns: How often it is to be turned anticlockwise when shown (box irot).
        profile: An ICC profile.
        exif: Metadata as a TIFF file.
        claimed_size: What the header says of width and height, if not the truth.
    """
    configuration, sample = _hevc(pixels)
    height, width, _ = pixels.shape
    properties = [
        _box(b"hvcC", configuration),
        _full_box(b"ispe", struct.pack(">II", *(claimed_size or (width, height)))),
    ]
    if profile:
        properties.append(_box(b"colr", b"prof" + profile))
    if quarter_turns:
        properties.append(_box(b"irot", bytes([quarter_turns])))
    indices = bytes([0x81, *range(2, len(properties) + 1)])  # the decoder's configuration is essential
    association = struct.pack(">IHB", 1, 1, len(indices)) + indices
    items = [_item(1, b"hvc1")]
    contents = [sample]
    reference = b""
    if exif:
        items.append(_item(2, b"Exif"))
        contents.append(struct.pack(">I", 0) + exif)
        reference = _full_box(b"iref", _box(b"cdsc", struct.pack(">HHH", 2, 1, 1)))
    kind = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")

    def meta(offset: int) -> bytes:
        places = b""
        for number, content in enumerate(contents, 1):
            places += struct.pack(">HHHII", number, 0, 1, offset, len(content))
            offset += len(content)
        return _full_box(
            b"meta",
            _full_box(b"hdlr", bytes(4) + b"pict" + bytes(12) + b"\0")
            + _full_box(b"pitm", struct.pack(">H", 1))
            + _full_box(b"iloc", struct.pack(">BBH", 0x44, 0, len(contents)) + places)
            + _full_box(b"iinf", struct.pack(">H", len(items)) + b"".join(items))
            + reference
            + _box(b"iprp", _box(b"ipco", b"".join(properties)) + _full_box(b"ipma", association)),
        )

    start = len(kind) + len(meta(0)) + 8
    return kind + meta(start) + _box(b"mdat", b"".join(contents))


def _hevc(pixels: NDArray[np.uint8]) -> tuple[bytes, bytes]:
    """The decoder's configuration and one key frame, as in an MP4."""
    file = BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream("libx265", rate=1, options={"crf": "8", "x265-params": "log-level=none:keyint=1"})
        stream.codec_context.codec_tag = "hvc1"
        stream.height, stream.width = pixels.shape[:2]
        stream.pix_fmt = "yuv420p"
        for frame in (av.VideoFrame.from_ndarray(pixels, format="rgb24"), None):
            for packet in stream.encode(frame):
                output.mux(packet)
    file.seek(0)
    with av.open(file) as written:
        packet = next(packet for packet in written.demux(written.streams.video[0]) if packet.size)
        return bytes(written.streams.video[0].codec_context.extradata), bytes(packet)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def _full_box(kind: bytes, content: bytes) -> bytes:
    return _box(kind, bytes(4) + content)


def _item(number: int, kind: bytes) -> bytes:
    return _box(b"infe", b"\2\0\0\0" + struct.pack(">HH", number, 0) + kind + b"\0")
