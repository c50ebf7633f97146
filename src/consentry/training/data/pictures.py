"""Reads the pictures of a manifest as they are read when posts are assessed, and keeps a list of those it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from consentry.media import MediaError, open_media
from consentry.records import Media
from consentry.signals.scene.preprocessing import Picture
from consentry.training.data.manifest import Row
from consentry.training.errors import TrainingError

_SHOWN = 5


@dataclass(frozen=True)
class Skipped:
    """A picture that could not be read.

    Attributes:
        name: As the manifest has it.
        code: Of the error.
        reason: In words.
    """

    name: str
    code: str
    reason: str


def read_frames(path: Path) -> list[Picture]:
    """The frames of one file: one of a picture, one a second of a video.

    Raises:
        MediaError: It is missing or cannot be read.
    """
    return [frame.pixels for frame in open_media(Media(path=path)).frames]


def read_frames_or_skip(path: Path, name: str) -> list[Picture] | Skipped:
    """Like `read_frames`, with the reason in the place of an error."""
    try:
        return read_frames(path)
    except MediaError as error:
        return Skipped(name=name, code=error.code, reason=error.message)


def middle_frames(files: Iterable[tuple[str, Row]]) -> tuple[dict[str, Picture], dict[str, Skipped]]:
    """The middle frame of each file, which stands for it in training.

    Args:
        files: Digest of each, and a row that it belongs to.

    Returns:
        By digest, the frames, and the files that could not be read.
    """
    pictures: dict[str, Picture] = {}
    skipped: dict[str, Skipped] = {}
    for digest, row in files:
        frames = read_frames_or_skip(row.path, row.name)
        if isinstance(frames, Skipped):
            skipped[digest] = frames
        else:
            pictures[digest] = frames[len(frames) // 2]
    return pictures, skipped


def refuse_too_many(skipped: Sequence[Skipped], total: int, *, share: float) -> None:
    """Stop if more pictures could not be read than may be.

    Args:
        skipped: Those that could not.
        total: Out of how many.
        share: The largest share that is put up with, 0-1.

    Raises:
        TrainingError: ``training.pictures``, naming the first few.
    """
    if len(skipped) > share * total:
        listed = "; ".join(f"{item.name}: {item.reason}" for item in skipped[:_SHOWN])
        more = f"; and {len(skipped) - _SHOWN} more" if len(skipped) > _SHOWN else ""
        raise TrainingError(
            f"{len(skipped)} of {total} pictures could not be read ({listed}{more}).",
            f"Mend or remove them; up to {share:.0%} are skipped, and --broken-share says otherwise.",
            code="training.pictures",
        )
