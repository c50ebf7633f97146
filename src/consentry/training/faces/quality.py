"""What poor faces cost: development pictures made worse on one side of the pair, and as they come, by quality."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from consentry.records import FaceQuality
from consentry.signals.faces.detection import FaceDetector
from consentry.signals.faces.embedding import FaceEmbedder
from consentry.training.faces.figures import identity_of
from consentry.training.faces.pairs import Degrade, EmbeddedFaces, embed_pictures
from consentry.training.progress import Progress, silent

WIDTHS = (20, 24, 30, 40, 60)
"""Face widths to shrink to, in pixels."""
BLURS = (1.0, 1.5, 2.0, 3.0, 4.0)
"""Standard deviations of a Gaussian blur, in pixels of pictures with faces about 90 pixels wide."""
EXPOSURES = (0.25, 0.1, 0.05, 2.0, 4.0)
"""Factors on the pixels; above 1, highlights are lost."""
ANGLES = (15, 30, 45, 90, 180)
"""Degrees that the picture is turned by."""
CUTS = (0.35, 0.45, 0.55)
"""Share of the picture that is cut off on the left; the faces begin at about 0.27 and end at 0.73."""
COVERS: Final = {"eyes": (0.36, 0.52), "mouth": (0.60, 0.80)}
"""Rows of the picture, as shares of its height, behind a grey bar, where development faces have eyes and mouth."""
BINS: Final[dict[str, tuple[float, ...]]] = {
    "yaw": (0, 15, 30, 45, 90),
    "pitch": (0, 10, 20, 30, 90),
    "contrast": (0, 20, 30, 40, 128),
    "clipped": (0, 0.01, 0.05, 0.2, 1),
    "outside": (0, 0.001, 0.1, 1),
    "detection_probability": (0, 0.98, 0.995, 0.9999, 1.1),
}
"""Edges of the bins that development faces are sorted into, by each measure of quality (angles without their sign)."""
_PICTURES = 60


def shrink(factor: float, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture at a fraction of its size."""
    from PIL import Image

    image = Image.fromarray(picture)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))


def blur(radius: float, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture out of focus."""
    from PIL import Image, ImageFilter

    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius)))


def expose(factor: float, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture with less or more light; what is beyond white is lost."""
    brighter: NDArray[np.uint8] = np.clip(picture.astype(np.float64) * factor, 0, 255).round().astype(np.uint8)
    return brighter


def turn(degrees: float, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture turned counter-clockwise, on black."""
    from PIL import Image

    return np.asarray(Image.fromarray(picture).rotate(degrees, Image.Resampling.BICUBIC, expand=True))


def cut(share: float, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture without a share of its left side."""
    return np.ascontiguousarray(picture[:, round(share * picture.shape[1]) :])


def cover(what: str, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture with a grey bar over the rows where development faces have eyes or mouth."""
    top, bottom = (round(share * picture.shape[0]) for share in COVERS[what])
    covered = picture.copy()
    covered[top:bottom] = 110
    return covered


def quality_table(
    clean: EmbeddedFaces,
    detector: FaceDetector,
    embedder: FaceEmbedder,
    *,
    match: float,
    progress: Progress = silent,
) -> list[dict[str, Any]]:
    """One row a degradation: detection, TAR and FMR of the match band against clean pictures of the same set.

    Args:
        clean: Development faces, undegraded.
        detector: As served.
        embedder: As served.
        match: Threshold of the match band.
        progress: Told of every row done.
    """
    several = _pictures_with_company(clean)
    typical = float(np.nanmedian(clean.widths))
    kinds: list[tuple[str, Callable[..., NDArray[np.uint8]], Sequence[float | str]]] = [
        ("blur", blur, BLURS),
        ("exposure", expose, EXPOSURES),
        ("turned", turn, ANGLES),
        ("cut", cut, CUTS),
        ("covered", cover, tuple(COVERS)),
    ]
    trials: list[tuple[str, float | str, Degrade]] = [
        ("width", width, partial(shrink, width / typical)) for width in WIDTHS
    ]
    trials += [(kind, amount, partial(degrade, amount)) for kind, degrade, amounts in kinds for amount in amounts]
    rows = []
    for number, (kind, amount, degrade) in enumerate(trials, 1):
        worse = embed_pictures(several, detector, embedder, degrade=degrade)
        rows.append({"kind": kind, "amount": amount, **_compare(worse, clean, match)})
        progress("Degrading faces", number, len(trials))
    return rows


def quality_bins(faces: EmbeddedFaces, *, match: float) -> list[dict[str, Any]]:
    """Development faces as they come, sorted by each measure of quality: TAR and FMR of each bin against all.

    Args:
        faces: With their qualities.
        match: Threshold of the match band.
    """
    several = set(_pictures_with_company(faces, most=len(faces.paths)))
    company = np.array([path in several for path in faces.paths])
    rows = []
    for name, edges in BINS.items():
        values = np.array([_measure(quality, name) for quality in faces.qualities])
        for low, high in pairwise(edges):
            chosen = company & (values >= low) & (values < high)
            if chosen.any():
                some = EmbeddedFaces(
                    tuple(path for path, kept in zip(faces.paths, chosen, strict=True) if kept),
                    faces.embeddings[chosen],
                    faces.widths[chosen],
                    faces.sharpness[chosen],
                )
                rows.append({"measure": name, "from": low, "below": high, **_compare(some, faces, match)})
    return rows


def _measure(quality: FaceQuality | None, name: str) -> float:
    value = None if quality is None else getattr(quality, name)
    return float("nan") if value is None else abs(float(value))


def _pictures_with_company(faces: EmbeddedFaces, *, most: int = _PICTURES) -> Sequence[Path]:
    """The first pictures, by name, whose person has another picture in the set."""
    names = [identity_of(path) for path in faces.paths]
    counts = {name: names.count(name) for name in set(names)}
    return sorted(path for path, name in zip(faces.paths, names, strict=True) if counts[name] > 1)[:most]


def _compare(worse: EmbeddedFaces, clean: EmbeddedFaces, match: float) -> dict[str, Any]:
    names = np.array([identity_of(path) for path in clean.paths])
    place = {path: number for number, path in enumerate(clean.paths)}
    accepted, genuine, matched, impostors = 0, 0, 0, 0
    for path, vector, found in zip(worse.paths, worse.embeddings, worse.found, strict=True):
        others = clean.found.copy()
        others[place[path]] = False
        same = others & (names == identity_of(path))
        genuine += int(same.sum())
        if not found:
            continue
        near = np.linalg.norm(clean.embeddings - vector, axis=1) <= match
        accepted += int((near & same).sum())
        matched += int((near & others & ~same).sum())
        impostors += int((others & ~same).sum())
    return {
        "pictures": len(worse.paths),
        "detected": round(float(worse.found.mean()), 4),
        "genuine_pairs": genuine,
        "true_accept_rate": round(accepted / genuine, 4),
        "false_match_rate": round(matched / impostors, 6) if impostors else None,
        "median_width": _median(worse.widths),
        "median_sharpness": _median(worse.sharpness),
        **{
            f"median_{name}": _median(np.array([_measure(quality, name) for quality in worse.qualities]))
            for name in ("contrast", "clipped", "outside", "detection_probability")
            if worse.qualities
        },
    }


def _median(values: NDArray[np.float64]) -> float | None:
    return round(float(np.nanmedian(values)), 3 if np.nanmax(values) <= 1 else 1) if np.isfinite(values).any() else None
