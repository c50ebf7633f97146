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
media.partly_damaged       (note) damaged, but some frames were read before or between the damage
media.sampled_sparsely     (note) so long that fewer frames than `Limits.frames_per_second` were looked at
media.sampled_in_part      (note) only the beginning was looked at, the rest would have cost too much work
=========================  ============================================================================

Messages name the medium by its id, never by its path, and quote nothing of what a decoder said: its text can hold
memory addresses and words chosen by whoever made the file.
"""

from __future__ import annotations

from typing import ClassVar

from consentry.errors import ConsentryError
from consentry.records import MediaOutcome

STAGE = "media"


class MediaError(ConsentryError):
    """A medium that could not, or may not, be opened."""

    default_code: ClassVar[str] = "media.unreadable"


def failed_outcome(media_id: str, error: ConsentryError) -> MediaOutcome:
    """The outcome of a medium that `open_media` raised an error for."""
    return MediaOutcome(media_id=media_id, error=error.note(stage=STAGE, media_id=media_id))
