from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from consentry.training.scene.checkpoint import Epoch
from consentry.training.scene.learning_curves import draw_learning_curves


@pytest.mark.parametrize("crowd_error", [0.3, math.nan])
def test_curves_are_drawn_and_the_same_twice(tmp_path: Path, crowd_error: float) -> None:
    history = [
        Epoch(
            number,
            2.0 / number,
            1.5 / number,
            {"private_context": 0.9, "public_event": 0.8 + number / 100},
            crowd_error,
        )
        for number in (1, 2, 3)
    ]
    draw_learning_curves(history, tmp_path / "a.png")
    draw_learning_curves(history, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width > 3 * picture.height
        assert np.asarray(picture.convert("L")).std() > 5
    draw_learning_curves(history[:1], tmp_path / "c.png")
    assert (tmp_path / "c.png").read_bytes() != (tmp_path / "a.png").read_bytes()


def test_without_an_epoch_there_is_nothing_to_draw(tmp_path: Path) -> None:
    draw_learning_curves([], tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()
