"""Videos: formats, time, rotation, limits, damage, and what FFmpeg must not do."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest
from media_files import (
    BLUE,
    GREEN,
    RED,
    YELLOW,
    corners,
    near,
    quadrants,
    sound_only,
    video,
    with_display_matrix,
    with_duration,
)

from consentry.media import Limits, MediaError, OpenedMedia, open_media
from consentry.media.containers import _refuse_further_files, open_container
from consentry.records import Media

UPRIGHT = [RED, GREEN, BLUE, YELLOW]


def opened(source: bytes | Path, **arguments: object) -> OpenedMedia:
    if isinstance(source, Path):
        return open_media(Media(path=source), **arguments)  # type: ignore[arg-type]
    return open_media(Media(media_id="film", data=source), **arguments)  # type: ignore[arg-type]


def code_of(source: bytes | Path, **arguments: object) -> str:
    with pytest.raises(MediaError) as caught:
        opened(source, **arguments)
    return caught.value.code


def seconds_of(result: OpenedMedia) -> list[float]:
    return [second for frame in result.frames if (second := frame.second) is not None]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of H.264, a key frame a second."""
    return video(tmp_path_factory.mktemp("film") / "film.mp4", seconds=4, options={"g": "10", "bf": "2"})


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("h264.mp4", "libx264"),
        ("h264.mov", "libx264"),
        ("hevc.mp4", "libx265"),
        ("av1.mp4", "libsvtav1"),
        ("vp8.webm", "libvpx"),
        ("vp9.webm", "libvpx-vp9"),
        ("h264.mkv", "libx264"),
        ("mpeg4.avi", "mpeg4"),
        ("mjpeg.avi", "mjpeg"),
        ("mpeg2.ts", "mpeg2video"),
        ("h264.m2ts", "libx264"),
    ],
)
def test_each_format_is_sampled_once_a_second(tmp_path: Path, name: str, codec: str) -> None:
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    path = video(
        tmp_path / name,
        codec=codec,
        seconds=2.4,
        options=options,
        container="mpegts" if name.endswith("m2ts") else None,
    )
    for source in (path, path.read_bytes()):
        result = opened(source)
        assert (result.kind, result.width, result.height, result.scale) == ("video", 96, 64, 1.0)
        assert result.duration == pytest.approx(2.4, abs=0.15)
        assert seconds_of(result) == pytest.approx([0.0, 1.0, 2.0], abs=0.35)
        assert result.note is None
        for frame in result.frames:
            assert frame.pixels.flags.c_contiguous
            assert near(corners(frame.pixels), UPRIGHT, tolerance=40)
        brightness = [int(frame.pixels[32, 48].mean()) for frame in result.frames]
        assert brightness == sorted(brightness)
        assert brightness[-1] > 150


@pytest.mark.parametrize(
    ("signs", "wanted"),
    [
        ((1, 0, 0, 1), [RED, GREEN, BLUE, YELLOW]),
        ((0, 1, -1, 0), [BLUE, RED, YELLOW, GREEN]),  # a quarter turn clockwise
        ((-1, 0, 0, -1), [YELLOW, BLUE, GREEN, RED]),
        ((0, -1, 1, 0), [GREEN, YELLOW, RED, BLUE]),
        ((-1, 0, 0, 1), [GREEN, RED, YELLOW, BLUE]),  # mirrored, as by a front camera
        ((1, 0, 0, -1), [BLUE, YELLOW, RED, GREEN]),
        ((0, 1, 1, 0), [RED, BLUE, GREEN, YELLOW]),
        ((0, -1, -1, 0), [YELLOW, GREEN, BLUE, RED]),
        ((1, 1, -1, 1), [RED, GREEN, BLUE, YELLOW]),  # a slant: shown as it is stored
    ],
)
def test_display_matrix_is_applied(film: Path, signs: tuple[int, int, int, int], wanted: list[object]) -> None:
    result = opened(with_display_matrix(film.read_bytes(), signs), longest_side=48)
    lying = signs[0] != 0
    assert (result.width, result.height) == ((96, 64) if lying else (64, 96))
    assert result.frames[0].pixels.shape == ((32, 48, 3) if lying else (48, 32, 3))
    assert result.scale == pytest.approx(0.5)
    assert near(corners(result.frames[0].pixels), wanted, tolerance=40)  # type: ignore[arg-type]


def test_frames_carry_their_own_time_and_content(tmp_path: Path) -> None:
    path = video(tmp_path / "film.mp4", seconds=6, rate=25)
    result = opened(path, limits=Limits(frames_per_second=2.0))
    assert len(result.frames) == 12
    for frame in result.frames:
        assert frame.second is not None
        shown = 255 * round(frame.second * 25) / 149
        assert int(frame.pixels[32, 48].mean()) == pytest.approx(shown, abs=12)


def test_more_different_frames_than_may_be_kept_are_thinned_out_to_the_end_and_said(tmp_path: Path) -> None:
    # A single key frame: seeking would not help, and is not needed.
    path = video(tmp_path / "film.mp4", seconds=60, rate=2, options={"g": "1000", "sc_threshold": "0"})
    result = opened(path, limits=Limits(max_frames=6))
    assert result.note is not None
    assert (result.note.code, "6 frames" in result.note.message) == ("media.sampled_sparsely", True)
    assert len(result.frames) == 6
    assert np.diff([*seconds_of(result), 60.0]).max() <= 15.0
    brightness = [float(frame.pixels[32, 48].mean()) for frame in result.frames]
    expected = [255 * second * 2 / 119 for second in seconds_of(result)]
    assert brightness == pytest.approx(expected, abs=12)


@pytest.mark.parametrize("keys", ["8", "1000"])  # a key frame every 4 seconds; one in all
def test_video_that_is_too_much_work_is_seen_to_its_end_by_its_key_frames(tmp_path: Path, keys: str) -> None:
    path = video(tmp_path / "film.mp4", seconds=60, rate=2, options={"g": keys, "sc_threshold": "0", "bf": "0"})
    limits = Limits(max_decoded_frames=100)
    result = opened(path, limits=limits)
    assert result.note is not None
    if keys == "8":
        assert result.note.code == "media.sampled_sparsely"
        assert seconds_of(result) == pytest.approx([4.0 * index for index in range(15)], abs=0.1)
        assert result.note.message == "film.mp4 is long: about one frame every 4.0 seconds was looked at."
    else:
        assert result.note.code == "media.sampled_in_part"


def test_duration_that_is_a_lie_hides_no_frames(tmp_path: Path) -> None:
    data = video(tmp_path / "film.mkv", seconds=6, options={"g": "10"}).read_bytes()
    longer = opened(with_duration(data, 3_600), limits=Limits(max_frames=8))
    assert seconds_of(longer) == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], abs=0.15)
    assert longer.note is not None
    assert longer.note.code == "media.truncated"
    shorter = opened(with_duration(data, 0.5))
    assert seconds_of(shorter) == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], abs=0.15)
    assert shorter.duration == pytest.approx(6.0, abs=0.2)
    for absurd in (-1.0, 1e18, float("nan")):
        assert len(opened(with_duration(data, absurd)).frames) == 6


def test_video_without_reference_frames_is_read_all_the_same(tmp_path: Path) -> None:
    # Every frame is a key frame that nothing refers to: leaving such frames out would leave nothing.
    options = {"g": "1", "x264-params": "keyint=1"}
    result = opened(video(tmp_path / "film.mp4", seconds=3, options=options))
    assert seconds_of(result) == pytest.approx([0.0, 1.0, 2.0], abs=0.15)


@pytest.mark.parametrize("name", ["film.mp4", "film.avi", "film.ts"])
def test_video_cut_off_keeps_its_beginning_and_says_so(tmp_path: Path, name: str) -> None:
    codec = {"mp4": "libx264", "avi": "mjpeg", "ts": "mpeg2video"}[name.rpartition(".")[2]]
    path = video(
        tmp_path / name,
        codec=codec,
        seconds=8,
        options={"g": "5", "threads": "2"},  # the same film on machines with one core
        # For streaming an MP4 has its index in front, so that a cut leaves it whole.
        muxing={"movflags": "faststart"} if name.endswith("mp4") else {},
    )
    data = path.read_bytes()
    result = opened(data[: len(data) * 6 // 10])
    assert 2 <= len(result.frames) < 8
    if not name.endswith("ts"):  # a transport stream has no header that could promise more
        assert result.note is not None
        # An AVI does not say how long it is meant to be, but its index is missed.
        assert result.note.code == ("media.partly_damaged" if name.endswith("avi") else "media.truncated")
        assert result.outcome().error == result.note


def test_video_without_its_index_is_damaged(film: Path) -> None:
    data = film.read_bytes()
    assert data.index(b"mdat") < data.index(b"moov")
    assert code_of(data[: data.index(b"moov")]) == "media.damaged"


def test_damage_in_the_middle_is_passed_over(tmp_path: Path) -> None:
    path = video(tmp_path / "film.mkv", seconds=8, options={"g": "5"})
    data = bytearray(path.read_bytes())
    third = len(data) // 3
    data[third : third + 600] = bytes(range(256))[::-1] * 2 + bytes(88)
    result = opened(bytes(data))
    assert seconds_of(result)[-1] >= 6.0
    assert near(corners(result.frames[-1].pixels), UPRIGHT, tolerance=40)


def test_one_broken_packet_costs_one_frame(tmp_path: Path) -> None:
    data = bytearray(video(tmp_path / "film.avi", codec="mjpeg", seconds=5, rate=2).read_bytes())
    places = [place for place in range(len(data) - 3) if data[place : place + 3] == b"\xff\xd8\xff"]
    assert len(places) == 10
    data[places[4] : places[5] - 8] = bytes(places[5] - 8 - places[4])
    result = opened(bytes(data))
    assert seconds_of(result) == pytest.approx([0.0, 1.0, 2.5, 3.0, 4.0], abs=0.1)
    assert result.note is not None
    assert result.note.code == "media.partly_damaged"
    for place, following in zip(places, [*places[1:], data.rindex(b"idx1")], strict=True):
        data[place : following - 8] = bytes(following - 8 - place)
    assert code_of(bytes(data)) == "media.damaged"


def test_time_stamps_that_start_again(tmp_path: Path) -> None:
    first = video(tmp_path / "first.ts", codec="mpeg2video", seconds=3).read_bytes()
    result = opened(first + first)
    assert seconds_of(result) == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], abs=0.35)
    brightness = [int(frame.pixels[32, 48].mean()) for frame in result.frames]
    assert brightness[3] < brightness[2]  # the second part starts dark again
    assert result.outcome().duration == pytest.approx(6.0, abs=0.3)


def test_frames_that_grow_over_the_limit_on_the_way(tmp_path: Path) -> None:
    small = video(tmp_path / "small.ts", codec="mpeg2video", seconds=3).read_bytes()
    large = video(tmp_path / "large.ts", codec="mpeg2video", seconds=3, size=(320, 240)).read_bytes()
    result = opened(small + large, limits=Limits(max_pixels=96 * 64))
    assert (result.width, result.height) == (96, 64)
    assert result.note is not None
    assert result.note.code == "media.partly_damaged"
    everything = opened(small + large)
    assert {frame.pixels.shape for frame in everything.frames} == {(64, 96, 3)}
    assert len(everything.frames) >= 5


def test_sound_without_pictures(tmp_path: Path) -> None:
    assert code_of(sound_only(tmp_path / "sound.mp4")) == "media.no_frames"


def test_video_with_sound(tmp_path: Path) -> None:
    assert len(opened(video(tmp_path / "film.mp4", audio=True)).frames) == 2


def test_limits_that_the_header_tells(film: Path, tmp_path: Path) -> None:
    assert code_of(film, limits=Limits(max_duration=3.0)) == "media.too_long"
    assert code_of(film, limits=Limits(max_pixels=96 * 64 - 1)) == "media.too_many_pixels"
    assert code_of(film, limits=Limits(max_side=95)) == "media.too_many_pixels"
    assert code_of(film, limits=Limits(max_bytes=1000)) == "media.too_large"
    path = tmp_path / "streams.mkv"
    with av.open(str(path), "w") as output:
        streams = [output.add_stream("mpeg4", rate=10) for _ in range(6)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for stream in streams:
            for packet in stream.encode(av.VideoFrame.from_ndarray(quadrants(), format="rgb24")):
                output.mux(packet)
        for stream in streams:
            for packet in stream.encode():
                output.mux(packet)
    for allowed in (1, 4, 5):
        assert code_of(path, limits=Limits(max_streams=allowed)) == "media.too_many_streams"
    assert len(opened(path, limits=Limits(max_streams=6)).frames) == 1


def test_size_that_only_the_frames_tell_is_checked_too(film: Path) -> None:
    # The sample description says 32 x 32; the H.264 stream itself says 96 x 64.
    data = bytearray(film.read_bytes())
    start = data.index(b"avc1", data.index(b"stsd")) + 28
    assert struct.unpack(">HH", data[start : start + 4]) == (96, 64)
    data[start : start + 4] = struct.pack(">HH", 32, 32)
    assert code_of(bytes(data), limits=Limits(max_pixels=2000)) == "media.too_many_pixels"


def test_work_is_bounded(film: Path) -> None:
    for limits in (Limits(max_decoded_frames=3), Limits(max_decoded_pixels=96 * 64 * 2)):
        result = opened(film, limits=limits)
        assert 1 <= len(result.frames) < 4
        assert result.note is not None
        assert result.note.code == "media.sampled_in_part"


def test_playlists_are_refused_whatever_they_are_called(tmp_path: Path) -> None:
    playlists = {
        "live.m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://203.0.113.1/secret.ts\n#EXT-X-ENDLIST\n",
        "film.mp4": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "list.avi": b"ffconcat version 1.0\nfile http://203.0.113.1/film.ts\n",
        "call.sdp": b"v=0\no=- 0 0 IN IP4 203.0.113.1\ns=x\nc=IN IP4 203.0.113.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        "film.mpd": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
    }
    for name, content in playlists.items():
        path = tmp_path / name
        path.write_bytes(content)
        assert code_of(path) == "media.unknown_format", name


def test_playlist_behind_a_video_magic_number_reaches_no_file(tmp_path: Path) -> None:
    secret = video(tmp_path / "secret.ts", codec="mpeg2video")
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{secret}\n#EXT-X-ENDLIST\n".encode()
    for magic in (b"\x1a\x45\xdf\xa3", b"RIFF....AVI ", b"\0\0\0\x18ftypisom"):
        assert code_of(magic + b"\n" + playlist) in ("media.damaged", "media.no_frames")


def test_movie_that_refers_to_another_file_reaches_nothing(film: Path, tmp_path: Path) -> None:
    # A QuickTime data reference to a path: FFmpeg follows such references when it is allowed to.
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(film.read_bytes())
    with pytest.raises(PermissionError):
        _refuse_further_files(str(secret), 0, {})
    data = bytearray(film.read_bytes())
    start = data.index(b"url ", data.index(b"dref"))
    data[start : start + 4] = b"alis"
    data[start + 4 : start + 8] = bytes(4)  # no longer "in this very file"
    try:
        opened(bytes(data))
    except MediaError as error:
        assert error.code == "media.damaged"  # noqa: PT017


def test_demuxer_is_the_one_that_was_named(film: Path) -> None:
    with film.open("rb") as source, open_container(source, "film", "mov", Limits()) as (container, stream):
        assert "mov" in container.format.name
        assert stream.codec_context.thread_count == 1
    with pytest.raises(MediaError), film.open("rb") as source, open_container(source, "film", "hls", Limits()):
        pass


def test_unspecified_colours_follow_the_height(tmp_path: Path) -> None:
    small = opened(video(tmp_path / "small.mp4", seconds=0.2)).frames[0].pixels
    large = opened(video(tmp_path / "large.mp4", seconds=0.2, size=(1280, 720))).frames[0].pixels
    assert near(corners(small), UPRIGHT, tolerance=8)  # PyAV encodes by BT.601, and small pictures are decoded so
    assert not near(corners(large), UPRIGHT, tolerance=8)


def test_same_frames_every_time(film: Path) -> None:
    first, second = opened(film), opened(film)
    assert [frame.pixels.tobytes() for frame in first.frames] == [frame.pixels.tobytes() for frame in second.frames]
    assert first.outcome().model_dump_json() == second.outcome().model_dump_json()
