"""The embedder that ships: what it looks at, and what comes out."""

from __future__ import annotations

import numpy as np
import pytest

from consentry.signals.faces import DlibEmbedder, FaceMatcher, FacePicture
from consentry.signals.faces.alignment import align
from consentry.signals.faces.embedding import LENGTH_POWER, ZOOMS
from consentry.training.faces.dlib_network import DLIB_WEIGHTS


@pytest.fixture(scope="module")
def crops(matcher: FaceMatcher, picture) -> np.ndarray:
    views = []
    for name in ("reference_collins.jpg", "bedroom.jpg", "portrait_hopper.jpg"):
        photo: FacePicture = picture(name)
        (found,) = matcher.detector.detect([photo.pixels])
        views.append(matcher.embedder.crop(photo.pixels, found.boxes[0], found.points[0]))
        for zoom, view in zip(ZOOMS, views[-1], strict=True):
            assert (view == align(photo.pixels, found.points[0], zoom=zoom)).all()
    return np.stack(views)


def test_an_embedding_is_the_mean_of_dlibs_own_made_shorter(matcher: FaceMatcher, crops: np.ndarray) -> None:
    import dlib

    original = dlib.face_recognition_model_v1(str(DLIB_WEIGHTS.locate()))
    for face, found in zip(crops, matcher.embedder.embed(crops), strict=True):
        views = [np.ascontiguousarray(view) for one in face for view in (one, one[:, ::-1])]
        mean = np.array(original.compute_face_descriptor(views)).mean(axis=0)
        np.testing.assert_allclose(found, mean / np.linalg.norm(mean) ** LENGTH_POWER, atol=1e-5)


def test_embeddings_tell_people_apart(matcher: FaceMatcher, crops: np.ndarray) -> None:
    embeddings = matcher.embedder.embed(crops)
    assert embeddings.shape == (3, 128)
    same, other = np.linalg.norm(embeddings[0] - embeddings[1:], axis=1)
    assert same < matcher.calibration.match_at_most < other


def test_a_face_is_embedded_the_same_in_any_company(matcher: FaceMatcher, crops: np.ndarray) -> None:
    together = matcher.embedder.embed(crops)
    assert together[1:2].tobytes() == matcher.embedder.embed(crops[1:2]).tobytes()
    assert matcher.embedder.embed(crops[:0]).shape == (0, 128)


def test_a_mirrored_face_has_the_same_embedding(matcher: FaceMatcher, crops: np.ndarray) -> None:
    assert isinstance(matcher.embedder, DlibEmbedder)
    mirrored = np.ascontiguousarray(crops[..., ::-1, :])
    np.testing.assert_allclose(matcher.embedder.embed(crops), matcher.embedder.embed(mirrored), atol=1e-5)
