"""On the page, only the claimant can be recognised."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from consentry.batch.page.pictures import MATCH_COLOUR, OTHER_COLOUR, data_address, draw_faces, draw_saliency
from consentry.records import Face, FaceQuality, SaliencyMap

QUALITY = FaceQuality(width_pixels=80, sharpness=50.0, usable=True)


def face(band: str | None, box: tuple[float, float, float, float] = (0.4, 0.4, 0.6, 0.6)) -> Face:
    return Face(box=box, detection_probability=0.9, quality=QUALITY, band=band)  # type: ignore[arg-type]


def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (400, 400, 3), dtype=np.uint8)


def inside(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture)[180:220, 180:220].astype(float)


def test_a_match_is_boxed_and_left_as_it_is() -> None:
    drawn = draw_faces(noise(), [face("match")])
    assert (inside(drawn) == noise()[180:220, 180:220]).all()
    assert drawn.getpixel((160, 200)) == MATCH_COLOUR


def test_everybody_else_is_hidden() -> None:
    for band in ("no_match", "inconclusive", None):
        drawn = draw_faces(noise(), [face(band)])
        assert inside(drawn).std() < inside(Image.fromarray(noise())).std() / 4
        assert (drawn.getpixel((160, 200)) == OTHER_COLOUR) == (band == "inconclusive")


def test_a_hidden_face_before_the_claimant_does_not_uncover_itself() -> None:
    drawn = draw_faces(noise(), [face("match", (0.0, 0.0, 1.0, 1.0)), face("no_match")])
    assert inside(drawn).std() < inside(Image.fromarray(noise())).std() / 4


def test_faces_at_the_border_and_empty_boxes_do_no_harm() -> None:
    drawn = draw_faces(noise(), [face("no_match", (0.9, 0.9, 1.0, 1.0)), face("no_match", (1.0, 1.0, 1.0, 1.0))])
    assert drawn.size == (400, 400)


def test_saliency_reddens_where_the_score_comes_from() -> None:
    picture = Image.new("RGB", (90, 90), (100, 100, 100))
    shown = np.asarray(draw_saliency(picture, SaliencyMap(rows=3, columns=3, values=(100, 0, 0, 0, 0, 0, 0, 0, 0))))
    assert shown[5, 5, 0] > shown[5, 5, 2] + 40
    assert (shown[85, 85] == shown[85, 85, 0]).all()


def test_a_picture_becomes_an_address_that_can_be_opened() -> None:
    address = data_address(Image.fromarray(noise()))
    kind, _, content = address.partition(",")
    assert kind == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(content))).size == (400, 400)
