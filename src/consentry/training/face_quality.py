"""What small and blurred faces cost: development pictures made worse on one side of the pair."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consentry.faces.detection import FaceDetector
from consentry.faces.embedding import FaceEmbedder
from consentry.training.face_figures import identity_of
from consentry.training.face_pairs import Degrade, EmbeddedFaces, embed_pictures
from consentry.training.progress import Progress, silent

WIDTHS = (20, 24, 30, 40, 60)
"""Face widths to shrink to, in pixels."""
BLURS = (1.0, 1.5, 2.0, 3.0, 4.0)
"""Standard deviations of a Gaussian blur, in pixels of pictures with faces about 90 pixels wide."""
_PICTURES = 400


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
    trials: list[tuple[str, float, Degrade]] = [
        *(("width", width, partial(shrink, width / typical)) for width in WIDTHS),
        *(("blur", radius, partial(blur, radius)) for radius in BLURS),
    ]
    rows = []
    for number, (kind, amount, degrade) in enumerate(trials, 1):
        worse = embed_pictures(several, detector, embedder, degrade=degrade)
        rows.append({"kind": kind, "amount": amount, **_compare(worse, clean, match)})
        progress("Degrading faces", number, len(trials))
    return rows


def _pictures_with_company(faces: EmbeddedFaces) -> Sequence[Path]:
    """The first pictures, by name, whose person has another picture in the set."""
    names = [identity_of(path) for path in faces.paths]
    counts = {name: names.count(name) for name in set(names)}
    return sorted(path for path, name in zip(faces.paths, names, strict=True) if counts[name] > 1)[:_PICTURES]


def _compare(worse: EmbeddedFaces, clean: EmbeddedFaces, match: float) -> dict[str, Any]:
    names = np.array([identity_of(path) for path in clean.paths])
    accepted, genuine, matched, impostors = 0, 0, 0, 0
    for path, vector, found in zip(worse.paths, worse.embeddings, worse.found, strict=True):
        others = np.array([other != path for other in clean.paths]) & clean.found
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
        "true_accept_rate": round(accepted / genuine, 4),
        "false_match_rate": round(matched / impostors, 6) if impostors else None,
        "median_width": _median(worse.widths),
        "median_sharpness": _median(worse.sharpness),
    }


def _median(values: NDArray[np.float64]) -> float | None:
    return round(float(np.nanmedian(values)), 1) if np.isfinite(values).any() else None
