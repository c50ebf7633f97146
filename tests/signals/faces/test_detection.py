"""Detection against facenet-pytorch's own, on real pictures."""

from __future__ import annotations

import numpy as np
import pytest
from facenet_pytorch import MTCNN
from PIL import Image

from consentry.signals.faces import FaceMatcher

PICTURES = ["bedroom.jpg", "group_1927.jpg", "football_match.jpg", "portrait_hopper.jpg", "reference_curie.jpg"]


@pytest.mark.parametrize("name", PICTURES)
def test_boxes_and_points_are_those_of_facenet_pytorch(matcher: FaceMatcher, picture, name: str) -> None:
    pixels = picture(name).pixels
    boxes, probabilities, points = MTCNN(keep_all=True).detect(Image.fromarray(pixels), landmarks=True)
    found = matcher.detector.detect([pixels])[0]
    assert len(found) == len(boxes)
    # Where the original orders by size, we order by probability.
    for box, probability, five in zip(boxes.astype(float), probabilities, points.astype(float), strict=True):
        nearest = int(np.argmin(np.abs(found.boxes - box).sum(axis=1)))
        np.testing.assert_allclose(found.boxes[nearest], box, atol=0.5)
        np.testing.assert_allclose(found.points[nearest], five, atol=0.5)
        np.testing.assert_allclose(found.probabilities[nearest], probability, atol=0.01)


def test_pictures_of_every_parity_give_the_boxes_of_facenet_pytorch(matcher: FaceMatcher, picture) -> None:
    """Where a scale has an odd side, the last pooling cell of the first network is half empty."""
    original = MTCNN(keep_all=True)
    whole = picture("group_1927.jpg").pixels
    for height, width in ((150, 300), (151, 300), (150, 301), (151, 303)):
        pixels = np.ascontiguousarray(whole[330 : 330 + height, 200 : 200 + width])
        boxes, _ = original.detect(Image.fromarray(pixels))
        found = matcher.detector.detect([pixels])[0]
        assert len(found) == len(boxes) > 3
        for box in boxes.astype(float):
            assert np.abs(found.boxes - box).max(axis=1).min() < 0.1


def test_a_batch_of_unlike_sizes_gives_what_one_by_one_gives(matcher: FaceMatcher, picture, drawing) -> None:
    pictures = [picture(name).pixels for name in PICTURES] + [drawing, drawing[:15, :15]]
    together = matcher.detector.detect(pictures)
    alone = [matcher.detector.detect([pixels])[0] for pixels in pictures]
    for one, other in zip(together, alone, strict=True):
        assert one.boxes.tobytes() == other.boxes.tobytes()
        assert one.points.tobytes() == other.points.tobytes()
        assert one.probabilities.tobytes() == other.probabilities.tobytes()


def test_nobody_is_an_empty_result(matcher: FaceMatcher, drawing) -> None:
    for pixels in (drawing, drawing[:1, :1], np.zeros((30, 300, 3), np.uint8)):
        (found,) = matcher.detector.detect([pixels])
        assert len(found) == 0
        assert found.boxes.shape == (0, 4)
        assert found.points.shape == (0, 5, 2)
    assert matcher.detector.detect([]) == []


def test_surest_first(matcher: FaceMatcher, picture) -> None:
    (found,) = matcher.detector.detect([picture("group_1927.jpg").pixels])
    assert (np.diff(found.probabilities) <= 0).all()
    assert len(found) == 29
