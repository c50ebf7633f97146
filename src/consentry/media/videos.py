"""Videos by PyAV, which brings its own FFmpeg: which frames are looked at, and what came of it.

Videos of up to some minutes are decoded from start to end, those frames left out that no other frame refers to
(`skip_frame=NONREF`, about 2.5 times faster on 1080p H.264); the first frame at or after each wanted moment is kept,
with its own time. Where moments lie far apart, each is sought by itself, and the key frame before it serves. If that
leaves gaps (a header that lies about the duration, a stream in which no frame refers to another), the video is read
once more from start to end with every frame decoded.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from consentry.media.containers import damaged, duration_of, open_container
from consentry.media.errors import MediaError
from consentry.media.geometry import require_size
from consentry.media.limits import Limits
from consentry.media.notes import partly_damaged, sampled_in_part, sampled_sparsely
from consentry.media.opened import OpenedMedia
from consentry.media.sampling import covers
from consentry.media.video_reading import Reading, VideoReader
from consentry.records import ErrorNote

_SEEK_STEP: Final = 4.0
"""From this many seconds between wanted moments on, seeking beats decoding all: key frames are 2 to 8 s apart."""


def read_video(source: BinaryIO, media_id: str, name: str, limits: Limits, longest_side: int) -> OpenedMedia:
    """Read a video that `sniff` found to be of the FFmpeg format `name`; arguments as for `open_media`.

    Raises:
        MediaError: ``media.too_long``, ``too_many_streams``, ``too_many_pixels``, ``no_frames`` or ``damaged``.
    """
    duration = _promised_duration(source, media_id, name, limits)
    reader = VideoReader(source=source, media_id=media_id, name=name, limits=limits, longest_side=longest_side)
    step = _step(duration, limits)
    reading = reader.jump(step, duration) if duration and step >= _SEEK_STEP else reader.run(step, every_frame=False)
    if not reading.spent and not covers(reading.seconds, step, duration or reading.last_second):
        step_again = _step(reading.last_second, limits)
        again = reader.run(step_again, every_frame=True)
        if len(again.frames) >= len(reading.frames):
            reading, step = again, step_again
    if not reading.frames or reading.display is None:
        raise damaged(media_id)
    cut_off = duration is not None and not reading.spent and duration - reading.last_second > 2.0 * step
    return OpenedMedia(
        media_id=media_id,
        kind="video",
        width=reading.display.width,
        height=reading.display.height,
        duration=round(max(duration, reading.last_second), 4) if duration is not None else None,
        frames=tuple(reading.frames),
        scale=reading.display.scale,
        note=_note(media_id, reading, step, cut_off=cut_off, limits=limits),
    )


def _promised_duration(source: BinaryIO, media_id: str, name: str, limits: Limits) -> float | None:
    """What the header says, after the limits that it can be held against."""
    with open_container(source, media_id, name, limits) as (container, stream):
        context = stream.codec_context
        if context.width and context.height:
            require_size(media_id, context.width, context.height, limits)
        duration = duration_of(container, stream)
    if duration is not None and duration > limits.max_duration:
        raise MediaError(
            f"{media_id} lasts {duration:.0f} seconds, more than the limit of {limits.max_duration:.0f}.",
            "Cut out the part in question, or raise Limits.max_duration.",
            code="media.too_long",
        )
    return duration


def _step(duration: float | None, limits: Limits) -> float:
    """Seconds between wanted moments, so that they reach the end of the video."""
    return max(1.0 / limits.frames_per_second, (duration or 0.0) / limits.max_frames)


def _note(media_id: str, reading: Reading, step: float, *, cut_off: bool, limits: Limits) -> ErrorNote | None:
    if reading.damaged or cut_off:
        return partly_damaged(media_id, reading.last_second)
    if reading.spent:
        return sampled_in_part(media_id, reading.last_second)
    if step * limits.frames_per_second > 1.01:
        return sampled_sparsely(media_id, step)
    return None
