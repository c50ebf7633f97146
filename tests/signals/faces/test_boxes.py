"""Arithmetic on boxes."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.ops import nms

from consentry.signals.faces.boxes import pixel_boxes, refine, squared, suppress


def some_boxes(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    near = generator.uniform(0, 80, (count, 2))
    boxes = np.concatenate([near, near + generator.uniform(5, 50, (count, 2))], axis=1).astype(np.float32)
    return boxes, generator.permutation(count).astype(np.float32) / max(count, 1)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 40), st.integers(0, 1000), st.sampled_from([0.3, 0.5, 0.7]))
def test_suppression_by_union_is_torchvisions(count: int, seed: int, threshold: float) -> None:
    boxes, scores = some_boxes(count, seed)
    expected = nms(torch.from_numpy(boxes), torch.from_numpy(scores), threshold).numpy()
    assert suppress(boxes, scores, threshold).tolist() == expected.tolist()


def test_suppression_by_the_smaller_area_drops_a_box_within_another() -> None:
    boxes = np.array([[0, 0, 100, 100], [40, 40, 60, 60]], np.float32)
    scores = np.array([0.9, 0.8], np.float32)
    assert suppress(boxes, scores, 0.7).tolist() == [0, 1]
    assert suppress(boxes, scores, 0.7, overlap="smaller", extent=1.0).tolist() == [0]


def test_of_equal_scores_the_earlier_box_stays() -> None:
    boxes = np.array([[0, 0, 10, 10]] * 3, np.float32)
    assert suppress(boxes, np.ones(3, np.float32), 0.5).tolist() == [0]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10), st.integers(0, 100))
def test_squares_keep_centre_and_longer_side(count: int, seed: int) -> None:
    boxes, _ = some_boxes(count, seed)
    found = squared(boxes)
    sides = found[:, 2:] - found[:, :2]
    np.testing.assert_allclose(sides[:, 0], sides[:, 1], rtol=1e-5)
    np.testing.assert_allclose(
        sides.max(axis=1, initial=0), (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0), rtol=1e-4
    )
    np.testing.assert_allclose(found[:, :2] + found[:, 2:], boxes[:, :2] + boxes[:, 2:], rtol=1e-4)


def test_refining_moves_edges_by_shares_of_the_side() -> None:
    box = np.array([[10, 20, 30, 60]], np.float32)
    moved = refine(box, np.array([[0.1, 0.1, -0.1, 0.25]], np.float32), extent=0.0)
    np.testing.assert_allclose(moved, [[12, 24, 28, 70]])


def test_pixels_stay_inside_the_picture_and_empty_boxes_are_marked() -> None:
    boxes = np.array([[-5, -5, 10, 10], [90, 90, 200, 200], [150, 10, 180, 40]], np.float32)
    pixels, valid = pixel_boxes(boxes, 100, 100)
    assert pixels[0].tolist() == [0, 0, 10, 10]
    assert pixels[1].tolist() == [89, 89, 100, 100]
    assert valid.tolist() == [True, True, False]
