"""Notes on media that were read, but not all of them."""

from __future__ import annotations

from consentry.media.errors import STAGE, MediaError
from consentry.records import ErrorNote


def partly_damaged(media_id: str, second: float) -> ErrorNote:
    """Frames were read, then the content broke off; `second` is the last that was reached."""
    return MediaError(
        f"{media_id} is damaged after second {second:.1f}; what could be read was looked at.",
        "Ask for the original file, or look at the rest in a player.",
        code="media.partly_damaged",
    ).note(stage=STAGE, media_id=media_id)


def truncated(media_id: str, missing: float | None) -> ErrorNote:
    """The file ends too early; `missing` is the share of what it shows that is not there, if that is known."""
    if missing is None:
        lost = "how much of it is missing cannot be told"
    elif missing == 0.0:
        lost = "nothing that it shows is missing"
    else:
        lost = f"about {max(missing, 0.01):.0%} of it is missing"
    return MediaError(
        f"{media_id} is cut off: {lost}; what is there was looked at.",
        "Ask for the original file if what is missing could matter.",
        code="media.truncated",
    ).note(stage=STAGE, media_id=media_id)


def sampled_in_part(media_id: str, second: float) -> ErrorNote:
    """The work that the limits allow was used up at `second`."""
    return MediaError(
        f"Only the first {second:.1f} seconds of {media_id} were looked at.",
        "Look at the rest in a player, or raise the limits on frames and decoded pixels.",
        code="media.sampled_in_part",
    ).note(stage=STAGE, media_id=media_id)


def sampled_sparsely(media_id: str, step: float) -> ErrorNote:
    """One frame was looked at every `step` seconds, which is less often than asked for."""
    return MediaError(
        f"{media_id} is long: about one frame every {step:.1f} seconds was looked at.",
        "Raise Limits.max_decoded_frames and max_decoded_pixels to look more often.",
        code="media.sampled_sparsely",
    ).note(stage=STAGE, media_id=media_id)


def kept_in_part(media_id: str, frames: int) -> ErrorNote:
    """More frames differ than may be kept."""
    return MediaError(
        f"{media_id} shows more than could be kept: the {frames} frames that differ most were looked at.",
        "Raise Limits.max_frames to keep more.",
        code="media.sampled_sparsely",
    ).note(stage=STAGE, media_id=media_id)
