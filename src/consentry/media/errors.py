"""What can go wrong with a medium, as one error class; ``consentry errors media`` says what its codes mean.

Messages name the medium by its id, never by its path, and quote nothing of what a decoder said: its text can hold
memory addresses and words chosen by whoever made the file.
"""

from __future__ import annotations

from typing import ClassVar, Final

from consentry.errors import ConsentryError
from consentry.records import MediaOutcome

STAGE = "media"

ERROR_CODES: Final = frozenset(
    {
        "media.address",
        "media.not_found",
        "media.not_a_file",
        "media.unreadable",
        "media.empty",
        "media.too_large",
        "media.unknown_format",
        "media.too_many_pixels",
        "media.too_long",
        "media.too_many_streams",
        "media.no_frames",
        "media.damaged",
        "media.timeout",
        "media.memory",
        "media.decoder_crashed",
        "media.decoder_killed",
        "media.decoder_unavailable",
    }
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
