"""Pairs of face pictures: reading them, finding and embedding the face of each, distances."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.media import MediaError, open_media
from consentry.records import FaceQuality, Media
from consentry.signals.faces.detection import Detections, FaceDetector
from consentry.signals.faces.embedding import FaceEmbedder
from consentry.signals.faces.quality import QualityFloor, assess_quality
from consentry.training.data.files import read_records, require_columns
from consentry.training.errors import TrainingError
from consentry.training.progress import Progress, silent

_BATCH = 64
_ANY: Final = QualityFloor(width_pixels=0, sharpness=0.0)
_COLUMNS: Final = ("same", "path_a", "path_b")


@dataclass(frozen=True)
class FacePair:
    """Two pictures, and whether they show one person.

    Attributes:
        split: Empty if the file has none.
        columns: Whatever else the file says of the pair: ``fold``, ``identity_a``, ``group_a`` and so on.
    """

    same: bool
    path_a: Path
    path_b: Path
    split: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


_SAME: Final = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "same", "genuine"), True),
    **dict.fromkeys(("0", "0.0", "-1", "false", "no", "different", "impostor"), False),
}


def read_pairs(path: Path, *, images: Path | None = None, columns: Mapping[str, str] | None = None) -> list[FacePair]:
    """Read a table with the columns ``same``, ``path_a``, ``path_b`` and, if there are splits, ``split``.

    Args:
        path: CSV (commas, semicolons, tabs or bars), JSON lines or Parquet.
        images: The folder that paths are relative to; that of the file by default.
        columns: From our names of columns to those of the file.

    Raises:
        TrainingError: ``training.manifest`` if the file or a column is missing, a path is empty, or ``same`` is not 1
            or 0.
    """
    if not path.is_file():
        raise TrainingError(
            f"There is no file or folder {str(path)!r}.",
            "Give a folder with a folder of pictures for each person, or a table of pairs.",
            code="training.manifest",
        )
    records = read_records(path, _COLUMNS, renamed=columns)
    require_columns(path, records, _COLUMNS)
    folder = path.parent if images is None else images
    pairs = []
    for number, record in enumerate(records, 1):
        same = _SAME.get(record["same"].casefold())
        if same is None or not record["path_a"] or not record["path_b"]:
            said = "a path is empty" if same is not None else f"same is {record['same']!r}"
            raise TrainingError(
                f"{path}, row {number}: {said}.",
                "Write 1 (one person) or 0 (two persons), and two paths, in every row.",
                code="training.manifest",
            )
        pairs.append(
            FacePair(same, folder / record["path_a"], folder / record["path_b"], record.get("split", ""), record)
        )
    return pairs


@dataclass(frozen=True)
class EmbeddedFaces:
    """The face nearest the middle of each picture, as benchmark sets of cropped portraits mean it.

    Attributes:
        embeddings: (N, D); rows of pictures without a face are NaN.
        widths: (N,) width of the face box in pixels; NaN without a face.
        sharpness: (N,) see `consentry.signals.faces.quality`; NaN without a face.
        boxes: (N, 4) left, top, right, bottom as shares of the picture's width and height; NaN without a face.
        usable: (N,) whether the face is good enough for posts; false without a face.
        qualities: N; ``None`` without a face.
    """

    paths: tuple[Path, ...]
    embeddings: NDArray[np.float32]
    widths: NDArray[np.float64]
    sharpness: NDArray[np.float64]
    boxes: NDArray[np.float64] | None = None
    usable: NDArray[np.bool_] | None = None
    qualities: tuple[FaceQuality | None, ...] = ()

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


Unreadable = Callable[[Path, MediaError], None]
"""Told of every picture that cannot be read."""


def embed_pictures(
    paths: Iterable[Path],
    detector: FaceDetector,
    embedder: FaceEmbedder,
    *,
    degrade: Degrade | None = None,
    floor: QualityFloor | None = None,
    unreadable: Unreadable | None = None,
    progress: Progress = silent,
) -> EmbeddedFaces:
    """Detect, align and embed the face of every distinct picture, exactly as serving does.

    Args:
        paths: Of pictures; each is read once, however often it is named.
        detector: As served.
        embedder: As served.
        degrade: Applied to each picture first.
        floor: What a face has to reach to be usable; every face is, by default.
        unreadable: Told of pictures that cannot be read, which then count as pictures without a face.
        progress: Told of every batch.

    Raises:
        MediaError: A picture cannot be read, and nobody asked to be told.
    """
    distinct = tuple(dict.fromkeys(paths))
    count = len(distinct)
    embeddings: NDArray[np.float32] | None = None
    widths, sharp, boxes = np.full(count, np.nan), np.full(count, np.nan), np.full((count, 4), np.nan)
    usable = np.zeros(count, np.bool_)
    qualities: list[FaceQuality | None] = [None] * count
    for start in range(0, count, _BATCH):
        rows, pictures, scales = _read(distinct, start, degrade, unreadable)
        crops, faces = [], []
        for row, picture, scale, found in zip(rows, pictures, scales, detector.detect(pictures), strict=True):
            if not len(found):
                continue
            nearest = nearest_the_middle(found, picture)
            box = found.boxes[nearest]
            quality = assess_quality(picture, found, nearest, scale, floor or _ANY)
            crops.append(embedder.crop(picture, box, found.points[nearest]))
            faces.append(row)
            widths[row] = box[2] - box[0]
            sharp[row] = quality.sharpness
            boxes[row] = box / np.tile(picture.shape[1::-1], 2)
            usable[row] = quality.usable
            qualities[row] = quality
        if crops:
            vectors = embedder.embed(np.stack(crops))
            if embeddings is None:
                embeddings = np.full((count, vectors.shape[1]), np.nan, np.float32)
            embeddings[faces] = vectors
        progress("Finding and embedding faces", min(start + _BATCH, count), count)
    nothing = np.full((count, 0), np.nan, np.float32)
    return EmbeddedFaces(
        distinct, nothing if embeddings is None else embeddings, widths, sharp, boxes, usable, tuple(qualities)
    )


def nearest_the_middle(found: Detections, picture: NDArray[np.uint8]) -> int:
    """Which of the faces is the one that a portrait is of."""
    middle = np.array(picture.shape[1::-1]) / 2
    offset = np.linalg.norm((found.boxes[:, :2] + found.boxes[:, 2:]) / 2 - middle, axis=1)
    return int(np.argmin(offset))


def _read(
    paths: Sequence[Path], start: int, degrade: Degrade | None, unreadable: Unreadable | None
) -> tuple[list[int], list[NDArray[np.uint8]], list[float]]:
    """Row numbers, pixels and scales of the pictures of one batch that can be read."""
    rows, pictures, scales = [], [], []
    for row in range(start, min(start + _BATCH, len(paths))):
        try:
            opened = open_media(Media(path=paths[row]))
        except MediaError as error:
            if unreadable is None:
                raise
            unreadable(paths[row], error)
            continue
        pixels = opened.frames[0].pixels
        rows.append(row)
        pictures.append(pixels if degrade is None else degrade(pixels))
        scales.append(opened.scale)
    return rows, pictures, scales
