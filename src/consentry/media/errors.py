"""What can go wrong with a medium, as one error class; ``consentry errors media`` says what its codes mean.

Messages name the medium by its id, never by its path, and quote nothing of what a decoder said: its text can hold
memory addresses and words chosen by whoever made the file.
"""

from __future__ import annotations

import errno
import os
from typing import ClassVar, Final

from consentry.errors import ConsentryError
from consentry.records import MediaOutcome

STAGE = "media"

ERROR_CODES: Final = frozenset(
    f"media.{what}"
    for what in (
        *("address", "not_found", "not_a_file", "unreadable", "changed", "no_room", "empty", "too_large", "too_many"),
        *("unknown_format",),
        *("too_many_pixels", "too_long", "too_many_streams", "no_frames", "damaged", "timeout", "memory"),
        *("decoder_crashed", "decoder_killed", "decoder_unavailable", "no_room"),
    )
)
"""What a `MediaError` may say."""

NOTE_CODES: Final = frozenset(
    {"media.partly_damaged", "media.sampled_sparsely", "media.sampled_in_part", "media.truncated"}
)
"""What the note of an `OpenedMedia` may say."""


class MediaError(ConsentryError):
    """A medium that could not, or may not, be opened."""

    default_code: ClassVar[str] = "media.unreadable"


_SHORTAGES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.EAGAIN})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM})
_NAMES: Final = frozenset({errno.ELOOP, errno.ENAMETOOLONG})


def unreadable(media_id: str, error: OSError | ValueError) -> MediaError:
    """The error for a medium that the system would not hand over, with the system's reason.

    Args:
        media_id: The medium.
        error: What opening, seeking or reading raised; a `ValueError` if the path can be none.
    """
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, ValueError) or number in _NAMES:
        remedy = "Check its path."
    elif number in _FORBIDDEN:
        remedy = "Check its permissions."
    elif number in _SHORTAGES:
        remedy = "Raise the system's limits on open files and memory, or do less at a time; then try again."
    else:
        remedy = "Check the disk or the share that it lies on; then try again."
    reason = "no file can have such a name" if number is None else os.strerror(number)
    return MediaError(f"{media_id} could not be read: {reason}.", remedy)


def no_room(media_id: str, error: OSError) -> MediaError:
    """The error for bytes that could not be put where a decoder process can read them."""
    reason = "unknown" if error.errno is None else os.strerror(error.errno)
    return MediaError(
        f"There was no room for the copy of {media_id} that its decoder reads: {reason}.",
        "Make room in memory and in the folder for temporary files (TMPDIR), or do less at a time; then try again.",
        code="media.no_room",
    )


def too_many(media_id: str, most: int, limit: str) -> MediaError:
    """The error for a medium that comes after as many as are looked at.

    Args:
        media_id: The medium.
        most: How many are.
        limit: The name of that limit.
    """
    return MediaError(
        f"{media_id} was not looked at: only the first {most:,} are.",
        f"Look at it in a viewer, or raise Limits.{limit}.",
        code="media.too_many",
    )


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
