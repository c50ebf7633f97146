"""Face detection by MTCNN: three exported networks and the arithmetic between them, over batches of any sizes.

Follows ``facenet_pytorch.models.utils.detect_face`` (2.5.3); the tests hold the boxes against it. Unlike there, all
scales of a picture go through the first network at once (`pyramid`), pictures of unlike sizes share the later calls,
and nothing found is an empty result, never ``None``.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from consentry.runtime import ModelFolder, Network, RuntimeSettings, load_network
from consentry.signals.faces.boxes import Boxes, pixel_boxes, refine, squared, suppress
from consentry.signals.faces.pyramid import STRIDE, WINDOW, Layout, paint, plan_layout, windows
from consentry.signals.faces.resampling import Integral, integral_image, resample_boxes

PROPOSAL, REFINEMENT, OUTPUT = 0.6, 0.7, 0.7
"""Thresholds on the three networks' probabilities; facenet-pytorch's defaults."""


@dataclass(frozen=True)
class Detections:
    """The faces of one picture, surest first.

    Attributes:
        boxes: (N, 4) float32, left, top, right, bottom in pixels; may reach beyond the picture.
        points: (N, 5, 2) float32, x and y of left eye, right eye, nose, left and right corner of the mouth (left and
            right as the viewer sees them).
        probabilities: (N,) float32, the detector's own.
    """

    boxes: Boxes
    points: NDArray[np.float32]
    probabilities: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.boxes)


class FaceDetector(Protocol):
    """Finds faces in pictures."""

    @property
    def id(self) -> str:
        """Name and version, for signals."""
        ...

    def detect(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """Faces of each picture, (H, W, 3) uint8 RGB of any sizes."""
        ...


_PIXELS_AT_ONCE: Final = 16_000_000
"""Pyramids take about 40 bytes a pixel; a film of ten minutes is 350 million pixels."""


class MtcnnDetector:
    """MTCNN on the serving runtime.

    Args:
        folder: The model folder ``faces``.
        settings: Where it runs.
        smallest_face: Faces narrower than this many pixels are not looked for.
    """

    def __init__(self, folder: ModelFolder, settings: RuntimeSettings, *, smallest_face: int = 20) -> None:
        self.id = f"mtcnn@{folder.version}"
        self._smallest = smallest_face
        self._proposal: Network = load_network(folder.file("proposal"), settings)
        # One row of these is far too little work for a call of its own.
        self._refinement: Network = load_network(folder.file("refinement"), settings, rows=64)
        self._output: Network = load_network(folder.file("output"), settings, rows=16)
        # Between the networks every picture is worked on for itself, and numpy lets go of the interpreter meanwhile.
        self._threads = ThreadPoolExecutor(settings.resolved_threads(), thread_name_prefix="consentry-detect")

    def detect(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """Faces of each picture; the same whatever other pictures come along."""
        found: list[Detections] = []
        start = pixels = 0
        for end, picture in enumerate(pictures, 1):
            pixels += picture.shape[0] * picture.shape[1]
            if pixels >= _PIXELS_AT_ONCE or end == len(pictures):
                found += self._detect(pictures[start:end])
                start, pixels = end, 0
        return found

    def _detect(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        sums = list(self._threads.map(integral_image, pictures))
        boxes = self._proposals(sums)
        boxes, _ = self._refined(sums, boxes)
        return self._faces(sums, boxes)

    def _proposals(self, sums: Sequence[Integral]) -> list[Boxes]:
        """First stage: windows of the pyramid that may hold a face."""
        layouts = [plan_layout(s.shape[1] - 1, s.shape[0] - 1, self._smallest) for s in sums]
        found: list[Boxes] = [np.zeros((0, 4), np.float32) for _ in sums]
        by_shape: dict[tuple[int, int], list[int]] = {}
        for index, layout in enumerate(layouts):
            if layout.levels:
                by_shape.setdefault((layout.height, layout.width), []).append(index)
        for indices in by_shape.values():
            of_shape = [layouts[i] for i in indices]
            canvases = np.stack(list(self._threads.map(paint, of_shape, [sums[i] for i in indices])))
            for i, boxes in zip(
                indices, self._threads.map(_candidates, of_shape, *self._proposal(canvases)), strict=True
            ):
                found[i] = boxes
        return found

    def _refined(self, sums: Sequence[Integral], boxes: list[Boxes]) -> tuple[list[Boxes], list[NDArray[np.float32]]]:
        """Second stage: windows that the refinement network believes in, moved and squared."""
        crops, kept = self._crops(sums, boxes, 24)
        regression, probability = self._refinement(crops)
        results, scores = [], []
        for found, (r, p) in zip(kept, _split((regression, probability), kept), strict=True):
            passed = p > REFINEMENT
            found, r, p = found[passed], r[passed], p[passed]
            pick = suppress(found, p, 0.7)
            results.append(squared(refine(found[pick], r[pick], extent=1.0)))
            scores.append(p[pick])
        return results, scores

    def _faces(self, sums: Sequence[Integral], boxes: list[Boxes]) -> list[Detections]:
        """Third stage: final boxes with five points each."""
        crops, kept = self._crops(sums, boxes, 48)
        outputs = self._output(crops)
        results = []
        for found, (r, where, p) in zip(kept, _split(outputs, kept), strict=True):
            passed = p > OUTPUT
            found, r, where, p = found[passed], r[passed], where[passed], p[passed]
            sides = found[:, 2:] - found[:, :2] + 1.0
            x = sides[:, :1] * where[:, :5] + found[:, :1] - 1.0
            y = sides[:, 1:] * where[:, 5:] + found[:, 1:2] - 1.0
            refined = refine(found, r, extent=1.0)
            pick = suppress(refined, p, 0.7, overlap="smaller", extent=1.0)
            points = np.stack([x, y], axis=2).astype(np.float32)
            results.append(Detections(refined[pick], points[pick], p[pick]))
        return results

    def _crops(
        self, sums: Sequence[Integral], boxes: list[Boxes], side: int
    ) -> tuple[NDArray[np.float32], list[Boxes]]:
        """All pictures' boxes as one batch of windows, and the boxes that have pixels at all."""
        found = list(self._threads.map(_windows_of, sums, boxes, [side] * len(sums)))
        return np.concatenate([crops for crops, _ in found]), [kept for _, kept in found]


def _candidates(layout: Layout, regression: NDArray[np.float32], probability: NDArray[np.float32]) -> Boxes:
    """Boxes of all windows above the threshold, suppressed within and across scales, moved and squared.

    Args:
        layout: The canvas that the network saw.
        regression: (4, rows, columns).
        probability: (rows, columns).
    """
    boxes, scores, moves, of_level = [], [], [], []
    for number, level in enumerate(layout.levels):
        p = windows(level, probability)
        rows, columns = np.nonzero(p >= PROPOSAL)
        cell = np.stack([columns, rows], axis=1).astype(np.float32)
        near = np.floor((STRIDE * cell + 1) / np.float32(level.scale))
        far = np.floor((STRIDE * cell + WINDOW) / np.float32(level.scale))
        boxes.append(np.concatenate([near, far], axis=1))
        scores.append(p[rows, columns])
        moves.append(windows(level, regression)[:, rows, columns].T)
        of_level.append(np.full(len(rows), number))
    box, score, move, level_of = (np.concatenate(part) for part in (boxes, scores, moves, of_level))
    # Within the scales, all of them at once: moved apart, boxes of two scales cannot overlap. (They are whole numbers
    # far below 2^24, so nothing is rounded.)
    apart = np.float32(np.ceil(box.max(initial=0.0)) + 1.0) * level_of.astype(np.float32)
    pick = suppress(box + apart[:, None], score, 0.5)
    pick = pick[np.argsort(level_of[pick], kind="stable")]
    box, score, move = box[pick], score[pick], move[pick]
    pick = suppress(box, score, 0.7)
    return squared(refine(box[pick], move[pick], extent=0.0))


def _windows_of(sums: Integral, boxes: Boxes, side: int) -> tuple[NDArray[np.float32], Boxes]:
    """One picture's boxes as windows, and the boxes that have pixels at all."""
    whole, valid = pixel_boxes(boxes, sums.shape[1] - 1, sums.shape[0] - 1)
    return resample_boxes(sums, whole[valid], side, side), boxes[valid]


def _split(outputs: tuple[NDArray[np.generic], ...], kept: list[Boxes]) -> list[tuple[NDArray[np.float32], ...]]:
    """The outputs of a common batch, picture by picture."""
    ends = np.cumsum([len(found) for found in kept])[:-1]
    return list(zip(*(np.split(output.astype(np.float32, copy=False), ends) for output in outputs), strict=True))
