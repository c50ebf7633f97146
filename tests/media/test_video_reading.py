"""What one pass does with time stamps and failures that real encoders will not make to order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from io import BytesIO
from types import SimpleNamespace

import av
import numpy as np
import pytest

from consentry.media import Limits, MediaError
from consentry.media.clock import Deadline
from consentry.media.video_reading import Reading, VideoReader

INVALID = av.error.InvalidDataError(1, "invalid")


class Picture:
    """As much of a decoded frame as is needed, 40 x 30 pixels of grey."""

    time_base = Fraction(1, 10)
    colorspace = 1
    key_frame = True
    side_data = ()

    def __init__(self, pts: int | None, width: int = 40, height: int = 30, failure: Exception | None = None) -> None:
        self.pts, self.width, self.height, self.failure = pts, width, height, failure

    def reformat(self, width: int, height: int, **_: object) -> SimpleNamespace:
        if self.failure is not None:
            raise self.failure
        return SimpleNamespace(to_ndarray=lambda: np.full((height, width, 3), 128, np.uint8))


class Packet:
    def __init__(self, *decoded: Picture, failure: Exception | None = None) -> None:
        self.decoded, self.failure = list(decoded), failure

    def decode(self) -> list[Picture]:
        if self.failure is not None:
            raise self.failure
        return self.decoded


class Container:
    def __init__(self, packets: list[Packet], seek_failure: Exception | None = None) -> None:
        self.packets, self.seek_failure = packets, seek_failure

    def demux(self, _: object) -> Iterator[Packet]:
        return iter(self.packets)

    def seek(self, *_: object, **__: object) -> None:
        if self.seek_failure is not None:
            raise self.seek_failure


def reader(
    monkeypatch: pytest.MonkeyPatch, container: Container, limits: Limits | None = None, rate: object = 10
) -> VideoReader:
    stream = SimpleNamespace(
        start_time=None, time_base=Fraction(1, 10), average_rate=rate, codec_context=SimpleNamespace()
    )

    @contextmanager
    def opened(*_: object) -> Iterator[tuple[Container, SimpleNamespace]]:
        yield container, stream

    monkeypatch.setattr("consentry.media.video_reading.open_container", opened)
    return VideoReader(
        source=BytesIO(),
        media_id="film",
        name="mov",
        limits=limits or Limits(),
        longest_side=20,
        deadline=Deadline("film", 60.0),
    )


def run(monkeypatch: pytest.MonkeyPatch, *packets: Packet, step: float = 0.1, **arguments: object) -> Reading:
    return reader(monkeypatch, Container(list(packets)), **arguments).run(step, every_frame=True)  # type: ignore[arg-type]


def test_frames_without_time_stamps_follow_the_frame_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    packets = [Packet(Picture(None)) for _ in range(4)]
    assert run(monkeypatch, *packets).sampler.seconds == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert run(monkeypatch, *packets, rate=None).sampler.seconds == pytest.approx([0.0, 0.12])


def test_time_never_runs_backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    stamps = [-5, 0, 10, 8, 20, 3, 13]
    result = run(monkeypatch, *(Packet(Picture(stamp)) for stamp in stamps), step=0.01)
    assert result.sampler.seconds == pytest.approx([0.0, 1.0, 2.0, 2.1, 3.1])
    assert not result.damaged


def test_absurd_time_stamps_are_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, Packet(Picture(0)), Packet(Picture(1 << 62)), Packet(Picture(2)))
    assert (result.sampler.seconds, result.damaged) == ([0.0], True)


@pytest.mark.parametrize("failure", [av.error.EOFError(1, "end"), INVALID, RuntimeError("odd"), MemoryError()])
def test_packets_that_fail(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    result = run(monkeypatch, Packet(Picture(0)), Packet(failure=failure), Packet(Picture(2)))
    assert result.sampler.seconds == ([0.0, 0.2] if failure is INVALID else [0.0])
    assert result.damaged == (not isinstance(failure, av.error.EOFError))


def test_endless_broken_packets_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, *[Packet(failure=INVALID)] * 50, limits=Limits(max_decoded_frames=10))
    assert result.spent
    assert result.work == 11


def test_frames_that_cannot_be_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Picture(1, failure=ValueError("odd pixel format"))
    result = run(monkeypatch, Packet(Picture(0)), Packet(broken), Packet(Picture(2)))
    assert (result.sampler.seconds, result.damaged) == ([0.0, 0.2], True)


def test_frame_over_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(max_pixels=1200)
    large = Packet(Picture(1, width=41))
    result = run(monkeypatch, Packet(Picture(0)), large, limits=limits)
    assert (result.sampler.seconds, result.damaged) == ([0.0], True)
    with pytest.raises(MediaError) as caught:
        run(monkeypatch, large, limits=limits)
    assert caught.value.code == "media.too_many_pixels"


def test_jumping_in_a_file_that_cannot_seek(monkeypatch: pytest.MonkeyPatch) -> None:
    container = Container([Packet(Picture(0))], seek_failure=av.error.PermissionError(1, "no"))
    result = reader(monkeypatch, container).jump(5.0, 20.0)
    assert (result.sampler.frames(0.0), result.damaged) == ((), True)


def test_jumping_where_seeking_always_leads_to_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    container = Container([Packet(Picture(10 * second)) for second in range(20)])
    assert reader(monkeypatch, container).jump(5.0, 20.0).sampler.seconds == [0.0, 1.0, 2.0]
    sparse = Container([Packet(Picture(0)), Packet(Picture(120)), Packet(Picture(250))])  # no frame from 5 to 10
    assert reader(monkeypatch, sparse).jump(5.0, 30.0).sampler.seconds == [0.0, 12.0, 25.0]
    spent = reader(monkeypatch, container, Limits(max_decoded_frames=4)).jump(5.0, 20.0)
    assert (spent.sampler.seconds, spent.spent) == ([0.0, 1.0], True)
