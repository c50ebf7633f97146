"""How good a scene model is on a manifest, measured on what ships: the graph, by the serving runtime.

Runs on the core install; nothing of the training is needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from consentry.runtime import RuntimeSettings
from consentry.scene import Calibration, SceneScorer
from consentry.scene.scorer import HEADS, SceneHead
from consentry.training.errors import TrainingError
from consentry.training.intervals import bootstrap_interval
from consentry.training.manifest import Columns, Row, read_manifest
from consentry.training.metrics import (
    Scores,
    Truth,
    area_under_curve,
    average_precision,
    balanced_accuracy,
    expected_calibration_error,
)
from consentry.training.pictures import Skipped, read_frames_or_skip, refuse_too_many
from consentry.training.progress import Progress, silent

CONTEXT_OF: Final[Mapping[SceneHead, str]] = {"private_context": "private", "public_event": "public_event"}
"""The context that counts as positive for each head."""

_FRAMES_AT_ONCE = 32
_DIGITS = 4


@dataclass(frozen=True)
class ScenePrediction:
    """One row and what the model said of it; a video's is that of its mean log-odds over frames.

    Attributes:
        logits: Uncalibrated, by head.
        probabilities: Calibrated, by head.
    """

    row: Row
    logits: Mapping[SceneHead, float]
    probabilities: Mapping[SceneHead, float]


@dataclass(frozen=True)
class SceneEvaluation:
    """What came of an evaluation.

    Attributes:
        model: Its id.
        model_sha256: Digest of its ``model.json``.
        figures: By head, the figures that `figures_of` describes.
        slices: By source, then by head; empty if the manifest names no sources.
        predictions: One for every row that could be read.
        skipped: The rows that could not.
    """

    model: str
    model_sha256: str
    manifest: str
    manifest_sha256: str
    split: str | None
    figures: Mapping[SceneHead, Mapping[str, Any]]
    slices: Mapping[str, Mapping[SceneHead, Mapping[str, Any]]]
    predictions: tuple[ScenePrediction, ...] = field(repr=False)
    skipped: tuple[Skipped, ...] = ()

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
            "slices": {
                "source": {
                    source: {head: dict(by_head[head]) for head in HEADS} for source, by_head in self.slices.items()
                }
            },
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
    progress: Progress = silent,
) -> SceneEvaluation:
    """Evaluate the scene model on a manifest.

    Args:
        manifest: A CSV file with the columns ``path`` and ``context`` at least; contexts other than ``private`` and
            ``public_event`` count as neither.
        split: The split to look at; all rows if ``None``.
        columns: What the columns are called.
        label_map: From the manifest's words to ours.
        settings: Where the model runs.
        root: The folder of models; the one that came with Consentry by default.
        broken_share: The largest share of unreadable pictures that is put up with.
        bootstrap: Repetitions for the intervals. Rows of one group are drawn together.
        seed: Of the bootstrap.
        progress: Told of every picture.

    Raises:
        TrainingError: The manifest is no good, too many pictures cannot be read, or neither head has examples of both
            kinds.
        ModelError: The model is missing or damaged.
    """
    described = read_manifest(manifest, columns=columns or Columns(), label_map=label_map, others="neutral")
    rows = described.rows if split is None else described.split(split)
    scorer = SceneScorer.load(settings, root)
    predictions, skipped = predict(rows, scorer, progress=progress)
    refuse_too_many(skipped, len(rows), share=broken_share)
    figures = _figures(predictions, scorer, bootstrap=bootstrap, seed=seed)
    if all(figures[head]["auc"] is None for head in HEADS):
        raise TrainingError(
            f"{manifest} has no head with both positive and negative pictures, so nothing can be measured.",
            "Give a manifest whose context column has private or public_event, and something else.",
            code="training.labels",
        )
    sources = sorted({prediction.row.source for prediction in predictions if prediction.row.source})
    return SceneEvaluation(
        model=scorer.model_id,
        model_sha256=scorer.folder.digest,
        manifest=manifest.name,
        manifest_sha256=described.digest,
        split=split,
        figures=figures,
        slices={
            source: _figures(
                [prediction for prediction in predictions if prediction.row.source == source],
                scorer,
                bootstrap=bootstrap,
                seed=seed,
            )
            for source in sources
        },
        predictions=tuple(predictions),
        skipped=tuple(skipped),
    )


def predict(
    rows: Sequence[Row], scorer: SceneScorer, *, progress: Progress = silent
) -> tuple[list[ScenePrediction], list[Skipped]]:
    """What the model says of each row, and the rows whose files could not be read."""
    predictions: list[ScenePrediction] = []
    skipped: list[Skipped] = []
    waiting: list[tuple[Row, int]] = []
    frames: list[NDArray[np.uint8]] = []

    def score() -> None:
        readings = iter(scorer.score(frames))
        for row, count in waiting:
            mine = [next(readings) for _ in range(count)]
            logits = {head: sum(reading.logit(head) for reading in mine) / count for head in HEADS}
            probabilities = {head: scorer.calibrations[head].score(logits[head]).probability for head in HEADS}
            predictions.append(ScenePrediction(row, logits, probabilities))
        waiting.clear()
        frames.clear()

    for done, row in enumerate(rows, start=1):
        found = read_frames_or_skip(row.path, row.name)
        if isinstance(found, Skipped):
            skipped.append(found)
        else:
            waiting.append((row, len(found)))
            frames.extend(found)
        if len(frames) >= _FRAMES_AT_ONCE or done == len(rows):
            score()
            progress("scores", done, len(rows))
    return predictions, skipped


def _figures(
    predictions: Sequence[ScenePrediction], scorer: SceneScorer, *, bootstrap: int, seed: int
) -> dict[SceneHead, dict[str, Any]]:
    groups = [_group(prediction.row) for prediction in predictions]
    return {
        head: figures_of(
            np.array([prediction.row.context == CONTEXT_OF[head] for prediction in predictions], dtype=np.bool_),
            np.array([prediction.probabilities[head] for prediction in predictions], dtype=np.float64),
            np.array([prediction.logits[head] for prediction in predictions], dtype=np.float64),
            scorer.calibrations[head],
            groups=groups,
            bootstrap=bootstrap,
            seed=seed,
        )
        for head in HEADS
    }


def _group(row: Row) -> str:
    """What is drawn as one in a bootstrap: the row's group, or the row."""
    return f"{row.source}/{row.group}" if row.group else f"/{row.name}"


def figures_of(
    truth: Truth,
    probabilities: Scores,
    logits: Scores,
    calibration: Calibration,
    *,
    groups: Sequence[str],
    bootstrap: int,
    seed: int,
) -> dict[str, Any]:
    """The figures of one head on some rows.

    Args:
        truth: Of the rows.
        probabilities: Calibrated.
        logits: What the ranking figures go by: probabilities are rounded, logits are not.
        calibration: For the thresholds.
        groups: Rows of one group are drawn together.
        bootstrap: Repetitions.
        seed: Of the bootstrap.

    Returns:
        ``n``, ``positives``; ``auc``, ``average_precision`` and ``balanced_accuracy`` (at ``threshold``, the shipped
        one), each with ``_low`` and ``_high`` of its 95 % interval; ``ece`` over 15 bins; and ``bands``: how many rows
        fall into each, the share of positives in ``high`` (``precision``), and the share of all positives that lies in
        ``low`` (``misses``). ``None`` for what is undefined.
    """
    bands = np.array([calibration.band(float(probability)) for probability in probabilities], dtype=np.str_)
    ranked = {"auc": area_under_curve, "average_precision": average_precision}
    figures: dict[str, Any] = {"n": len(truth), "positives": int(truth.sum())}
    both_kinds = bool(truth.any()) and not truth.all()
    for name in ("auc", "average_precision", "balanced_accuracy"):

        def statistic(rows: NDArray[np.intp], name: str = name) -> float:
            if name in ranked:
                return ranked[name](truth[rows], logits[rows])
            return balanced_accuracy(truth[rows], probabilities[rows], calibration.decision)

        ends = (math.nan, math.nan, math.nan)
        if both_kinds:
            interval = bootstrap_interval(statistic, len(truth), groups=groups, repetitions=bootstrap, seed=seed)
            ends = (interval.estimate, interval.low, interval.high)
        figures.update(zip((name, f"{name}_low", f"{name}_high"), map(_rounded, ends), strict=True))
    figures["threshold"] = calibration.decision
    figures["ece"] = _rounded(expected_calibration_error(truth, probabilities)) if len(truth) else None
    high, low = bands == "high", bands == "low"
    figures["bands"] = {
        "high": int(high.sum()),
        "uncertain": int((~high & ~low).sum()),
        "low": int(low.sum()),
        "precision": _rounded(float(truth[high].mean())) if high.any() else None,
        "misses": _rounded(float(low[truth].mean())) if truth.any() else None,
    }
    return figures


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, _DIGITS)
