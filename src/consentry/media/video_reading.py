"""One pass over a video: packets in, sampled frames out, with what was damaged or cost too much kept in mind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any, BinaryIO, Final

import av

from consentry.media.clock import Deadline
from consentry.media.containers import ABSURD_SECONDS, open_container
from consentry.media.display import Display, glance
from consentry.media.errors import MediaError, took_too_much_memory
from consentry.media.geometry import require_size
from consentry.media.limits import Limits
from consentry.media.sampling import Sampler

_JUMP_BACK: Final = 1.0
"""Seconds by which time stamps must fall back to count as a new count of time and not as jitter."""


KEY_FRAME_PATIENCE: Final = 8.0
"""Seconds without a key frame after which a moment is decoded from the key frame before it. Most encoders set one every
2 to 8 seconds; where they do, every one of them is looked at and nothing else has to be decoded."""


@dataclass
class Reading:
    """What one pass has brought so far.

    Attributes:
        sampler: Keeps the frames.
        display: How they are shown; ``None`` as long as there is none.
        last_second: The latest that any decoded frame was at.
        work: Packets handed to the decoder.
        work_pixels: Pixels that it decoded.
        damaged: Something could not be decoded.
        spent: The limits on work were reached before the end.
    """

    sampler: Sampler
    display: Display | None = None
    last_second: float = 0.0
    work: int = 0
    work_pixels: int = 0
    damaged: bool = False
    spent: bool = False


@dataclass(frozen=True, kw_only=True)
class VideoReader:
    """Reads one video, as often as it takes; arguments as for `open_media`."""

    source: BinaryIO
    media_id: str
    name: str
    limits: Limits
    longest_side: int
    deadline: Deadline

    def run(self, step: float, *, every_frame: bool) -> Reading:
        """From start to end, with a look every `step` seconds and at every cut."""
        reading = Reading(Sampler(step, self.limits.max_frames))
        with open_container(self.source, self.media_id, self.name, self.limits) as (container, stream):
            if not every_frame:
                stream.codec_context.skip_frame = "NONREF"
            for decoded, second in self._decode(container, stream, reading):
                if reading.sampler.wants(second):
                    self._offer(decoded, second, reading)
        return reading

    def jump(self, step: float, end: float) -> Reading:
        """From wanted moment to wanted moment up to `end`: the key frame before each, unless it was taken already."""
        reading = Reading(Sampler(step, self.limits.max_frames))
        looked = reading.sampler.seconds
        with open_container(self.source, self.media_id, self.name, self.limits) as (container, stream):
            for moment in range(ceil(end / step - 1e-6)):
                wanted = moment * step
                latest = looked[-1] if looked else -1.0
                if latest >= wanted:
                    continue  # the file has no frame between the moment before and this one
                try:
                    container.seek((stream.start_time or 0) + round(wanted / stream.time_base), stream=stream)
                except (av.error.FFmpegError, OverflowError):
                    reading.damaged = True
                    continue
                for decoded, second in self._decode(container, stream, reading):
                    if second <= latest and wanted - latest < KEY_FRAME_PATIENCE:
                        break
                    if second > latest and (decoded.key_frame or second >= wanted):
                        self._offer(decoded, second, reading, at_once=True)
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
            self.deadline.check()
            try:
                packet = next(packets, None)
                decoded_frames = [] if packet is None else packet.decode()
            except av.error.EOFError:
                return
            except MemoryError as error:  # FFmpeg's own among them
                if not reading.sampler.seconds:
                    raise took_too_much_memory(self.media_id) from error
                reading.damaged = True
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

    def _offer(self, decoded: Any, second: float, reading: Reading, *, at_once: bool = False) -> None:
        """Show one frame to the sampler, which has it converted if it wants to keep it."""
        try:
            require_size(self.media_id, decoded.width, decoded.height, self.limits)
            if reading.display is None:
                reading.display = Display.of(decoded, self.longest_side)
            display = reading.display
            reading.sampler.offer(second, glance(decoded), lambda: display.pixels(decoded), at_once=at_once)
        except MediaError:
            if not reading.sampler.seconds:
                raise
            reading.damaged = True
        except MemoryError as error:
            raise took_too_much_memory(self.media_id) from error
        except Exception:  # noqa: BLE001  as above
            reading.damaged = True
