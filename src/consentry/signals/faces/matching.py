"""The faces of posts against the references of the one claim each post came with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from consentry.errors import ConsentryError
from consentry.records import Box, ErrorNote, FaceQuality
from consentry.runtime import ModelError, ModelFolder, RuntimeSettings
from consentry.signals.faces.bands import Calibration
from consentry.signals.faces.claims import Claim, ClaimFaces, FacePicture
from consentry.signals.faces.detection import Detections, FaceDetector, MtcnnDetector
from consentry.signals.faces.embedders import FaceEmbedder
from consentry.signals.faces.embedding import DlibEmbedder
from consentry.signals.faces.facenet import FacenetEmbedder
from consentry.signals.faces.medium import FoundFace, signal_of_medium
from consentry.signals.faces.quality import QualityFloor, assess_quality
from consentry.signals.faces.references import (
    STAGE,
    ReferencePhotoError,
    ReferenceTemplates,
    agreeing,
    reference_face,
)
from consentry.signals.faces.templates import Template, TemplateError, pool

_WIDE_ENOUGH = 150
"""A face of this many pixels or more fills what embedders see of it; more pixels add nothing."""
_AT_ONCE = 64
"""Faces that are cut out at a time: crowds in long videos would fill the memory."""


class FaceMatcher:
    """Detector and embedder, loaded once. Holds no face of anybody between calls.

    Args:
        folders: The model folders that they come from, the detector's first.
        detector: Finds the faces.
        embedder: Embeds them, and says what its distances mean.
        floor: Quality below which a face of a post is ``inconclusive``.
        reference_floor: Quality below which a reference photo is refused.
    """

    def __init__(
        self,
        folders: Sequence[ModelFolder],
        detector: FaceDetector,
        embedder: FaceEmbedder,
        floor: QualityFloor,
        reference_floor: QualityFloor,
    ) -> None:
        self.folders = tuple(folders)
        self.detector = detector
        self.embedder = embedder
        self.floor = floor
        self.reference_floor = reference_floor

    @classmethod
    def load(
        cls, settings: RuntimeSettings = RuntimeSettings(), root: Path | None = None, *, embedder: str = "dlib"
    ) -> FaceMatcher:
        """Load the model folder ``faces`` and an embedder.

        Args:
            settings: Where networks run.
            root: Another folder of models.
            embedder: ``dlib``, which ships, or the name of a model folder made by ``consentry models build facenet``
                or ``consentry train faces``.

        Raises:
            ModelError: A folder is missing, damaged or unfinished.
        """
        folder = ModelFolder.open("faces", root=root)
        try:
            quality = folder.manifest["thresholds"]["quality"]
        except KeyError as error:
            raise ModelError(
                f"The model {folder.id} has no thresholds yet.",
                "Finish it: consentry models build faces --pairs PAIRS.csv.",
            ) from error
        folders = [folder]
        chosen: FaceEmbedder
        if embedder == "dlib":
            chosen = DlibEmbedder(folder, settings)
        else:
            folders.append(ModelFolder.open(embedder, root=root))
            chosen = FacenetEmbedder(folders[-1], settings)
        return cls(
            folders,
            MtcnnDetector(folder, settings),
            chosen,
            QualityFloor(**quality["post"]),
            QualityFloor(**quality["reference"]),
        )

    @property
    def folder(self) -> ModelFolder:
        """The model folder of the detector."""
        return self.folders[0]

    @property
    def id(self) -> str:
        """Detector and embedder, for signals."""
        return f"{self.detector.id}+{self.embedder.id}"

    @property
    def calibration(self) -> Calibration:
        """Of the embedder.

        Raises:
            TemplateError: ``template.not_calibrated``.
        """
        if self.embedder.calibration is None:
            raise _not_calibrated(self.embedder)
        return self.embedder.calibration

    def reference_templates(self, photos: Sequence[FacePicture]) -> ReferenceTemplates:
        """Templates of the reference photos of one claim, for `consentry.signals.faces.enrolment`; photos of it alone.

        What is refused, and why, is known at once: no post is needed for it.
        """
        return self._reference_templates([photos])[0]

    def compare(self, claims: Sequence[Claim], *, evaluation: bool = False) -> list[ClaimFaces]:
        """Compare each claim's frames with its own references, all claims' pictures in common batches.

        Faces of posts without usable references are located but never embedded. Results of one claim do not depend
        on the others that come along.

        Args:
            claims: Any number.
            evaluation: Hand out distances as well. For measuring on benchmark sets only: from distances, templates
                can be recovered.
        """
        references = self._references(claims)
        faces = self._found([claim.frames for claim in claims], self.floor)
        pooled = [pool(found.templates) if found.templates else None for found in references]
        embedded = self._embedded(
            [
                (picture, face)
                for claim, found, reference in zip(claims, faces, pooled, strict=True)
                if reference is not None
                for picture, of_picture in zip(claim.frames, found, strict=True)
                for face in of_picture
                if face.quality.usable
            ]
        )
        templates = iter(embedded)
        results = []
        for claim, found, reference, used in zip(claims, faces, pooled, references, strict=True):
            if reference is not None:
                found = [[_with(face, templates) for face in of_picture] for of_picture in found]
            notes = list(used.refused)
            if reference is not None and self.embedder.calibration is None:
                notes.append(_not_calibrated(self.embedder).note(stage="faces"))
            results.append(self._result(claim, found, reference, len(used.templates), notes, evaluation=evaluation))
        return results

    def _result(
        self,
        claim: Claim,
        found: Sequence[Sequence[FoundFace]],
        reference: Template | None,
        used: int,
        notes: Sequence[ErrorNote],
        *,
        evaluation: bool,
    ) -> ClaimFaces:
        media: dict[str, list[FoundFace]] = {}
        frames: dict[str, int] = {}
        for picture, of_picture in zip(claim.frames, found, strict=True):
            number = frames[picture.media_id] = frames.get(picture.media_id, -1) + 1
            media.setdefault(picture.media_id, []).extend(replace(face, frame=number) for face in of_picture)
        signals = [
            signal_of_medium(media_id, self.id, faces, reference, self.embedder.calibration)
            for media_id, faces in media.items()
        ]
        return ClaimFaces(
            tuple(signal for signal, _ in signals),
            used,
            tuple(notes),
            tuple(distances for _, distances in signals) if evaluation else (),
        )

    def _references(self, claims: Sequence[Claim]) -> list[ReferenceTemplates]:
        made = self._reference_templates([claim.references for claim in claims])
        return [
            self._enrolled(claim.enrolled) if claim.enrolled else of_photos
            for claim, of_photos in zip(claims, made, strict=True)
        ]

    def _enrolled(self, templates: tuple[Template, ...]) -> ReferenceTemplates:
        others = sorted({template.embedder for template in templates} - {self.embedder.id})
        if others:
            error = TemplateError(
                f"The references were enrolled with {', '.join(others)}; {self.embedder.id} is in use.",
                "Enrol the reference photos again with the embedder that is in use.",
            )
            return ReferenceTemplates(refused=(error.note(stage=STAGE),))
        return ReferenceTemplates(templates)

    def _reference_templates(self, groups: Sequence[Sequence[FacePicture]]) -> list[ReferenceTemplates]:
        faces = self._found(groups, self.reference_floor)
        chosen: list[list[tuple[int, FacePicture, FoundFace]]] = []
        refused: list[list[ErrorNote]] = []
        for photos, found in zip(groups, faces, strict=True):
            chosen.append([])
            refused.append([])
            for number, (photo, of_photo) in enumerate(zip(photos, found, strict=True), 1):
                try:
                    index = reference_face(photo.media_id, [face.quality for face in of_photo], self.reference_floor)
                    chosen[-1].append((number, photo, of_photo[index]))
                except ReferencePhotoError as error:
                    refused[-1].append(error.note(stage=STAGE, media_id=photo.media_id))
        templates = iter(self._embedded([(photo, face) for of_claim in chosen for _, photo, face in of_claim]))
        return [
            agreeing(
                ReferenceTemplates(
                    tuple(islice(templates, len(of_claim))),
                    tuple(photo.media_id for _, photo, _ in of_claim),
                    tuple(notes),
                ),
                [number for number, _, _ in of_claim],
                self.embedder.calibration,
            )
            for of_claim, notes in zip(chosen, refused, strict=True)
        ]

    def _found(self, groups: Sequence[Sequence[FacePicture]], floor: QualityFloor) -> list[list[list[FoundFace]]]:
        """Faces of every picture of every group, judged."""
        pictures = [picture for group in groups for picture in group]
        detections = iter(self.detector.detect([picture.pixels for picture in pictures]))
        return [[_judge(picture, next(detections), floor) for picture in group] for group in groups]

    def _embedded(self, faces: Sequence[tuple[FacePicture, FoundFace]]) -> list[Template]:
        templates: list[Template] = []
        for start in range(0, len(faces), _AT_ONCE):
            some = faces[start : start + _AT_ONCE]
            crops = np.stack([self.embedder.crop(picture.pixels, face.box, face.points) for picture, face in some])
            templates += [
                Template(self.embedder.id, embedding.copy(), _weight(face.quality))
                for embedding, (_, face) in zip(self.embedder.embed(crops), some, strict=True)
            ]
        return templates


def _with(face: FoundFace, templates: Iterator[Template]) -> FoundFace:
    return replace(face, template=next(templates)) if face.quality.usable else face


def _weight(quality: FaceQuality) -> float:
    """How much a face counts among others of the same person: its width, up to what an embedder can use."""
    return max(1, min(quality.width_pixels, _WIDE_ENOUGH)) / _WIDE_ENOUGH


def _judge(picture: FacePicture, found: Detections, floor: QualityFloor) -> list[FoundFace]:
    faces = []
    for index, (box, points, probability) in enumerate(
        zip(found.boxes, found.points, found.probabilities, strict=True)
    ):
        quality = assess_quality(picture.pixels, found, index, picture.scale, floor)
        faces.append(
            FoundFace(0, picture.second, box, _place(box, picture.pixels), points, float(probability), quality)
        )
    return faces


def _place(box: NDArray[np.float32], pixels: NDArray[np.uint8]) -> Box:
    height, width = pixels.shape[:2]
    left, top, right, bottom = (
        round(min(max(float(value) / size, 0.0), 1.0), 4)
        for value, size in zip(box, (width, height, width, height), strict=True)
    )
    return left, top, right, bottom


def _not_calibrated(embedder: FaceEmbedder) -> ConsentryError:
    return TemplateError(
        f"Nobody has measured what distances of {embedder.id} mean: nothing is said about who is in the media.",
        "Calibrate it on pairs of pictures: consentry models build facenet --pairs PAIRS.csv.",
        code="template.not_calibrated",
    )
