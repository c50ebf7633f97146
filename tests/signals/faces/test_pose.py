"""Pose from five points: rotations that are known come back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.signals.faces.alignment import TEMPLATE
from consentry.signals.faces.pose import MODEL, estimate_pose


def turned(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """A rotation that turns to the viewer's right, then up, then clockwise; y points down, z away."""
    a, b, c = np.radians([-yaw, -pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


@given(st.floats(-70, 70), st.floats(-50, 50), st.floats(-90, 90), st.floats(0.2, 8))
def test_the_rotation_of_the_mean_head_comes_back(yaw: float, pitch: float, roll: float, scale: float) -> None:
    points = (MODEL @ turned(yaw, pitch, roll).T)[:, :2] * scale + [300, 200]
    pose = estimate_pose(points.astype(np.float32))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((yaw, pitch, roll), abs=0.1)


def test_a_face_from_the_front_is_not_turned() -> None:
    pose = estimate_pose(TEMPLATE.astype(np.float32))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((0, 0, 0), abs=0.01)


def test_a_nose_to_the_right_is_a_face_turned_to_the_right() -> None:
    points = TEMPLATE.copy()
    points[2, 0] += 8
    assert estimate_pose(points.astype(np.float32)).yaw > 10
    mirrored = points[[1, 0, 2, 4, 3]] * [-1, 1]
    assert estimate_pose(mirrored.astype(np.float32)).yaw == pytest.approx(
        -estimate_pose(points.astype(np.float32)).yaw, abs=1
    )
