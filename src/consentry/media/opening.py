"""The door: one medium in, frames out."""

from __future__ import annotations

from typing import BinaryIO, cast

from consentry.media.clock import Deadline
from consentry.media.errors import MediaError, unreadable
from consentry.media.formats import HEAD_BYTES, sniff, what_is_refused
from consentry.media.limits import Limits
from consentry.media.opened import OpenedMedia
from consentry.media.sources import WatchedSource, open_source, read_file_object
from consentry.records import Media

_DEFAULT_LIMITS = Limits()


def open_media(
    media: Media | BinaryIO, *, limits: Limits = _DEFAULT_LIMITS, longest_side: int = 1024, media_id: str = "medium"
) -> OpenedMedia:
    """Open one image or video.

    The same bytes give the same frames. Decoding is single-threaded; callers with many media run many at once.

    Args:
        media: A path or bytes, or a file object, which is read from where it stands. Content decides the format: JPEG,
            PNG, WebP, GIF, AVIF (all but JPEG may be animated), HEIC, BMP, TIFF (its first page), MP4/MOV,
            WebM/Matroska, AVI or MPEG-TS.
        limits: Bounds on what is read.
        longest_side: Frames are scaled down until neither side is longer than this many pixels; never up.
        media_id: What results and errors call a file object.

    Raises:
        MediaError: If it cannot or may not be read; see `consentry.media.errors` for the codes.
    """
    if longest_side < 1:
        raise ValueError(f"longest_side must be at least 1 pixel, not {longest_side}")
    if not isinstance(media, Media):
        media = read_file_object(media, media_id, limits)
    with open_source(media, limits) as source:
        return read_source(source, media.media_id, limits, longest_side)


def read_source(source: BinaryIO, media_id: str, limits: Limits, longest_side: int) -> OpenedMedia:
    """Read one medium from an open file whose size has been checked; the rest as for `open_media`."""
    watched = WatchedSource(source)
    try:
        # It is what all decoders use of a file: read, seek and tell.
        opened = _read(cast(BinaryIO, watched), media_id, limits, longest_side)
    except MediaError as error:
        if watched.failure is not None:
            raise unreadable(media_id, watched.failure) from error
        raise
    if watched.failure is not None:
        raise unreadable(media_id, watched.failure)
    return opened


def _read(source: BinaryIO, media_id: str, limits: Limits, longest_side: int) -> OpenedMedia:
    deadline = Deadline(media_id, limits.max_seconds)
    try:
        source.seek(0)
        head = source.read(HEAD_BYTES)
        source.seek(0)
    except OSError as error:
        raise unreadable(media_id, error) from error
    found = sniff(head)
    if found is None:
        named = what_is_refused(head)
        raise MediaError(
            f"{media_id} is {named}, which Consentry does not open."
            if named
            else f"{media_id} is in no format that Consentry opens.",
            "Convert it to JPEG, PNG, WebP, GIF, AVIF, HEIC, BMP, TIFF, MP4, MOV, WebM, MKV, AVI or MPEG-TS.",
            code="media.unknown_format",
        )
    # The decoders are loaded when the first file needs them, and only the one that it needs.
    if found.reader == "pillow":
        from consentry.media.images import read_image

        return read_image(source, media_id, found.name, limits, longest_side, deadline)
    from consentry.media.videos import read_video

    return read_video(source, media_id, found.name, limits, longest_side, deadline)
