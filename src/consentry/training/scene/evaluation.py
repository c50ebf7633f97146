"""How good a scene model is on a manifest, measured on what ships: the graph, by the serving runtime.

Runs on the core install; nothing of the training is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consentry.runtime import RuntimeSettings
from consentry.signals.scene import SceneScorer
from consentry.signals.scene.scorer import HEADS, SceneHead
from consentry.training.data.evaluation_manifest import read_evaluation_manifest
from consentry.training.data.manifest import Columns
from consentry.training.data.pictures import Skipped, refuse_too_many
from consentry.training.errors import TrainingError
from consentry.training.measures.metrics import Scores, Truth
from consentry.training.measures.operating_points import OperatingPoint, observed, operating_points, points_of_model
from consentry.training.progress import Progress, silent
from consentry.training.scene.classes import ClassFigures, classes_of
from consentry.training.scene.figures import crowd_figures, figures_of
from consentry.training.scene.predictions import (
    ScenePrediction,
    groups_of,
    logits_of,
    predict,
    probabilities_of,
    truth_of,
)
from consentry.training.scene.slices import Slicing, head_counts, slicings


@dataclass(frozen=True)
class SceneEvaluation:
    """What came of an evaluation.

    Attributes:
        model: Its id.
        model_sha256: Digest of its ``model.json``.
        figures: By head, the figures that `figures_of` describes.
        crowd: The figures that `crowd_figures` describes; ``None`` if there is nothing to measure.
        slicings: How the rows were cut.
        slices: By slicing, by slice, by head.
        classes: By the manifest's own classes, the worst first; empty if it has no column ``fine`` or ``label``.
        operating_points: By head, the guaranteed thresholds and what they give here.
        predictions: One for every row that could be read.
        skipped: The rows that could not.
        scorer: The model.
    """

    model: str
    model_sha256: str
    manifest: str
    manifest_sha256: str
    split: str | None
    figures: Mapping[SceneHead, Mapping[str, Any]]
    crowd: Mapping[str, Any] | None
    slicings: tuple[Slicing, ...]
    slices: Mapping[str, Mapping[str, Mapping[SceneHead, Mapping[str, Any]]]]
    classes: tuple[ClassFigures, ...]
    operating_points: Mapping[SceneHead, Sequence[Mapping[str, Any]]]
    predictions: tuple[ScenePrediction, ...] = field(repr=False)
    skipped: tuple[Skipped, ...]
    scorer: SceneScorer = field(repr=False)

    def truth(self, head: SceneHead) -> Truth:
        """Whether each row that could be read is a positive of the head."""
        return truth_of(self.predictions, head)

    def probabilities(self, head: SceneHead) -> Scores:
        """The calibrated probability of each row that could be read."""
        return probabilities_of(self.predictions, head)

    def logits(self, head: SceneHead) -> Scores:
        """The logit of each row that could be read."""
        return logits_of(self.predictions, head)

    def groups(self) -> list[str]:
        """What each row that could be read is drawn with in a bootstrap."""
        return groups_of(self.predictions)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of ``consentry evaluate scene``; figures that are undefined are null."""
        return {
            "model": self.model,
            "model_sha256": self.model_sha256,
            "manifest": self.manifest,
            "manifest_sha256": self.manifest_sha256,
            "split": self.split,
            "rows": len(self.predictions) + len(self.skipped),
            "skipped": [{"path": item.name, "code": item.code, "reason": item.reason} for item in self.skipped],
            **{head: dict(self.figures[head]) for head in HEADS},
            "crowd": None if self.crowd is None else dict(self.crowd),
            "operating_points": {head: [dict(point) for point in self.operating_points[head]] for head in HEADS},
            "slices": {
                name: {value: {head: dict(by_head[head]) for head in HEADS} for value, by_head in values.items()}
                for name, values in self.slices.items()
            },
            "slices_made_from": {slicing.name: slicing.how for slicing in self.slicings},
            "classes": [found.as_dict() for found in self.classes],
        }


def evaluate_scene(
    manifest: Path,
    *,
    split: str | None = None,
    columns: Columns | None = None,
    label_map: Mapping[str, str] | None = None,
    settings: RuntimeSettings | None = None,
    root: Path | None = None,
    broken_share: float = 0.05,
    bootstrap: int = 1000,
    seed: int = 0,
    guarantees: Mapping[SceneHead, Sequence[OperatingPoint]] | None = None,
    progress: Progress = silent,
) -> SceneEvaluation:
    """Evaluate the scene model on a manifest.

    Args:
        manifest: CSV, JSON lines or Parquet with the columns ``path`` and ``context`` at least; contexts other than
            ``private`` and ``public_event`` count as neither.
        split: The split to look at; all rows if ``None``.
        columns: What the columns are called.
        label_map: From the manifest's words to ours.
        settings: Where the model runs.
        root: The folder of models; the one that came with Consentry by default.
        broken_share: The largest share of unreadable pictures that is put up with.
        bootstrap: Repetitions for the intervals. Rows of one group are drawn together.
        seed: Of the bootstrap.
        guarantees: Operating points to check, by head; those that the model carries by default.
        progress: Told of every batch.

    Raises:
        TrainingError: The manifest is no good, or too many pictures cannot be read.
        ModelError: The model is missing or damaged.
    """
    described = read_evaluation_manifest(manifest, columns=columns or Columns(), label_map=label_map)
    rows = described.rows if split is None else described.split(split)
    scorer = SceneScorer.load(settings, root)
    found, skipped = predict(rows, scorer, progress=progress)
    refuse_too_many(skipped, len(rows), share=broken_share)
    if not found:
        raise TrainingError(f"No picture of {manifest} could be read.", "Check its paths.", code="training.pictures")
    cuts = slicings(
        [prediction.row for prediction in found],
        [prediction.output for prediction in found],
        [prediction.measured for prediction in found],
        side=int(scorer.folder.manifest["preprocessing"]["side"]),
    )
    points = points_of_model(scorer.folder.manifest) if guarantees is None else guarantees
    return SceneEvaluation(
        model=scorer.model_id,
        model_sha256=scorer.folder.digest,
        manifest=manifest.name,
        manifest_sha256=described.digest,
        split=split,
        figures=_figures(found, scorer, bootstrap=bootstrap, seed=seed),
        crowd=crowd_figures(
            head_counts([prediction.row for prediction in found]),
            [prediction.output.crowd for prediction in found],
            groups=groups_of(found),
            bootstrap=bootstrap,
            seed=seed,
        ),
        slicings=cuts,
        slices={
            cut.name: {
                value: _figures([found[index] for index in indices], scorer, bootstrap=bootstrap, seed=seed)
                for value, indices in cut.rows().items()
            }
            for cut in cuts
        },
        classes=classes_of(
            [prediction.row for prediction in found],
            {head: probabilities_of(found, head) for head in HEADS},
            {head: truth_of(found, head) for head in HEADS},
            {head: scorer.calibrations[head] for head in HEADS},
        ),
        operating_points={
            head: [
                {**point.as_dict(), "observed": observed(point, truth_of(found, head), probabilities_of(found, head))}
                for point in points.get(head, ())
            ]
            for head in HEADS
        },
        predictions=tuple(found),
        skipped=tuple(skipped),
        scorer=scorer,
    )


def set_guarantees(
    manifest: Path,
    *,
    split: str | None,
    columns: Columns | None = None,
    label_map: Mapping[str, str] | None = None,
    settings: RuntimeSettings | None = None,
    root: Path | None = None,
    progress: Progress = silent,
) -> dict[SceneHead, list[OperatingPoint]] | None:
    """Set guaranteed thresholds on one split of a manifest, for `evaluate_scene` to check on another.

    Args:
        manifest: See `evaluate_scene`.
        split: Of pictures that the model was not trained on; without one there is nothing to set them on.
        columns: See `evaluate_scene`.
        label_map: See `evaluate_scene`.
        settings: Where the model runs.
        root: The folder of models.
        progress: Told of every batch.

    Returns:
        Operating points by head; ``None`` without a split.

    Raises:
        TrainingError: The manifest is no good or has no such split.
        ModelError: The model is missing or damaged.
    """
    if split is None:
        return None
    rows = read_evaluation_manifest(manifest, columns=columns, label_map=label_map).split(split)
    found, _ = predict(rows, SceneScorer.load(settings, root), progress=progress)
    groups = groups_of(found)
    return {
        head: operating_points(truth_of(found, head), probabilities_of(found, head), groups=groups) for head in HEADS
    }


def _figures(
    predictions: Sequence[ScenePrediction], scorer: SceneScorer, *, bootstrap: int, seed: int
) -> dict[SceneHead, dict[str, Any]]:
    groups = groups_of(predictions)
    return {
        head: figures_of(
            truth_of(predictions, head),
            probabilities_of(predictions, head),
            logits_of(predictions, head),
            scorer.calibrations[head],
            groups=groups,
            bootstrap=bootstrap,
            seed=seed,
        )
        for head in HEADS
    }
