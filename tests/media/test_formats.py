"""Sniffing the format from the first bytes."""

from __future__ import annotations

import pytest

from consentry.media.formats import sniff


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"GIF87a", "GIF"),
        (b"GIF89a", "GIF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"\x1a\x45\xdf\xa3", "matroska"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", "mov"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "mov"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mov"),
        (b"\0\0\x10\0moov", "mov"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1miaf", "AVIF"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "AVIF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIF"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIF"),
        ((b"\x47" + bytes(187)) * 5, "mpegts"),
        ((bytes(4) + b"\x47" + bytes(187)) * 5, "mpegts"),
    ],
)
def test_formats_of_the_list(head: bytes, name: str) -> None:
    found = sniff(head)
    assert found is not None
    assert found.name == name
    assert found.reader == ("pillow" if name.isupper() else "ffmpeg")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"G",
        b"\xff\xd8",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"II*\0",
        b"BM",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"#EXTM3U\n",
        b"ffconcat version 1.0",
        b"8BPS",
        b"%!PS-Adobe",
        b"\x47" + bytes(187) + b"\x47" + bytes(400),
    ],
)
def test_everything_else_is_unknown(head: bytes) -> None:
    assert sniff(head) is None


def test_brands_are_looked_for_in_the_first_box_only() -> None:
    film = b"\0\0\0\x14ftypisom\0\0\0\0isom" + b"avif"
    found = sniff(film)
    assert found is not None
    assert found.name == "mov"
