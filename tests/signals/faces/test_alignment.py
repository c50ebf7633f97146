"""Alignment: the five points go where they belong."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.signals.faces.alignment import CHIP_SIZE, TEMPLATE, align, similarity_to_picture


@settings(max_examples=100, deadline=None)
@given(st.floats(0.1, 8), st.floats(-3.1, 3.1), st.floats(-500, 500), st.floats(-500, 500))
def test_any_similarity_is_recovered(scale: float, angle: float, dx: float, dy: float) -> None:
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = (TEMPLATE @ turn.T + [dx, dy]).astype(np.float32)
    matrix = similarity_to_picture(points)
    np.testing.assert_allclose(matrix[:, :2], turn, atol=1e-3 * max(1, abs(dx), abs(dy)))
    np.testing.assert_allclose(matrix[:, :2] @ TEMPLATE.T + matrix[:, 2:], points.T, atol=1e-2)


def spots(scale: float, offset: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """A black picture with a white spot at each of five points."""
    points = TEMPLATE * scale + offset
    picture = np.zeros((700, 700, 3), np.uint8)
    radius = max(1, round(2 * scale))
    for x, y in points:
        picture[round(y) - radius : round(y) + radius + 1, round(x) - radius : round(x) + radius + 1] = 255
    return picture, points.astype(np.float32)


def test_points_land_on_the_template_at_any_size() -> None:
    for scale, offset in ((1.0, (20, 30)), (0.5, (100, 300)), (3.7, (60, 80))):
        chip = align(*spots(scale, offset))
        assert chip.shape == (CHIP_SIZE, CHIP_SIZE, 3)
        rows, columns = np.mgrid[0:CHIP_SIZE, 0:CHIP_SIZE]
        for x, y in TEMPLATE:
            near = (np.abs(columns - x) < 6) & (np.abs(rows - y) < 6)
            weight = chip[..., 0] * near
            assert weight.sum() > 0
            centre = ((weight * columns).sum() / weight.sum(), (weight * rows).sum() / weight.sum())
            np.testing.assert_allclose(centre, (x, y), atol=0.3 + 0.5 / scale)  # spots sit on whole pixels


def test_an_upright_face_of_the_right_size_is_copied() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    chip = align(picture, (TEMPLATE + np.array([40, 50])).astype(np.float32))
    assert np.abs(chip.astype(int) - picture[50:200, 40:190]).max() <= 2


def test_zoom_shows_the_face_larger_around_the_same_middle() -> None:
    picture = np.zeros((300, 300, 3), np.uint8)
    middle = np.array([75.0, 75.0])
    for x, y in (TEMPLATE + np.array([60, 70])).round().astype(int):
        picture[y - 2 : y + 3, x - 2 : x + 3] = 255
    points = (TEMPLATE + np.array([60, 70])).astype(np.float32)
    rows, columns = np.mgrid[0:CHIP_SIZE, 0:CHIP_SIZE]
    for zoom in (0.8, 1.2):
        chip = align(picture, points, zoom=zoom)
        for x, y in (TEMPLATE - middle) * zoom + middle:
            weight = chip[..., 0] * ((np.abs(columns - x) < 6) & (np.abs(rows - y) < 6))
            centre = ((weight * columns).sum() / weight.sum(), (weight * rows).sum() / weight.sum())
            np.testing.assert_allclose(centre, (x, y), atol=1.0)


def test_beyond_the_picture_is_black() -> None:
    picture = np.full((100, 100, 3), 255, np.uint8)
    chip = align(picture, (TEMPLATE - [80, 0]).astype(np.float32))
    assert (chip[:, :70] == 0).all()
    assert (chip[10:90, 90:140] > 250).all()
