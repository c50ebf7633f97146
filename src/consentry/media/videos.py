"""Videos by PyAV, which brings its own FFmpeg: which frames are looked at, and what came of it.

A video that the limits on work have room for is decoded from start to end, those frames left out that no other frame
refers to (`skip_frame=NONREF`, about 2.5 times faster on 1080p H.264), and the sampler chooses among them. In a longer
one each wanted moment is sought by itself, and the key frame before it serves. If that leaves gaps (a header that lies
about the duration, a stream in which no frame refers to another), the video is read once more from start to end with
every frame decoded.
"""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO, Final, NamedTuple, cast

from consentry.media.clock import Deadline
from consentry.media.containers import damaged, duration_of, open_container
from consentry.media.cut_off import Extended, declared_size, missing_bytes
from consentry.media.errors import MediaError
from consentry.media.geometry import require_size
from consentry.media.limits import Limits
from consentry.media.notes import kept_in_part, partly_damaged, sampled_in_part, sampled_sparsely, truncated
from consentry.media.opened import OpenedMedia
from consentry.media.sampling import covers
from consentry.media.video_reading import KEY_FRAME_PATIENCE, Reading, VideoReader
from consentry.records import ErrorNote

_LIKELY_RATE: Final = 30.0
"""Frames a second where no header tells."""

_MAX_RATE: Final = 240.0


_OF_A_FRAME: Final = 0.2
"""Seconds: the last frame of a film that is whole begins so long before its end, or less."""


class _Promise(NamedTuple):
    """What the headers say: seconds, and the work of decoding all of it, as a share of what the limits allow."""

    duration: float | None
    work: float


def read_video(
    source: BinaryIO, media_id: str, name: str, limits: Limits, longest_side: int, deadline: Deadline
) -> OpenedMedia:
    """Read a video that `sniff` found to be of the FFmpeg format `name`; arguments as for `open_media`.

    Raises:
        MediaError: ``media.too_long``, ``too_many_streams``, ``too_many_pixels``, ``no_frames``, ``timeout``,
            ``memory`` or ``damaged``.
    """
    short = missing_bytes(source, name, limits)
    try:
        return _read(source, media_id, name, limits, longest_side, deadline, short=short > 0.0)
    except MediaError as error:
        if error.code != "media.damaged" or not short:
            raise
    # Cut within the first frame that could be shown. Given zeros for the rest, FFmpeg shows what there is of it.
    filled = cast(BinaryIO, Extended(source, size=declared_size(source, name)))
    opened = _read(filled, media_id, name, limits, longest_side, deadline, short=True)
    return replace(opened, note=truncated(media_id, round(short, 4)), missing=round(short, 4))


def _read(
    source: BinaryIO,
    media_id: str,
    name: str,
    limits: Limits,
    longest_side: int,
    deadline: Deadline,
    *,
    short: bool,
) -> OpenedMedia:
    duration, work = _promise(source, media_id, name, limits)
    reader = VideoReader(
        source=source, media_id=media_id, name=name, limits=limits, longest_side=longest_side, deadline=deadline
    )
    step = look = 1.0 / limits.frames_per_second
    if duration is not None and work > 1.0:
        step = max(step, duration / limits.max_frames)
        reading = reader.jump(step, duration)
    else:
        reading = reader.run(step, every_frame=False)
    gap = step if work <= 1.0 else max(step, KEY_FRAME_PATIENCE)
    if not reading.spent and not covers(reading.sampler.seconds, gap, duration or reading.last_second):
        again = reader.run(look, every_frame=True)
        if len(again.sampler.seconds) >= len(reading.sampler.seconds):
            reading = again
    frames = reading.sampler.frames(max(duration or 0.0, reading.last_second))
    if not frames or reading.display is None:
        raise damaged(media_id)
    lost = duration - reading.last_second if duration is not None else 0.0
    cut_off = not reading.spent and (lost > 2.0 * gap or (short and (reading.damaged or lost > _OF_A_FRAME)))
    missing = None
    if cut_off and duration is not None:
        missing = round(lost / duration, 4) if lost > _OF_A_FRAME else 0.0
    return OpenedMedia(
        media_id=media_id,
        kind="video",
        width=reading.display.width,
        height=reading.display.height,
        duration=round(max(duration, reading.last_second), 4) if duration is not None else None,
        frames=frames,
        scale=reading.display.scale,
        note=truncated(media_id, missing) if cut_off else _note(media_id, reading, len(frames), limits=limits),
        missing=missing,
    )


def _promise(source: BinaryIO, media_id: str, name: str, limits: Limits) -> _Promise:
    """What the header says, after the limits that it can be held against."""
    with open_container(source, media_id, name, limits) as (container, stream):
        context = stream.codec_context
        if context.width and context.height:
            require_size(media_id, context.width, context.height, limits)
        duration = duration_of(container, stream)
        rate = float(stream.average_rate or 0) or _LIKELY_RATE
        pixels = context.width * context.height
    if duration is None:
        return _Promise(None, 0.0)
    if duration > limits.max_duration:
        raise MediaError(
            f"{media_id} lasts {duration:.0f} seconds, more than the limit of {limits.max_duration:.0f}.",
            "Cut out the part in question, or raise Limits.max_duration.",
            code="media.too_long",
        )
    frames = duration * min(rate, _MAX_RATE)
    return _Promise(duration, max(frames / limits.max_decoded_frames, frames * pixels / limits.max_decoded_pixels))


def _note(media_id: str, reading: Reading, frames: int, *, limits: Limits) -> ErrorNote | None:
    if reading.damaged:
        return partly_damaged(media_id, reading.last_second)
    if reading.spent:
        return sampled_in_part(media_id, reading.last_second)
    if reading.sampler.left_out:
        return kept_in_part(media_id, frames)
    step = reading.last_second / max(len(reading.sampler.seconds) - 1, 1)
    if step * limits.frames_per_second > 1.5:
        return sampled_sparsely(media_id, step)
    return None
