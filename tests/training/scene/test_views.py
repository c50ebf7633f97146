from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene_pictures import draw

from consentry.training.scene.views import VIEWS


@pytest.mark.parametrize("name", sorted(VIEWS))
@given(height=st.integers(1, 300), width=st.integers(1, 300), seed=st.integers(0, 2**48))
def test_views_are_pictures_and_pure(name: str, height: int, width: int, seed: int) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    before = picture.copy()
    view = VIEWS[name](picture, seed)
    assert view.dtype == np.uint8
    assert view.ndim == 3
    assert view.shape[2] == 3
    assert min(view.shape) >= 1
    assert (view == VIEWS[name](picture, seed)).all()
    assert (picture == before).all()


def test_what_each_one_does() -> None:
    picture = draw("public_event", 1)
    assert (VIEWS["original"](picture, 0) == picture).all()
    assert (VIEWS["mirrored"](picture, 0)[:, ::-1] == picture).all()
    large = np.repeat(np.repeat(picture, 5, axis=0), 5, axis=1)
    assert 80 <= max(VIEWS["low_resolution"](large, 3).shape) <= 160
    shares = [VIEWS["cropped"](large, seed)[..., 0].size / large[..., 0].size for seed in range(50)]
    assert 0.3 < min(shares) < 0.5
    assert 0.8 < max(shares) <= 0.95
