"""Where things lie in the data folder."""

from __future__ import annotations

from pathlib import Path


def media_folder(data: Path) -> Path:
    """Encrypted media and reference photos, by their address."""
    return data / "media"


def renditions_folder(data: Path) -> Path:
    """Encrypted renditions, a folder for each medium; all of it can be made again."""
    return data / "renditions"
