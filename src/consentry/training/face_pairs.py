"""Pairs of face pictures: reading them, finding and embedding the face of each, distances."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from consentry.faces.alignment import align
from consentry.faces.detection import FaceDetector
from consentry.faces.embedding import FaceEmbedder
from consentry.faces.quality import sharpness
from consentry.media import open_media
from consentry.records import Media
from consentry.training.errors import TrainingError
from consentry.training.progress import Progress, silent

_BATCH = 64


@dataclass(frozen=True)
class FacePair:
    """Two pictures, and whether they show one person.

    Attributes:
        split: Empty if the file has none.
    """

    same: bool
    path_a: Path
    path_b: Path
    split: str = ""


def read_pairs(path: Path) -> list[FacePair]:
    """Read a CSV file with the columns ``same``, ``path_a``, ``path_b`` and, if there are splits, ``split``.

    Paths are relative to the file.

    Raises:
        TrainingError: ``training.manifest`` if the file or a column is missing, or ``same`` is not 0 or 1.
    """
    if not path.is_file():
        raise TrainingError(f"There is no file of pairs at {path}.", "Check the path.", code="training.manifest")
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    missing = {"same", "path_a", "path_b"} - set(rows[0] if rows else ())
    if missing:
        raise TrainingError(
            f"{path} lacks the columns {', '.join(sorted(missing))}.",
            "Give a CSV file with the columns same, path_a, path_b.",
            code="training.manifest",
        )
    wrong = next((number for number, row in enumerate(rows, 2) if row["same"] not in {"0", "1"}), None)
    if wrong is not None:
        raise TrainingError(
            f"{path}, line {wrong}: same is {rows[wrong - 2]['same']!r}.", "Write 1 or 0.", code="training.manifest"
        )
    folder = path.parent
    return [
        FacePair(row["same"] == "1", folder / row["path_a"], folder / row["path_b"], row.get("split") or "")
        for row in rows
    ]


@dataclass(frozen=True)
class EmbeddedFaces:
    """The face nearest the middle of each picture, as benchmark sets of cropped portraits mean it.

    Attributes:
        embeddings: (N, D); rows of pictures without a face are NaN.
        widths: (N,) width of the face box in pixels; NaN without a face.
        sharpness: (N,) see `consentry.faces.quality`; NaN without a face.
    """

    paths: tuple[Path, ...]
    embeddings: NDArray[np.float32]
    widths: NDArray[np.float64]
    sharpness: NDArray[np.float64]

    @property
    def found(self) -> NDArray[np.bool_]:
        """(N,) whether a face was found."""
        return ~np.isnan(self.widths)

    def distances(self, first: Sequence[Path], second: Sequence[Path]) -> NDArray[np.float64]:
        """L2 distance of each pair of pictures; infinite where a face was not found: a failure counts as a failure."""
        index = {path: number for number, path in enumerate(self.paths)}
        a = self.embeddings[[index[path] for path in first]]
        b = self.embeddings[[index[path] for path in second]]
        distances: NDArray[np.float64] = np.linalg.norm(a.astype(np.float64) - b, axis=1)
        return np.nan_to_num(distances, nan=np.inf)


Degrade = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""Makes a picture worse, to see what that does."""


def embed_pictures(
    paths: Iterable[Path],
    detector: FaceDetector,
    embedder: FaceEmbedder,
    *,
    degrade: Degrade | None = None,
    progress: Progress = silent,
) -> EmbeddedFaces:
    """Detect, align and embed the face of every distinct picture, exactly as serving does.

    Raises:
        MediaError: A picture cannot be read.
    """
    distinct = tuple(dict.fromkeys(paths))
    embeddings: list[NDArray[np.float32]] = []
    widths: list[float] = []
    sharp: list[float] = []
    for start in range(0, len(distinct), _BATCH):
        pictures = [open_media(Media(path=path)).frames[0].pixels for path in distinct[start : start + _BATCH]]
        if degrade is not None:
            pictures = [degrade(picture) for picture in pictures]
        chips: list[NDArray[np.uint8] | None] = []
        for picture, found in zip(pictures, detector.detect(pictures), strict=True):
            if not len(found):
                chips.append(None)
                widths.append(np.nan)
                sharp.append(np.nan)
                continue
            middle = np.array(picture.shape[1::-1]) / 2
            offset = np.linalg.norm((found.boxes[:, :2] + found.boxes[:, 2:]) / 2 - middle, axis=1)
            nearest = int(np.argmin(offset))
            chip = align(picture, found.points[nearest])
            chips.append(chip)
            widths.append(float(found.boxes[nearest, 2] - found.boxes[nearest, 0]))
            sharp.append(sharpness(chip))
        there = [chip for chip in chips if chip is not None]
        vectors = iter(embedder.embed(np.stack(there)) if there else ())
        embeddings.extend(np.zeros(0, np.float32) if chip is None else next(vectors) for chip in chips)
        progress("Embedding faces", min(start + _BATCH, len(distinct)), len(distinct))
    size = max((len(vector) for vector in embeddings), default=0)
    rows = [vector if len(vector) else np.full(size, np.nan, np.float32) for vector in embeddings]
    return EmbeddedFaces(distinct, np.array(rows, np.float32), np.array(widths), np.array(sharp))
