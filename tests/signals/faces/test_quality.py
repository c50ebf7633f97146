"""Quality in numbers, and its words."""

from __future__ import annotations

import numpy as np
import pytest

from consentry.records import FaceQuality
from consentry.signals.faces.alignment import TEMPLATE
from consentry.signals.faces.detection import Detections
from consentry.signals.faces.quality import QualityFloor, assess_quality, light, share_outside, sharpness, shortfalls

FLOOR = QualityFloor(
    width_pixels=60, sharpness=8.0, yaw=40.0, pitch=30.0, contrast=12.0, clipped=0.3, outside=0.1,
    detection_probability=0.98,
)  # fmt: skip
GOOD = FaceQuality(
    width_pixels=90, sharpness=50.0, usable=True, yaw=5, pitch=-3, roll=60, brightness=120, contrast=40.0, clipped=0.0,
    outside=0.0, detection_probability=0.9999,
)  # fmt: skip


def test_a_good_face_lacks_nothing_however_it_is_tilted() -> None:
    assert shortfalls(GOOD, FLOOR) == ()


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"width_pixels": 24}, "too_small", "is 24 pixels wide; at least 60 are needed"),
        ({"outside": 0.34}, "cut_off", "is cut off: 34% of it lies beyond the picture; at most 10% may"),
        ({"sharpness": 3.2}, "blurred", "is blurred: its sharpness is 3.2; at least 8.0 is needed"),
        ({"yaw": -55}, "turned_away", "is turned to the side by about 55 degrees; at most 40 are allowed"),
        ({"pitch": 35}, "turned_away", "is turned up or down by about 35 degrees; at most 30 are allowed"),
        ({"contrast": 4.0}, "badly_lit", "its contrast is 4.0; at least 12.0 is needed"),
        ({"clipped": 0.5}, "badly_lit", "50% of it shows no detail; at most 30% may"),
        ({"detection_probability": 0.9}, "unclear", "may be covered, or no face at all"),
    ],
)
def test_each_lack_has_its_words(change: dict[str, float], code: str, said: str) -> None:
    (found,) = shortfalls(GOOD.model_copy(update=change), FLOOR)
    assert found.code == f"reference.{code}"
    assert said in found.said
    assert found.remedy.startswith("Ask for")


def test_what_was_not_measured_is_not_held_against_a_face() -> None:
    bare = FaceQuality(width_pixels=90, sharpness=50.0, usable=True)
    assert shortfalls(bare, FLOOR) == ()


def test_the_plainest_reason_comes_first() -> None:
    worse = GOOD.model_copy(update={"width_pixels": 20, "sharpness": 1.0, "clipped": 0.9})
    assert [lack.code for lack in shortfalls(worse, FLOOR)] == [
        "reference.too_small",
        "reference.blurred",
        "reference.badly_lit",
    ]


def test_light_is_mean_spread_and_clipped_share_of_the_middle() -> None:
    chip = np.zeros((150, 150, 3), np.uint8)  # the border is black and must not count
    chip[25:75, 25:-25], chip[75:-25, 25:-25] = 100, 140
    assert light(chip) == pytest.approx((120, 20, 0))
    chip[25:75, 25:-25] = 255
    assert light(chip)[2] == pytest.approx(0.5)


def test_sharpness_falls_with_detail() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (150, 150, 3), dtype=np.uint8)
    assert sharpness(noise) > 1000
    assert sharpness(np.full((150, 150, 3), 90, np.uint8)) == pytest.approx(0)


def test_the_share_beyond_the_picture() -> None:
    points = TEMPLATE.astype(np.float32)
    assert share_outside(points, 150, 150) == 0.0
    assert share_outside(points, 75, 150) == pytest.approx(0.5, abs=0.02)
    assert share_outside(points - np.float32(500), 150, 150) == 1.0


def test_a_face_is_judged_in_its_picture() -> None:
    picture = np.random.default_rng(0).integers(60, 200, (150, 150, 3), dtype=np.uint8)
    found = Detections(
        np.array([[0, 0, 0, 0], [30, 20, 120, 130]], np.float32),
        np.stack([TEMPLATE, TEMPLATE]).astype(np.float32),
        np.array([0.5, 0.99], np.float32),
    )
    quality = assess_quality(picture, found, 1, 0.5, FLOOR)
    assert (quality.width_pixels, quality.yaw, quality.outside, quality.usable) == (180, 0, 0, True)
    assert quality.detection_probability == pytest.approx(0.99)
    assert not assess_quality(picture, found, 0, 0.5, FLOOR).usable
