from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from consentry.media import MediaError
from consentry.training.data.pictures import Skipped, read_frames, read_frames_or_skip, refuse_too_many
from consentry.training.errors import TrainingError


def test_pictures_come_upright_as_in_serving(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    Image.new("RGB", (60, 20), (200, 30, 30)).save(path, exif=exif)
    (frame,) = read_frames(path)
    assert frame.shape == (60, 20, 3)
    assert frame.dtype == np.uint8


def test_broken_and_missing_pictures_come_with_their_reason(tmp_path: Path) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0 and no more")
    skipped = read_frames_or_skip(path, "broken.jpg")
    assert isinstance(skipped, Skipped)
    assert skipped.code == "media.damaged"
    missing = read_frames_or_skip(tmp_path / "none.jpg", "none.jpg")
    assert isinstance(missing, Skipped)
    assert missing.code == "media.not_found"
    with pytest.raises(MediaError):
        read_frames(path)


def test_too_many_are_refused_with_the_first_few_named() -> None:
    skipped = [Skipped(f"{index}.jpg", "media.damaged", "Damaged.") for index in range(7)]
    refuse_too_many(skipped, 70, share=0.1)
    refuse_too_many([], 0, share=0.0)
    with pytest.raises(TrainingError, match=r"7 of 69 .*0.jpg: Damaged.*4.jpg.*and 2 more") as caught:
        refuse_too_many(skipped, 69, share=0.1)
    assert caught.value.code == "training.pictures"
    with pytest.raises(TrainingError, match=r"\(0.jpg: Damaged\.\)"):
        refuse_too_many(skipped[:1], 70, share=0.0)
