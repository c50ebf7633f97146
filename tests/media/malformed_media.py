"""A corpus of malformed media: attacks made by hand, and mutations of good files, the same every time.

Usage: ``python tests/media/malformed_media.py FOLDER [--mutations 500]`` writes the good files, the attacks and so many
mutations into FOLDER, as seeds for `fuzz_media.py` or any other fuzzer.
"""

from __future__ import annotations

import argparse
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from heic_files import heic
from media_files import encoded, png_header, quadrants, textured, video, with_duration
from PIL import Image


class Attack(NamedTuple):
    """A hostile file.

    Attributes:
        codes: What may come of it: codes of a `MediaError` or of a note; empty for a picture or video without one.
    """

    name: str
    what: str
    data: bytes
    codes: tuple[str, ...]


@cache
def good_files() -> dict[str, bytes]:
    """A small file of every format and codec, by its name."""
    moving = [textured(48, 32, seed) for seed in range(3)]
    animation = {"save_all": True, "append_images": moving[1:], "duration": 500}
    found = {
        "jpeg": encoded(textured(64, 48), "JPEG"),
        "jpeg-progressive": encoded(textured(64, 48), "JPEG", progressive=True),
        "jpeg-cmyk": encoded(textured(64, 48).convert("CMYK"), "JPEG"),
        "png": encoded(textured(64, 48), "PNG"),
        "png-palette": encoded(textured(64, 48).quantize(16), "PNG"),
        "png-animated": encoded(moving[0], "PNG", **animation),
        "webp": encoded(textured(64, 48), "WEBP"),
        "webp-lossless": encoded(textured(64, 48), "WEBP", lossless=True),
        "webp-animated": encoded(moving[0], "WEBP", **animation),
        "gif": encoded(moving[0], "GIF", **animation),
        "avif": encoded(textured(64, 48), "AVIF"),
        "heic": heic(np.asarray(textured(64, 48))),
    }
    codecs = {
        "h264.mp4": "libx264",
        "hevc.mp4": "libx265",
        "av1.mp4": "libsvtav1",
        "vp8.webm": "libvpx",
        "vp9.webm": "libvpx-vp9",
        "h264.mkv": "libx264",
        "mjpeg.avi": "mjpeg",
        "mpeg4.avi": "mpeg4",
        "mpeg2.ts": "mpeg2video",
    }
    with TemporaryDirectory() as folder:
        for name, codec in codecs.items():
            options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
            path = video(Path(folder) / name, codec=codec, seconds=1.2, rate=5, size=(64, 48), options=options)
            found[name] = path.read_bytes()
    return found


def attacks() -> Iterator[Attack]:
    """Every kind of hostile file that has a name; none is larger than some megabytes."""
    good = good_files()
    mp4, mkv, gif, jpeg = good["h264.mp4"], good["h264.mkv"], good["gif"], good["jpeg"]
    damaged, large = ("media.damaged",), ("media.too_many_pixels",)
    yield Attack("bomb.png", "30,000 x 30,000 pixels in 1 kB", png_header(30_000, 30_000, bytes(1_000_000)), large)
    yield Attack("bomb-side.png", "a million pixels wide, one high", png_header(1_000_000, 1), large)
    yield Attack("bomb.webp", "16,383 x 16,383 pixels in 300 bytes", _webp_of(16_383), large)
    yield Attack("bomb.heic", "says 30,000 x 30,000", heic(quadrants(), claimed_size=(30_000, 30_000)), large + damaged)
    yield Attack("lying.mp4", "says 30,000 x 30,000, holds 64 x 48", _mp4_of_size(mp4, 30_000, 30_000), ("", *large))
    yield Attack(
        "bomb.avi", "every frame says 30,000 x 30,000", _avi_of_size(good["mjpeg.avi"], 30_000), large + damaged
    )
    yield Attack("profile-bomb.png", "a colour profile of 1 GB in 1 MB", _png_with_profile_bomb(), ("", *damaged))
    yield Attack("lying.png", "says 2,000 x 2,000, holds 100 bytes", png_header(2_000, 2_000, bytes(100)), damaged)
    yield Attack(
        "lying-small.heic", "says 8 x 8, holds 96 x 64", heic(quadrants(), claimed_size=(8, 8)), ("", *damaged)
    )
    yield Attack("lying-duration.mkv", "says that it lasts 3 years", with_duration(mkv, 1e8), ("media.too_long",))
    yield Attack("zero.png", "0 pixels wide", png_header(0, 10, bytes(100)), damaged)
    yield Attack("zero.jpg", "0 pixels high", _jpeg_of_size(jpeg, 64, 0), damaged)
    yield Attack("zero.mp4", "says 0 x 0", _mp4_of_size(mp4, 0, 0), ("", *damaged))
    yield Attack("zero-frame.gif", "frames of no pixels", _gif_of_zero_frames(), ("", "media.partly_damaged", *damaged))
    yield Attack("endless.gif", "40,000 frames", _endless_gif(40_000), ("media.sampled_in_part",))
    yield Attack("no-end.gif", "never ends", gif[:-1], ("", "media.truncated"))
    yield Attack("streams.mp4", "3,000 streams", _mp4_with_streams(mp4, 3_000), ("media.too_many_streams",))
    yield Attack("nested.mp4", "100,000 boxes inside each other", _nested(100_000), ("media.no_frames", *damaged))
    yield Attack("nested.mkv", "50,000 elements inside each other", _nested_matroska(50_000), damaged)
    yield Attack("cut.mp4", "its index is missing", mp4[: mp4.index(b"moov")], damaged)
    yield Attack("cut.jpg", "the second half is missing", jpeg[: len(jpeg) // 2], damaged)
    yield Attack("packets.avi", "every packet zeroed", _without_packets(good["mjpeg.avi"]), damaged)
    yield Attack("playlist.mp4", "an HLS playlist of network addresses", _playlist(), ("media.unknown_format",))
    for name, magic in {"mkv": b"\x1a\x45\xdf\xa3", "avi": b"RIFF....AVI ", "mov": b"\0\0\0\x18ftypqt  "}.items():
        data = magic + b"\n" + _playlist()
        yield Attack(
            f"playlist-behind.{name}", "the same behind the first bytes of a film", data, ("media.no_frames", *damaged)
        )
    yield Attack(
        "elsewhere.mov", "its data lie at a network address", _elsewhere(mp4), ("", "media.partly_damaged", *damaged)
    )
    yield Attack("words.jpg", "is no picture", b"These are words. " * 100, ("media.unknown_format",))
    yield Attack("film.jpg", "is a film", mp4, ("",))
    yield Attack("empty.png", "0 bytes", b"", ("media.empty",))


def mutated(random: np.random.Generator) -> tuple[str, bytes]:
    """One of the good files, changed in up to twelve places, mostly near its start, where the structure is."""
    names = sorted(good_files())
    name = names[random.integers(len(names))]
    data = bytearray(good_files()[name])
    for _ in range(random.integers(1, 13)):
        if not data:
            break
        reach = len(data) if random.random() < 0.5 else min(len(data), 400)
        place, size = int(random.integers(reach)), int(random.integers(1, 64))
        match random.integers(8):
            case 0:
                data[place] ^= 1 << int(random.integers(8))
            case 1:
                data[place] = int(random.integers(256))
            case 2:
                del data[place : place + size]
            case 3:
                data[place:place] = data[place : place + size]
            case 4:
                data[place : place + 4] = struct.pack(
                    ">I", int(random.choice([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]))
                )
            case 5:
                data[place : place + size] = random.bytes(size)
            case 6:
                other = good_files()[names[random.integers(len(names))]]
                start = int(random.integers(len(other)))
                data[place : place + size] = other[start : start + size]
            case 7 if random.random() < 0.3:
                del data[place:]
    return name, bytes(data)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png_with_profile_bomb() -> bytes:
    png = encoded(Image.fromarray(quadrants()), "PNG")
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1024)) + packer.flush()
    return png[:33] + _chunk(b"iCCP", b"x\0\0" + bomb) + png[33:]


def _webp_of(side: int) -> bytes:
    body = bytearray(encoded(Image.new("RGB", (64, 64)), "WEBP", lossless=True))
    start = body.index(b"VP8L") + 9
    sizes = (side - 1) | (side - 1) << 14
    body[start : start + 4] = struct.pack("<I", sizes | struct.unpack("<I", body[start : start + 4])[0] & 0xF0000000)
    return bytes(body)


def _jpeg_of_size(jpeg: bytes, width: int, height: int) -> bytes:
    data = bytearray(jpeg)
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def _avi_of_size(avi: bytes, side: int) -> bytes:
    data = bytearray(avi)
    start = data.index(b"strf") + 12
    data[start : start + 8] = struct.pack("<ii", side, side)
    place = 0
    while (place := data.find(b"\xff\xc0", place)) >= 0:
        data[place + 5 : place + 9] = struct.pack(">HH", side, side)
        place += 2
    return bytes(data)


def _mp4_of_size(mp4: bytes, width: int, height: int) -> bytes:
    data = bytearray(mp4)
    start = data.index(b"avc1", data.index(b"stsd")) + 28
    data[start : start + 4] = struct.pack(">HH", width, height)
    return bytes(data)


def _mp4_with_streams(mp4: bytes, count: int) -> bytes:
    movie = mp4.index(b"moov") - 4
    track = mp4.index(b"trak") - 4
    (movie_size,), (track_size,) = (
        struct.unpack(">I", mp4[movie : movie + 4]),
        struct.unpack(">I", mp4[track : track + 4]),
    )
    tracks = mp4[track : track + track_size] * count
    rest = mp4[movie + 8 : track] + tracks + mp4[track + track_size : movie + movie_size]
    return mp4[:movie] + struct.pack(">I", 8 + len(rest)) + b"moov" + rest


def _gif(frames: bytes, width: int = 8, height: int = 8) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes([0, 0, 0, 255, 255, 255]) + frames + b";"


def _gif_frame(width: int, height: int) -> bytes:
    return b"\x2c" + struct.pack("<HHHH", 0, 0, width, height) + b"\0" + b"\x02\x02\x4c\x01\0"


def _endless_gif(count: int) -> bytes:
    return _gif(_gif_frame(1, 1) * count, 1, 1)


def _gif_of_zero_frames() -> bytes:
    return _gif(_gif_frame(0, 0) * 5)


def _nested(depth: int) -> bytes:
    boxes = b"".join(struct.pack(">I", 8 * (depth - level)) + b"moov" for level in range(depth))
    return struct.pack(">I", 16) + b"ftypisom" + bytes(4) + boxes


def _nested_matroska(depth: int) -> bytes:
    kind = bytes.fromhex("1a45dfa3934282886d6174726f736b61428781044285 8102".replace(" ", ""))
    return (
        kind
        + bytes.fromhex("1853806701ffffffffffffff")
        + bytes.fromhex("1254c36701ffffffffffffff")
        + (bytes.fromhex("67c801ffffffffffffff") * depth)
    )


def _without_packets(avi: bytes) -> bytes:
    data = bytearray(avi)
    start = data.index(b"movi")
    places = [place for place in range(start, len(data) - 8) if data[place : place + 4] in (b"00dc", b"00db")]
    index = data.rindex(b"idx1")
    for place in places:
        if place < index:
            (size,) = struct.unpack("<I", data[place + 4 : place + 8])
            data[place + 8 : min(place + 8 + size, index)] = bytes(min(size, index - place - 8))
    return bytes(data)


def _playlist() -> bytes:
    return b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://203.0.113.1/secret.ts\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


def _elsewhere(mp4: bytes) -> bytes:
    """The data reference of the track is an address instead of "in this very file"."""
    address = b"http://203.0.113.1/secret.mp4\0"
    start = mp4.index(b"url ", mp4.index(b"dref")) - 4
    entry = struct.pack(">I", 12 + len(address)) + b"url " + bytes(4) + address
    data = bytearray(mp4[:start] + entry + mp4[start + 12 :])
    for kind in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):  # which all grow by as much
        place = data.index(kind) - 4
        (size,) = struct.unpack(">I", data[place : place + 4])
        data[place : place + 4] = struct.pack(">I", size + len(address))
    return bytes(data)


def main() -> None:
    """Write the corpus."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mutations", type=int, default=500)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name, data in good_files().items():
        (arguments.folder / f"good-{name}").write_bytes(data)
    for attack in attacks():
        (arguments.folder / f"attack-{attack.name}").write_bytes(attack.data)
    random = np.random.default_rng(0)
    for number in range(arguments.mutations):
        name, data = mutated(random)
        (arguments.folder / f"mutation-{number:05d}-{name}").write_bytes(data)


if __name__ == "__main__":
    main()
