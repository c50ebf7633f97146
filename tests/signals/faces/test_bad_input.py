"""What nobody would call a good picture of a face, and what comes of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from consentry.signals.faces import Claim, ClaimFaces, FaceMatcher, FacePicture


def compared(matcher: FaceMatcher, frame: FacePicture, *references: FacePicture) -> ClaimFaces:
    (found,) = matcher.compare([Claim((frame,), references)])
    return found


def changed(photo: FacePicture, image: Image.Image) -> FacePicture:
    return replace(photo, pixels=np.asarray(image.convert("RGB")))


@pytest.fixture(scope="module")
def collins(picture) -> FacePicture:
    return picture("reference_collins.jpg")


@pytest.fixture(scope="module")
def bedroom(picture) -> FacePicture:
    """A photo of the person on `collins`."""
    return picture("bedroom.jpg")


def drawn_face() -> Image.Image:
    image = Image.new("RGB", (300, 300), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 40, 240, 270), outline="black", width=4)
    for x in (115, 185):
        draw.ellipse((x - 14, 115, x + 14, 135), outline="black", width=3)
    draw.line((150, 130, 140, 185, 155, 188), fill="black", width=3)
    draw.arc((110, 190, 190, 240), 20, 160, fill="black", width=4)
    return image


def test_a_grey_area_and_noise_have_no_face(matcher: FaceMatcher, collins: FacePicture) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    for pixels in (np.full((200, 300, 3), 128, np.uint8), noise):
        signal = compared(matcher, FacePicture("m", pixels), collins).signals[0]
        assert (signal.band, signal.faces) == ("no_face", ())


def test_a_photo_without_colour_matches_as_one_with(
    matcher: FaceMatcher, bedroom: FacePicture, collins: FacePicture
) -> None:
    grey = changed(bedroom, Image.fromarray(bedroom.pixels).convert("L"))
    assert compared(matcher, grey, collins).signals[0].band == "match"


@pytest.mark.parametrize("angle", [20, -20])
def test_a_tilted_picture_still_matches(
    matcher: FaceMatcher, bedroom: FacePicture, collins: FacePicture, angle: int
) -> None:
    turned = changed(bedroom, Image.fromarray(bedroom.pixels).rotate(angle, expand=True))
    (face,) = [
        face for face in compared(matcher, turned, collins).signals[0].faces if face.band in {"match", "inconclusive"}
    ]
    straight = compared(matcher, bedroom, collins).signals[0].faces[0].quality
    # Turning a picture counter-clockwise tilts the face that way.
    assert face.quality.roll is not None
    assert straight.roll is not None
    assert face.quality.roll == pytest.approx(straight.roll - angle, abs=8)


@pytest.mark.parametrize("angle", [90, 180])
def test_a_picture_on_its_side_or_head_is_never_taken_for_somebody_else(
    matcher: FaceMatcher, bedroom: FacePicture, collins: FacePicture, angle: int
) -> None:
    """The detector finds upright faces. What it misses shows as no face, which a reviewer sees."""
    turned = changed(bedroom, Image.fromarray(bedroom.pixels).rotate(angle, expand=True))
    assert compared(matcher, turned, collins).signals[0].band in {"no_face", "inconclusive"}


def test_a_face_cut_by_the_border_is_not_called_another_person(
    matcher: FaceMatcher, bedroom: FacePicture, collins: FacePicture
) -> None:
    box = compared(matcher, bedroom, collins).signals[0].faces[0].box
    middle = round((box[0] + box[2]) / 2 * bedroom.pixels.shape[1])
    halved = replace(bedroom, pixels=np.ascontiguousarray(bedroom.pixels[:, middle:]))
    signal = compared(matcher, halved, collins).signals[0]
    assert signal.band in {"no_face", "inconclusive"}
    assert all(not face.quality.usable for face in signal.faces)


def test_a_drawing_matches_nobody(matcher: FaceMatcher, collins: FacePicture) -> None:
    signal = compared(matcher, changed(collins, drawn_face()), collins).signals[0]
    assert signal.band != "match"
    (note,) = compared(matcher, collins, changed(collins, drawn_face())).refused
    assert note.code in {"reference.no_face", "reference.unclear", "reference.blurred", "reference.badly_lit"}


def test_a_face_of_stone_matches_nobody_else(matcher: FaceMatcher, picture, collins: FacePicture) -> None:
    """A statue is found as a face, and is compared like one: nothing here can tell stone from skin."""
    portrait = Image.fromarray(picture("portrait_hopper.jpg").pixels).convert("L")
    relief = Image.blend(portrait, portrait.filter(ImageFilter.EMBOSS), 0.5)
    signal = compared(matcher, changed(collins, ImageOps.autocontrast(relief)), collins).signals[0]
    assert signal.band in {"no_face", "inconclusive", "no_match"}


def test_three_hundred_faces_are_all_located(matcher: FaceMatcher, picture) -> None:
    names = ("reference_collins.jpg", "portrait_hopper.jpg", "reference_curie.jpg")
    portraits = [ImageOps.fit(Image.fromarray(picture(name).pixels), (64, 64), centering=(0.5, 0.3)) for name in names]
    crowd = Image.new("RGB", (20 * 64, 15 * 64))
    for number in range(300):
        crowd.paste(portraits[number % 3], (64 * (number % 20), 64 * (number // 20)))
    signal = compared(matcher, FacePicture("crowd", np.asarray(crowd))).signals[0]
    assert 285 <= len(signal.faces) <= 300
    assert signal.band is None
    assert len({face.box for face in signal.faces}) == len(signal.faces)


def test_a_reference_photo_of_two_people_is_refused(
    matcher: FaceMatcher, picture, bedroom: FacePicture, collins: FacePicture
) -> None:
    two = Image.new("RGB", (600, 300))
    for number, name in enumerate(("reference_collins.jpg", "portrait_hopper.jpg")):
        two.paste(ImageOps.fit(Image.fromarray(picture(name).pixels), (300, 300)), (300 * number, 0))
    found = compared(matcher, bedroom, changed(collins, two))
    assert (found.references_used, [note.code for note in found.refused]) == (0, ["reference.several_faces"])
    assert "2 faces" in found.refused[0].message


def test_a_small_reference_is_refused_with_both_numbers(
    matcher: FaceMatcher, bedroom: FacePicture, collins: FacePicture
) -> None:
    small = changed(collins, Image.fromarray(collins.pixels).resize((90, 90)))
    (note,) = compared(matcher, bedroom, small).refused
    assert note.code == "reference.too_small"
    assert "pixels wide; at least 60 are needed" in note.message
