"""Renditions: no metadata, bystanders unrecognisable, the claimant as settings say, nothing where nobody could look."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from consentry.desk.renditions.encoding import CLIP_RATE, clip, contact_sheet, jpeg
from consentry.desk.renditions.finding import FaceFinder, places_in_film
from consentry.desk.renditions.hiding import hidden, hidden_whole
from consentry.desk.renditions.making import Wanted, make
from consentry.media import Frame, Limits, OpenedMedia, open_media
from consentry.records import Face, FaceQuality, FaceSignal, Media
from consentry.signals.faces import FaceMatcher, FacePicture
from consentry.signals.faces.templates import distance

USUAL, EVERYONE = Wanted("picture", "usual"), Wanted("picture", "faces")


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder()


@pytest.fixture(scope="module")
def matcher() -> FaceMatcher:
    return FaceMatcher.load()


def demo(repository: Path, name: str) -> OpenedMedia:
    return open_media(Media(path=repository / "data" / "demo" / "media" / name))


def pixels_of(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def noise(height: int = 120, width: int = 160) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8)


def face(*box: float, band: str | None = None, second: float | None = None) -> Face:
    quality = FaceQuality(width_pixels=40, sharpness=100.0, usable=True)
    return Face(box=box, second=second, detection_probability=0.99, quality=quality, band=band)


def image(pixels: np.ndarray) -> OpenedMedia:
    return OpenedMedia("a.jpg", "image", pixels.shape[1], pixels.shape[0], None, (Frame(pixels),), 1.0)


def test_of_a_hidden_place_a_few_colours_are_left_and_all_else_stays() -> None:
    picture = noise()
    shown = hidden(picture, [(0.4, 0.4, 0.6, 0.6)])
    inside = shown[48:72, 64:96].astype(float)
    assert np.abs(np.diff(inside, axis=1)).max() < 12  # of noise with steps of up to 255
    changed = np.nonzero((shown != picture).any(axis=2))
    assert changed[0].min() >= 120 * 0.33 - 1
    assert changed[1].max() <= 160 * 0.67 + 1
    assert (picture == noise()).all()
    assert (hidden(picture, []) == picture).all()


def test_boxes_at_the_edge_and_without_extent_do_no_harm() -> None:
    picture = noise()
    for box in ((0.0, 0.0, 0.1, 0.1), (0.95, 0.9, 1.0, 1.0), (0.5, 0.5, 0.5, 0.5), (0.0, 0.0, 1.0, 1.0)):
        assert hidden(picture, [box]).shape == picture.shape
    assert hidden(noise(1, 1), [(0.0, 0.0, 1.0, 1.0)]).shape == (1, 1, 3)


def test_a_hidden_face_is_found_by_no_detector_and_likened_by_no_embedder(
    repository: Path, finder: FaceFinder, matcher: FaceMatcher
) -> None:
    opened = demo(repository, "group_1927.jpg")
    made = make(opened, USUAL, None, finder)
    assert made.hidden >= 5
    assert made.shown == 0
    assert finder.find([pixels_of(made.content)]) == [[]]
    portrait = demo(repository, "portrait_hopper.jpg")
    blurred = pixels_of(make(portrait, USUAL, None, finder).content)
    pictures = [FacePicture("a", portrait.frames[0].pixels), FacePicture("b", blurred)]
    before, after = (matcher.reference_templates([picture]).templates for picture in pictures)
    assert len(before) == 1
    # Should the detector take the blur for a face after all, it must be nobody's.
    assert all(distance(before[0], each) > 0.6 for each in after)


def test_no_metadata_of_the_original_is_in_a_rendition(tmp_path: Path, finder: FaceFinder) -> None:
    path = tmp_path / "phone.jpg"
    exif = Image.Exif()
    exif[0x010E], exif[0x9286] = "taken at her home", "52.5200N 13.4050E"
    Image.fromarray(noise()).save(path, exif=exif, comment=b"secret comment", icc_profile=b"a profile of hers")
    made = make(open_media(Media(path=path)), USUAL, None, finder)
    assert b"Exif" not in made.content
    assert not any(word in made.content for word in (b"her home", b"52.52", b"comment", b"profile"))
    with Image.open(io.BytesIO(made.content)) as picture:
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_claimant_is_left_to_be_seen_unless_the_settings_say_otherwise(finder: FaceFinder) -> None:
    signal = FaceSignal(
        media_id="a.jpg",
        model="test",
        band="match",
        faces=(
            face(0.1, 0.2, 0.2, 0.4, band="match"),
            face(0.4, 0.2, 0.5, 0.4, band="inconclusive"),
            face(0.7, 0.2, 0.8, 0.4, band="no_match"),
        ),
    )
    opened, calm = image(noise()), {}
    for name, wanted in {
        "usual": USUAL,
        "strict": replace(USUAL, blur_claimant=True),
        "claimant": replace(USUAL, show="claimant", blur_claimant=True),
        "everyone": EVERYONE,
    }.items():
        made = make(opened, wanted, signal, finder)
        shown = pixels_of(made.content)
        calm[name] = [bool(shown[30:42, int(160 * at) : int(160 * at) + 8].std() < 25) for at in (0.12, 0.42, 0.72)]
        calm[name].append((made.hidden, made.shown))
    assert calm == {
        "usual": [False, True, True, (2, 1)],
        "strict": [True, True, True, (3, 0)],
        "claimant": [False, True, True, (2, 1)],
        "everyone": [False, False, False, (0, 0)],
    }


def test_where_nobody_could_look_all_of_it_is_hidden(tmp_path: Path) -> None:
    without = FaceFinder(models=tmp_path)
    made = make(image(noise()), USUAL, None, without)
    assert (made.hidden, made.shown) == (-1, 0)
    assert pixels_of(made.content).std() < 40
    film = OpenedMedia("a.mp4", "video", 160, 120, 2.0, (Frame(noise(), 0.0, 1.0), Frame(noise(), 1.0, 2.0)), 1.0)
    assert make(film, USUAL, None, without).hidden == -1
    assert make(image(noise()), EVERYONE, None, without).hidden == 0
    assert hidden_whole(noise()).shape == (120, 160, 3)


def test_a_picture_that_was_measured_and_has_no_face_is_shown_as_it_is(tmp_path: Path) -> None:
    signal = FaceSignal(media_id="a.jpg", model="test")
    made = make(image(noise()), USUAL, signal, FaceFinder(models=tmp_path))
    assert (made.hidden, made.shown) == (0, 0)
    assert pixels_of(made.content).std() > 45


def portrait_film(repository: Path, gap: range) -> list[Frame]:
    """A portrait that stands still; in some frames it cannot be found."""
    pixels = demo(repository, "portrait_hopper.jpg").frames[0].pixels
    return [Frame(np.zeros_like(pixels) if n in gap else pixels, n / 8, (n + 1) / 8) for n in range(8)]


def test_a_face_is_followed_through_frames_in_which_it_is_not_found(repository: Path, finder: FaceFinder) -> None:
    found = places_in_film(portrait_film(repository, range(3, 5)), None, finder)
    assert found is not None
    assert [len(here) >= 1 for here in found] == [True] * 8
    ended = places_in_film(portrait_film(repository, range(2, 8)), None, finder)
    assert ended is not None
    assert [len(here) >= 1 for here in ended] == [True, True, True, True, False, False, False, False]


def test_the_claimant_of_a_film_is_told_by_the_assessment(repository: Path, finder: FaceFinder) -> None:
    frames = portrait_film(repository, range(0))
    (box,) = finder.find([frames[0].pixels])[0]
    signal = FaceSignal(media_id="a.mp4", model="test", faces=(face(*box, band="match", second=0.0),))
    found = places_in_film(frames, signal, finder)
    assert found is not None
    assert all(place.is_claimant for here in found for place in here)
    other = places_in_film(frames, None, finder)
    assert other is not None
    assert not any(place.is_claimant for here in other for place in here)


def test_a_face_that_only_the_assessment_found_is_hidden_too(finder: FaceFinder) -> None:
    frames = [Frame(np.zeros((120, 160, 3), np.uint8), n / 8, (n + 1) / 8) for n in range(8)]
    signal = FaceSignal(media_id="a.mp4", model="test", faces=(face(0.2, 0.2, 0.4, 0.5, second=0.5),))
    found = places_in_film(frames, signal, finder)
    assert found is not None
    assert [len(here) for here in found] == [0, 0, 1, 1, 1, 1, 1, 0]


def test_a_video_becomes_stills_and_a_clip_without_sound(repository: Path, finder: FaceFinder) -> None:
    media = Media(path=repository / "data" / "demo" / "media" / "street.mp4")
    stills = open_media(media, limits=Limits(max_frames=6))
    sheet = make(stills, USUAL, None, finder)
    assert (sheet.content_type, sheet.stills) == ("image/jpeg", len(stills.frames))
    assert max(pixels_of(sheet.content).shape) <= 1024
    one = make(stills, Wanted("still", "usual", 99), None, finder)
    assert pixels_of(one.content).shape == stills.frames[0].pixels.shape
    opened = open_media(media, limits=Limits(frames_per_second=CLIP_RATE, max_frames=480), longest_side=320)
    made = make(opened, Wanted("clip", "usual"), None, finder)
    assert made.content_type == "video/mp4"
    with av.open(io.BytesIO(made.content)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        frames = list(container.decode(video=0))
        assert len(frames) / CLIP_RATE == pytest.approx(opened.duration, abs=0.3)
        assert set(container.metadata) <= {"major_brand", "minor_version", "compatible_brands", "encoder"}


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 5), (17, 33)])
def test_clips_and_sheets_of_any_size(size: tuple[int, int]) -> None:
    pictures = [noise(*size) for _ in range(5)]
    made = clip([Frame(pixels, n / 4, (n + 1) / 4) for n, pixels in enumerate(pictures)])
    with av.open(io.BytesIO(made)) as container:
        assert len(list(container.decode(video=0))) == 10
    assert max(contact_sheet(pictures, 64).shape) <= 64 + 5
    assert jpeg(contact_sheet(pictures, 64)).startswith(b"\xff\xd8")
