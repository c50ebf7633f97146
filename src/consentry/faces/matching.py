"""The faces of posts against the reference photos of the one claim each post came with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from consentry.faces.alignment import CHIP_SIZE, align
from consentry.faces.bands import Calibration, band_of_medium
from consentry.faces.detection import Detections, FaceDetector, MtcnnDetector
from consentry.faces.embedding import DlibEmbedder, FaceEmbedder
from consentry.faces.quality import QualityFloor, assess_quality
from consentry.faces.references import ReferencePhotoError, reference_face
from consentry.records import ErrorNote, Face, FaceQuality, FaceSignal
from consentry.runtime import ModelFolder, RuntimeSettings


@dataclass(frozen=True)
class FacePicture:
    """One frame, as decoded.

    Attributes:
        media_id: The medium that it belongs to.
        pixels: (H, W, 3) uint8 RGB.
        scale: Decoded pixels per published pixel.
        second: Its place in a video.
    """

    media_id: str
    pixels: NDArray[np.uint8]
    scale: float = 1.0
    second: float | None = None


@dataclass(frozen=True)
class Claim:
    """One post's frames, and the reference photos of its own report."""

    frames: tuple[FacePicture, ...]
    references: tuple[FacePicture, ...] = ()


@dataclass(frozen=True)
class ClaimFaces:
    """What came of one claim.

    Attributes:
        signals: One for every medium that has frames, in order of appearance.
        references_used: How many reference photos were good enough.
        refused: Why the others were not.
    """

    signals: tuple[FaceSignal, ...]
    references_used: int
    refused: tuple[ErrorNote, ...]


@dataclass(frozen=True)
class _Found:
    """A detected face with what is known of it before it is compared."""

    box: NDArray[np.float32]
    probability: float
    chip: NDArray[np.uint8]
    quality: FaceQuality


class FaceMatcher:
    """Detector, embedder and calibration, loaded once. Holds no face of anybody between calls.

    Args:
        folder: The model folder that all of them come from.
        detector: Finds the faces.
        embedder: Embeds them.
        calibration: Distance to probability and band; belongs to this embedder.
        floor: Quality below which a face of a post is ``inconclusive``.
        reference_floor: Quality below which a reference photo is refused.
    """

    def __init__(
        self,
        folder: ModelFolder,
        detector: FaceDetector,
        embedder: FaceEmbedder,
        calibration: Calibration,
        floor: QualityFloor,
        reference_floor: QualityFloor,
    ) -> None:
        self.folder = folder
        self.detector = detector
        self.embedder = embedder
        self.calibration = calibration
        self.floor = floor
        self.reference_floor = reference_floor

    @classmethod
    def load(cls, settings: RuntimeSettings = RuntimeSettings(), root: Path | None = None) -> FaceMatcher:
        """Load the model folder ``faces``.

        Raises:
            ModelError: It is missing or damaged.
        """
        folder = ModelFolder.open("faces", root=root)
        quality = folder.manifest["thresholds"]["quality"]
        return cls(
            folder,
            MtcnnDetector(folder, settings),
            DlibEmbedder(folder, settings),
            Calibration.from_manifest(folder.manifest),
            QualityFloor(**quality["post"]),
            QualityFloor(**quality["reference"]),
        )

    @property
    def id(self) -> str:
        """Detector and embedder, for signals."""
        return f"{self.detector.id}+{self.embedder.id}"

    def compare(self, claims: Sequence[Claim]) -> list[ClaimFaces]:
        """Compare each claim's frames with its own references, all claims' pictures in common batches.

        Faces of posts without usable references are located but never embedded. Results of one claim do not depend
        on the others that come along.
        """
        references = self._found([claim.references for claim in claims], self.reference_floor)
        chosen = [self._references(claim, found) for claim, found in zip(claims, references, strict=True)]
        frames = self._found([claim.frames for claim in claims], self.floor)
        wanted = [[face.chip for face in faces] for faces, _ in chosen]
        wanted += [
            [face.chip for found in frame_faces for face in found] if faces else []
            for frame_faces, (faces, _) in zip(frames, chosen, strict=True)
        ]
        embedded = self._embed(wanted)
        templates, others = embedded[: len(claims)], embedded[len(claims) :]
        results = []
        for claim, found, template, other, (used, refused) in zip(
            claims, frames, templates, others, chosen, strict=True
        ):
            distances = _distances(other, template) if used else None
            results.append(ClaimFaces(self._signals(claim, found, distances), len(used), refused))
        return results

    def _found(self, groups: Sequence[Sequence[FacePicture]], floor: QualityFloor) -> list[list[list[_Found]]]:
        """Faces of every picture of every group, aligned and judged."""
        pictures = [picture for group in groups for picture in group]
        detections = iter(self.detector.detect([picture.pixels for picture in pictures]))
        return [[_judge(picture, next(detections), floor) for picture in group] for group in groups]

    def _references(
        self, claim: Claim, found: Sequence[Sequence[_Found]]
    ) -> tuple[list[_Found], tuple[ErrorNote, ...]]:
        used, refused = [], []
        for picture, faces in zip(claim.references, found, strict=True):
            try:
                qualities = [face.quality for face in faces]
                used.append(faces[reference_face(picture.media_id, qualities, self.reference_floor)])
            except ReferencePhotoError as error:
                refused.append(error.note(stage="references", media_id=picture.media_id))
        return used, tuple(refused)

    def _embed(self, groups: Sequence[Sequence[NDArray[np.uint8]]]) -> list[NDArray[np.float32]]:
        chips = [chip for group in groups for chip in group]
        stacked = np.stack(chips) if chips else np.zeros((0, CHIP_SIZE, CHIP_SIZE, 3), np.uint8)
        embeddings = self.embedder.embed(stacked)
        ends = np.cumsum([len(group) for group in groups], dtype=np.intp)
        return [embeddings[end - len(group) : end] for group, end in zip(groups, ends, strict=True)]

    def _signals(
        self, claim: Claim, found: Sequence[Sequence[_Found]], distances: NDArray[np.float32] | None
    ) -> tuple[FaceSignal, ...]:
        by_medium: dict[str, list[tuple[float, Face]]] = {}
        index = 0
        for picture, faces in zip(claim.frames, found, strict=True):
            entries = by_medium.setdefault(picture.media_id, [])
            for face in faces:
                distance = float(distances[index]) if distances is not None else 0.0
                entries.append((distance, self._face(picture, face, None if distances is None else distance)))
                index += 1
        return tuple(
            self._signal(
                media_id,
                [face for _, face in sorted(entries, key=lambda entry: entry[0])],
                compared=distances is not None,
            )
            for media_id, entries in by_medium.items()
        )

    def _face(self, picture: FacePicture, face: _Found, distance: float | None) -> Face:
        height, width = picture.pixels.shape[:2]
        left, top, right, bottom = (
            round(min(max(float(value) / size, 0.0), 1.0), 4)
            for value, size in zip(face.box, (width, height, width, height), strict=True)
        )
        return Face(
            box=(left, top, right, bottom),
            second=picture.second,
            detection_probability=round(min(face.probability, 1.0), 4),
            quality=face.quality,
            band=None if distance is None else self.calibration.band(distance, face.quality),
            match_probability=None if distance is None else self.calibration.probability(distance),
        )

    def _signal(self, media_id: str, faces: list[Face], *, compared: bool) -> FaceSignal:
        if not compared:
            return FaceSignal(media_id=media_id, model=self.id, faces=tuple(faces))
        band = band_of_medium([face.band for face in faces if face.band is not None])
        best = next((face for face in faces if face.band == band), None)
        return FaceSignal(
            media_id=media_id,
            model=self.id,
            band=band,
            match_probability=best.match_probability if best else None,
            faces=tuple(faces),
        )


def _judge(picture: FacePicture, found: Detections, floor: QualityFloor) -> list[_Found]:
    faces = []
    for box, points, probability in zip(found.boxes, found.points, found.probabilities, strict=True):
        chip = align(picture.pixels, points)
        faces.append(_Found(box, float(probability), chip, assess_quality(box, chip, picture.scale, floor)))
    return faces


def _distances(faces: NDArray[np.float32], templates: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean L2 distance of each face (N, D) to all templates of the claim (K, D): (N,)."""
    differences = faces[:, None, :] - templates[None, :, :]
    distances: NDArray[np.float32] = np.sqrt((differences**2).sum(axis=2)).mean(axis=1)
    return distances
