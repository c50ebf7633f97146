"""Sniffing the format from the first bytes."""

from __future__ import annotations

import pytest

from consentry.media.formats import sniff, what_is_refused


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"GIF87a", "GIF"),
        (b"GIF89a", "GIF"),
        (b"BM" + bytes(12) + b"\x28\0\0\0", "BMP"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
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
        b"BM",
        b"BM" + bytes(12) + b"\x07\0\0\0",
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


@pytest.mark.parametrize(
    ("head", "named"),
    [
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\xff\x4f\xff\x51\x00", "JPEG 2000"),
        (b"\xff\x0a\x00", "JPEG XL"),
        (b"8BPS\0\x01", "PSD"),
        (b"%PDF-1.7", "PDF"),
        (b"#EXTM3U\n", "playlist"),
        (b"RIFF\0\0\0\0WAVEfmt ", "WAV"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<!DOCTYPE html><p>not found", "HTML"),
    ],
)
def test_what_is_known_and_not_opened_has_a_name(head: bytes, named: str) -> None:
    assert sniff(head) is None
    assert named in str(what_is_refused(head))


def test_what_is_not_known_has_none() -> None:
    assert what_is_refused(b"These are words.") is None
    assert what_is_refused(b"") is None
