"""One pass over a video: packets in, sampled frames out, with what was damaged or cost too much kept in mind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Any, BinaryIO, Final

import av

from consentry.media.containers import ABSURD_SECONDS, open_container
from consentry.media.display import Display
from consentry.media.errors import MediaError
from consentry.media.geometry import require_size
from consentry.media.limits import Limits
from consentry.media.opened import Frame
from consentry.media.sampling import SampleClock

_JUMP_BACK: Final = 1.0
"""Seconds by which time stamps must fall back to count as a new count of time and not as jitter."""


@dataclass
class Reading:
    """What one pass has brought so far.

    Attributes:
        last_second: The latest that any decoded frame was at.
        work: Packets handed to the decoder.
        work_pixels: Pixels that it decoded.
        damaged: Something could not be decoded.
        spent: The limits on frames or work were reached before the end.
    """

    frames: list[Frame] = field(default_factory=list)
    display: Display | None = None
    last_second: float = 0.0
    work: int = 0
    work_pixels: int = 0
    damaged: bool = False
    spent: bool = False

    @property
    def seconds(self) -> list[float]:
        """When the frames are."""
        return [frame.second for frame in self.frames if frame.second is not None]


@dataclass(frozen=True, kw_only=True)
class VideoReader:
    """Reads one video, as often as it takes; arguments as for `open_media`."""

    source: BinaryIO
    media_id: str
    name: str
    limits: Limits
    longest_side: int

    def run(self, step: float, *, every_frame: bool) -> Reading:
        """From start to end, a frame every `step` seconds."""
        reading = Reading()
        clock = SampleClock(step)
        with open_container(self.source, self.media_id, self.name, self.limits) as (container, stream):
            if not every_frame:
                stream.codec_context.skip_frame = "NONREF"
            for decoded, second in self._decode(container, stream, reading):
                if clock.wants(second) and not self._keep(decoded, second, reading):
                    break
        return reading

    def jump(self, step: float, end: float) -> Reading:
        """From wanted moment to wanted moment up to `end`: the key frame before each, unless it was taken already."""
        reading = Reading()
        with open_container(self.source, self.media_id, self.name, self.limits) as (container, stream):
            for moment in range(ceil(end / step - 1e-6)):
                wanted = moment * step
                latest = reading.seconds[-1] if reading.frames else -1.0
                if latest >= wanted:
                    continue  # the file has no frame between the moment before and this one
                try:
                    container.seek((stream.start_time or 0) + round(wanted / stream.time_base), stream=stream)
                except (av.error.FFmpegError, OverflowError):
                    reading.damaged = True
                    continue
                for decoded, second in self._decode(container, stream, reading):
                    if second > latest and (decoded.key_frame or second >= wanted):
                        self._keep(decoded, second, reading)
                        break
                if reading.spent:
                    break
        return reading

    def _decode(self, container: Any, stream: Any, reading: Reading) -> Iterator[tuple[Any, float]]:
        """Decoded frames with their seconds, until the end or the end of what may be spent."""
        start = stream.start_time or 0
        frame_seconds = 1.0 / (float(stream.average_rate or 0) or 25.0)
        offset = 0.0
        previous: float | None = None
        for decoded in self._decode_packets(container, stream, reading):
            if decoded.pts is None or decoded.time_base is None:
                second = 0.0 if previous is None else previous + frame_seconds
            else:
                stamp = float((decoded.pts - start) * decoded.time_base)
                if abs(stamp) > ABSURD_SECONDS:
                    reading.damaged = True
                    return
                if previous is not None and stamp - offset < previous - _JUMP_BACK:
                    offset = stamp - previous - frame_seconds
                second = max(0.0, previous or 0.0, stamp - offset)
            previous = second
            reading.last_second = max(reading.last_second, second)
            yield decoded, second

    def _decode_packets(self, container: Any, stream: Any, reading: Reading) -> Iterator[Any]:
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
                decoded_frames = [] if packet is None else packet.decode()
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                # One packet was broken; the decoder finds its feet again at the next key frame. (After a failure of
                # the demuxer itself, `packets` is at its end.)
                reading.damaged = True
                decoded_frames = []
            except Exception:  # noqa: BLE001  whatever else a hostile stream brings out of FFmpeg or PyAV
                reading.damaged = True
                return
            else:
                if packet is None:
                    return
            reading.work += 1
            reading.work_pixels += sum(frame.width * frame.height for frame in decoded_frames)
            if reading.work > self.limits.max_decoded_frames or reading.work_pixels > self.limits.max_decoded_pixels:
                reading.spent = True
                return
            yield from decoded_frames

    def _keep(self, decoded: Any, second: float, reading: Reading) -> bool:
        """Convert one frame and keep it; false when there is room for no more."""
        if len(reading.frames) >= self.limits.max_frames:
            reading.spent = True
            return False
        try:
            require_size(self.media_id, decoded.width, decoded.height, self.limits)
            if reading.display is None:
                reading.display = Display.of(decoded, self.longest_side)
            pixels = reading.display.pixels(decoded)
        except MediaError:
            if not reading.frames:
                raise
            reading.damaged = True
            return True
        except Exception:  # noqa: BLE001  as above
            reading.damaged = True
            return True
        reading.frames.append(Frame(pixels, round(second, 4)))
        return True
