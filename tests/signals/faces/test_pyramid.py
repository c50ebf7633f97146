"""Every scale on one canvas, none over another."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.signals.faces.pyramid import BUCKET, NO_PIXEL, paint, plan_layout, windows
from consentry.signals.faces.resampling import integral_image


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 1100), st.integers(1, 1100), st.integers(12, 60))
def test_levels_lie_on_the_canvas_at_even_corners_and_apart(width: int, height: int, smallest: int) -> None:
    layout = plan_layout(width, height, smallest)
    if min(width, height) != smallest:  # there, rounding decides
        assert bool(layout.levels) == (min(width, height) > smallest)
    assert layout.height % BUCKET == layout.width % BUCKET == 0
    areas = []
    for level in layout.levels:
        right, bottom = level.left + level.width + level.width % 2, level.top + level.height + level.height % 2
        assert level.left % 2 == level.top % 2 == 0
        assert right <= layout.width
        assert bottom <= layout.height
        areas.append((level.left, level.top, right, bottom))
    for index, one in enumerate(areas):
        for other in areas[index + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_scales_are_facenet_pytorchs() -> None:
    scales, smaller = [], 480.0
    scale = 12 / 20
    smaller *= scale
    while smaller >= 12:
        scales.append(scale)
        scale *= 0.709
        smaller *= 0.709
    assert [level.scale for level in plan_layout(640, 480, 20).levels] == scales


def test_the_canvas_shows_each_scale_and_nothing_elsewhere() -> None:
    pixels = np.full((60, 80, 3), 200, np.uint8)
    layout = plan_layout(80, 60, 20)
    canvas = paint(layout, integral_image(pixels))
    covered = np.zeros(canvas.shape[:2], bool)
    for level in layout.levels:
        covered[level.top : level.top + level.height, level.left : level.left + level.width] = True
    assert (canvas[covered] == 200).all()
    assert (canvas[~covered] == NO_PIXEL).all()


def test_windows_of_a_level_are_cut_from_the_grid() -> None:
    layout = plan_layout(80, 60, 20)
    grid = np.arange((layout.height // 2) * (layout.width // 2)).reshape(layout.height // 2, -1).astype(np.float32)
    second = layout.levels[1]
    cut = windows(second, grid)
    assert cut.shape == (
        (second.height + second.height % 2 - 12) // 2 + 1,
        (second.width + second.width % 2 - 12) // 2 + 1,
    )
    assert cut[0, 0] == grid[second.top // 2, second.left // 2]


def test_little_of_the_canvas_is_empty() -> None:
    for width, height in ((224, 224), (320, 240), (240, 320), (640, 480), (1024, 683), (683, 1024), (1200, 630)):
        layout = plan_layout(width, height, 20)
        covered = sum(level.width * level.height for level in layout.levels)
        assert layout.width * layout.height < 1.45 * covered
