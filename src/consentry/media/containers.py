"""Opening a video file with FFmpeg kept on a leash.

It reads from a file object, so no protocol of its own is in play; the demuxer is named by us, so nothing is probed; a
demuxer that wants to open a further file is refused; what it may allocate is bounded by its own options.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final, Never

import av

from consentry.media.errors import MediaError
from consentry.media.limits import Limits

ABSURD_SECONDS: Final = 10 * 365 * 86_400.0
"""Times beyond this are damage, not time."""


@contextmanager
def open_container(source: BinaryIO, media_id: str, name: str, limits: Limits) -> Iterator[tuple[Any, Any]]:
    """The container and the video stream to look at, ready for single-threaded decoding.

    Args:
        source: Read from its start.
        media_id: For messages.
        name: FFmpeg's name of the demuxer.
        limits: `max_streams` and `max_pixels` are handed on to FFmpeg.

    Raises:
        MediaError: ``media.damaged``, ``too_many_streams`` or ``no_frames``.
    """
    source.seek(0)
    # FFmpeg would otherwise allocate streams and frames before we can look at them. Its bounds are wider than ours, so
    # that the caller hears of a limit and not of a vague failure, and because it counts the padding of its buffers.
    codec_options = {"max_pixels": str(2 * limits.max_pixels + 65_536)}
    options = {
        **codec_options,
        "max_streams": str(limits.max_streams + 1),
        "threads": "1",
        "protocol_whitelist": "none",
        "format_whitelist": name,
    }
    try:
        container = av.open(
            source,
            mode="r",
            format=name,
            io_open=_refuse_further_files,
            metadata_errors="replace",
            options=options,
        )
    except MemoryError as error:  # what FFmpeg says to a stream above its bound
        raise _too_many_streams(media_id, limits) from error
    except Exception as error:  # FFmpeg's errors, and whatever else a hostile header brings out of PyAV
        raise damaged(media_id) from error
    with container:
        stream = _moving_pictures(container, media_id, limits)
        stream.codec_context.thread_count = 1
        stream.codec_context.options = codec_options
        yield container, stream


def duration_of(container: Any, stream: Any) -> float | None:
    """Seconds, by the header; ``None`` if it does not say, or says something absurd."""
    if stream.duration is not None and stream.time_base is not None:
        seconds = float(stream.duration * stream.time_base)
    elif container.duration is not None:
        seconds = container.duration / 1_000_000
    else:
        return None
    return seconds if 0.0 < seconds < ABSURD_SECONDS else None


def damaged(media_id: str) -> MediaError:
    """The error for a video of which not one frame could be read."""
    return MediaError(
        f"{media_id} could not be decoded as a video.",
        "Ask for the original file: this one is damaged, cut off or encrypted.",
        code="media.damaged",
    )


def _too_many_streams(media_id: str, limits: Limits) -> MediaError:
    return MediaError(
        f"{media_id} holds more than {limits.max_streams} streams, or lists too long to be read.",
        "Remove the streams that are not needed, or raise Limits.max_streams.",
        code="media.too_many_streams",
    )


def _refuse_further_files(*_: object, **__: object) -> Never:
    raise PermissionError("a medium may not open further files")


def _moving_pictures(container: Any, media_id: str, limits: Limits) -> Any:
    """FFmpeg's choice of video stream, as long as that is more than the cover of a sound file."""
    if len(container.streams) > limits.max_streams:
        raise _too_many_streams(media_id, limits)
    moving = [
        stream
        for stream in container.streams.video
        if stream.codec_context is not None and not stream.disposition & av.stream.Disposition.attached_pic
    ]
    best = container.streams.best("video")
    stream = best if best in moving else next(iter(moving), None)
    if stream is None:
        raise MediaError(
            f"{media_id} holds no moving pictures.",
            "Check that the right file was given; sound alone cannot be assessed.",
            code="media.no_frames",
        )
    return stream
