"""What can go wrong with a medium, as one error class with stable codes.

=========================  ============================================================================
code                       meaning
=========================  ============================================================================
media.address              the path is a network address; nothing is ever fetched
media.not_found            there is no such file
media.not_a_file           a folder, a FIFO, a device or a socket
media.unreadable           the system would not hand the file over (permission, I/O error, impossible name)
media.empty                zero bytes
media.too_large            more bytes than `Limits.max_bytes`
media.unknown_format       the content is of no format on the allow-list
media.too_many_pixels      the header promises more pixels, or a longer side, than the limits allow
media.too_long             the header promises a longer video than `Limits.max_duration`
media.too_many_streams     more streams in the container than `Limits.max_streams`
media.no_frames            a container without moving pictures (a sound file, say)
media.damaged              the content breaks off or contradicts itself before one frame was read
media.timeout              reading it took longer than `Limits.max_seconds`
media.memory               decoding it took more memory than `Limits.max_memory`
media.decoder_crashed      the decoder process broke down over it (a `DecoderPool` starts another)
media.decoder_killed       something outside ended the decoder process: mostly the system, out of memory
media.decoder_unavailable  no decoder process could be started
media.no_room              no room for a temporary file (only where the system has none in memory: not on Linux)
media.partly_damaged       (note) damaged, but some frames were read before or between the damage
media.sampled_sparsely     (note) so long that fewer frames than `Limits.frames_per_second` were looked at
media.sampled_in_part      (note) only the beginning was looked at, the rest would have cost too much work
=========================  ============================================================================

Messages name the medium by its id, never by its path, and quote nothing of what a decoder said: its text can hold
memory addresses and words chosen by whoever made the file.
"""

from __future__ import annotations

from typing import ClassVar, Final

from consentry.errors import ConsentryError
from consentry.records import MediaOutcome

STAGE = "media"

ERROR_CODES: Final = frozenset(
    f"media.{what}"
    for what in (
        *("address", "not_found", "not_a_file", "unreadable", "empty", "too_large", "unknown_format"),
        *("too_many_pixels", "too_long", "too_many_streams", "no_frames", "damaged", "timeout", "memory"),
        *("decoder_crashed", "decoder_killed", "decoder_unavailable", "no_room"),
    )
)
"""What a `MediaError` may say."""

NOTE_CODES: Final = frozenset({"media.partly_damaged", "media.sampled_sparsely", "media.sampled_in_part"})
"""What the note of an `OpenedMedia` may say."""


class MediaError(ConsentryError):
    """A medium that could not, or may not, be opened."""

    default_code: ClassVar[str] = "media.unreadable"


def took_too_long(media_id: str, seconds: float) -> MediaError:
    """The error for a medium whose reading had to be stopped after so many seconds."""
    return MediaError(
        f"Reading {media_id} took longer than the limit of {seconds:g} seconds.",
        "Look at it in a player, or raise Limits.max_seconds on a slow machine.",
        code="media.timeout",
    )


def took_too_much_memory(media_id: str) -> MediaError:
    """The error for a medium whose decoder ran out of memory."""
    return MediaError(
        f"Decoding {media_id} took more memory than it may.",
        "Scale it down, or raise Limits.max_memory.",
        code="media.memory",
    )


def failed_outcome(media_id: str, error: ConsentryError) -> MediaOutcome:
    """The outcome of a medium that `open_media` raised an error for."""
    return MediaOutcome(media_id=media_id, error=error.note(stage=STAGE, media_id=media_id))
