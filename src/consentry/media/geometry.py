"""Sizes: what is too big to decode, and how big a frame becomes."""

from __future__ import annotations

from consentry.media.errors import MediaError
from consentry.media.limits import Limits


def require_size(media_id: str, width: int, height: int, limits: Limits) -> None:
    """Refuse a picture by the size that its header gives, before anything is decoded.

    Raises:
        MediaError: ``media.damaged`` for a side of zero, ``media.too_many_pixels`` for too much.
    """
    if width < 1 or height < 1:
        raise MediaError(
            f"{media_id} says that it is {width} x {height} pixels.",
            "Ask for the original file: this one is damaged.",
            code="media.damaged",
        )
    if width * height > limits.max_pixels or max(width, height) > limits.max_side:
        raise MediaError(
            f"{media_id} says that it is {width} x {height} pixels, more than the limits of {limits.max_pixels:,} "
            f"pixels and {limits.max_side:,} a side.",
            "Raise Limits.max_pixels and Limits.max_side if pictures of this size are expected.",
            code="media.too_many_pixels",
        )


def fit(width: int, height: int, longest_side: int) -> tuple[int, int, float]:
    """Width, height and scale of the largest copy, not larger than the original, that fits the longest side."""
    scale = min(1.0, longest_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale)), scale
