"""Which format a file is of, by its first bytes alone. What is not on this list is not opened.

Sniffing it here, instead of letting a library probe, means that FFmpeg never sees a playlist (HLS, DASH, concat,
SDP ...): those are text files, and no text is on the list. TIFF is left out: its decoder has had too many holes to be
worth it for what is hardly ever posted.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

HEAD_BYTES = 1024
"""How many bytes from the start `sniff` wants to see."""

_TS_PACKET = 188
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_QUICKTIME_ATOMS = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}


class MediaFormat(NamedTuple):
    """A format and the reader for it.

    Attributes:
        name: Pillow's name of the format for an image (HEIF is HEIC's), FFmpeg's name of the demuxer for a video.
        reader: Which library reads it.
    """

    name: str
    reader: Literal["pillow", "ffmpeg"]


def sniff(head: bytes) -> MediaFormat | None:
    """The format that starts with these bytes, or ``None`` if it is none of ours.

    Args:
        head: The first `HEAD_BYTES` bytes of the file, or all of it if it is shorter.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return MediaFormat("JPEG", "pillow")
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaFormat("PNG", "pillow")
    if head.startswith((b"GIF87a", b"GIF89a")):
        return MediaFormat("GIF", "pillow")
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return MediaFormat("WEBP", "pillow")
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return MediaFormat("avi", "ffmpeg")
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return MediaFormat("matroska", "ffmpeg")
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    if head[4:8] in _QUICKTIME_ATOMS:
        return MediaFormat("mov", "ffmpeg")
    if _is_transport_stream(head):
        return MediaFormat("mpegts", "ffmpeg")
    return None


def _of_brands(head: bytes) -> MediaFormat | None:
    """ISO base media files (ISO/IEC 14496-12): the brands in the first box tell a still picture from a film."""
    size = min(max(int.from_bytes(head[:4], "big"), 16), len(head))
    brands = {head[8:12], *(head[start : start + 4] for start in range(16, size, 4))}
    if brands & _AVIF_BRANDS:
        return MediaFormat("AVIF", "pillow")
    if brands & _HEIC_BRANDS:
        return MediaFormat("HEIF", "pillow")
    return MediaFormat("mov", "ffmpeg")


def _is_transport_stream(head: bytes) -> bool:
    """Sync bytes at the start of the first three packets, with or without the four-byte prefix of M2TS."""
    plain = all(head[start : start + 1] == b"\x47" for start in range(0, 3 * _TS_PACKET, _TS_PACKET))
    prefixed = all(head[start : start + 1] == b"\x47" for start in range(4, 3 * 192 + 4, 192))
    return plain or prefixed
