"""Which format a file is of, by its first bytes alone. What is not on this list is not opened.

Sniffing it here, instead of letting a library probe, means that FFmpeg never sees a playlist (HLS, DASH, concat,
SDP ...): those are text files, and no text is on the list. What is known and not opened is refused by its name.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

HEAD_BYTES = 1024
"""How many bytes from the start `sniff` wants to see."""

_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}
"""Sizes of the second header, by version."""

_REFUSED = (
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"II\xbc", "a JPEG XR picture"),
    (b"8BPS", "a Photoshop file (PSD)"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance HDR picture"),
    (b"qoif", "a QOI picture"),
    (b"BPG\xfb", "a BPG picture"),
    (b"DDS ", "a DirectDraw texture (DDS)"),
    (b"\x00\x00\x01\x00", "an icon (ICO)"),
    (b"gimp xcf", "a GIMP file (XCF)"),
    (b"%!PS", "a PostScript document"),
    (b"%PDF", "a PDF document"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile (WMF)"),
    (b"FLV\x01", "a Flash video (FLV)"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file (WMV, ASF)"),
    (b"\x00\x00\x01\xba", "an MPEG program stream (MPG, VOB)"),
    (b".RMF", "a RealMedia file"),
    (b"OggS", "an Ogg file"),
    (b"ID3", "a sound file (MP3)"),
    (b"fLaC", "a sound file (FLAC)"),
    (b"#EXTM3U", "a playlist"),
    (b"PK\x03\x04", "an archive (ZIP)"),
    (b"Rar!\x1a\x07", "an archive (RAR)"),
    (b"7z\xbc\xaf\x27\x1c", "an archive (7z)"),
    (b"\x1f\x8b", "an archive (gzip)"),
)
"""First bytes, and what the file is."""

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
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return MediaFormat("BMP", "pillow")
    if head.startswith((b"II*\0", b"MM\0*")):
        return MediaFormat("TIFF", "pillow")
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


def what_is_refused(head: bytes) -> str | None:
    """What a file is that is not opened, in words with an article; ``None`` if that is not known either.

    Args:
        head: As for `sniff`, which has found nothing.
    """
    for start, name in _REFUSED:
        if head.startswith(start):
            return name
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "a sound file (WAV)"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml")) and b"<svg" in text:
        return "an SVG drawing"
    if text.startswith((b"<!doctype html", b"<html")):
        return "a web page (HTML)"
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
