"""Real faces from the demo, and the face model that ships."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from consentry.media import open_media
from consentry.records import Media
from consentry.runtime import RuntimeSettings
from consentry.signals.faces import FaceMatcher, FacePicture


@pytest.fixture(scope="session")
def matcher() -> FaceMatcher:
    return FaceMatcher.load(RuntimeSettings(threads=1))


@pytest.fixture(scope="session")
def demo_media(repository: Path) -> Path:
    return repository / "data" / "demo" / "media"


@pytest.fixture(scope="session")
def picture(demo_media: Path):  # type: ignore[no-untyped-def]
    """A demo picture as the faces room gets it."""

    def load(name: str) -> FacePicture:
        opened = open_media(Media(path=demo_media / name))
        return FacePicture(name, opened.frames[0].pixels, opened.scale)

    return load


@pytest.fixture
def drawing() -> np.ndarray:
    """A picture in which nobody is."""
    rows, columns = np.mgrid[0:240, 0:320]
    return np.stack([rows % 256, columns % 256, (rows + columns) % 256], axis=2).astype(np.uint8)
