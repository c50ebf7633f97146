from __future__ import annotations

import numpy as np
import pytest
from scene_pictures import draw

from consentry.signals.scene.preprocessing import network_input
from consentry.training.scene.augmentation import look, view_names

PICTURE = draw("public_event", 3)


def test_plain_is_what_serving_sees_and_mirrored_its_mirror_image() -> None:
    plain = look(PICTURE, "plain", side=64, seed=1)
    assert (plain == network_input(PICTURE, 64)).all()
    assert (look(PICTURE, "mirrored", side=64, seed=1) == plain[:, ::-1]).all()


@pytest.mark.parametrize("size", [(5, 300), (64, 64), (700, 400)])
def test_random_looks_differ_but_not_from_call_to_call(size: tuple[int, int]) -> None:
    generator = np.random.default_rng(0)
    picture = generator.integers(0, 256, (*size, 3), dtype=np.uint8)
    names = view_names(3)
    assert names == ("plain", "mirrored", "augmented-1", "augmented-2", "augmented-3")
    looks = {name: look(picture, name, side=48, seed=7) for name in names}
    for name, found in looks.items():
        assert found.shape == (48, 48, 3)
        assert found.dtype == np.uint8
        assert (look(picture, name, side=48, seed=7) == found).all()
    assert len({found.tobytes() for found in looks.values()}) == len(names)
    assert (look(picture, "augmented-1", side=48, seed=8) != looks["augmented-1"]).any()
