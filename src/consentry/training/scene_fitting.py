"""One head of the scene model, from features to what ``model.json`` says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consentry.scene import Calibration
from consentry.scene.scorer import SceneHead
from consentry.training.progress import Progress, silent
from consentry.training.scene_calibration import calibrate, choose_bands
from consentry.training.scene_config import SceneConfig
from consentry.training.scene_evaluation import CONTEXT_OF, figures_of
from consentry.training.scene_features import SceneFeatures
from consentry.training.scene_heads import LinearHead, TrainingRows, choose_head


@dataclass(frozen=True)
class FittedHead:
    """One head with everything that was found out for it on the validation rows.

    Attributes:
        calibration: Its part of ``model.json``.
        thresholds: Likewise.
        validation: Figures on the rows that it was chosen and calibrated on; a little too good for that reason.
        choice: Every value of C that was tried.
    """

    head: LinearHead
    calibration: Mapping[str, Any]
    thresholds: Mapping[str, Any]
    validation: Mapping[str, Any]
    choice: Sequence[Mapping[str, Any]]


def fit_calibrated_head(
    name: SceneHead,
    features: SceneFeatures,
    augmented: SceneFeatures,
    config: SceneConfig,
    *,
    progress: Progress = silent,
) -> FittedHead:
    """Fit one head on the training rows; choose its regularisation, calibration and thresholds on the validation rows.

    Args:
        name: Which head.
        features: Of training and validation rows, with the view ``original``.
        augmented: Of the training rows, with the other views of the configuration.
        config: How.
        progress: Told of every value of C.

    Raises:
        TrainingError: ``training.labels`` if the head ranks the validation rows the wrong way round.
    """
    training = _part(name, features, "train")
    training = replace(training, features={**training.features, **augmented.values})
    validation = _part(name, features, "val")
    done = 0

    def told() -> None:
        nonlocal done
        done += 1
        progress(name, done, len(config.heads.strengths))

    head, candidates = choose_head(
        training,
        validation,
        strengths=config.heads.strengths,
        source_power=config.heads.source_power,
        transfer_sources=config.heads.transfer_sources,
        told=told,
    )
    rows = [row for row in features.rows if row.split == "val"]
    groups = [f"{row.source}/{row.group}" if row.group else f"/{row.name}" for row in rows]
    logits = head.logits(validation.features["original"])
    fitted, described = calibrate(logits, validation.truth, groups, repetitions=config.bootstrap, seed=config.seed)
    bands = choose_bands(validation.truth, fitted.probabilities(logits), **config.bands.model_dump())
    thresholds = {"low": bands.low, "high": bands.high, "decision": bands.decision, "evidence": bands.evidence}
    calibration = Calibration.from_description(described, thresholds)
    figures = figures_of(
        validation.truth,
        np.array([calibration.score(float(logit)).probability for logit in logits], dtype=np.float64),
        logits,
        calibration,
        groups=groups,
        bootstrap=config.bootstrap,
        seed=config.seed,
    )
    return FittedHead(head, described, thresholds, figures, [candidate.described() for candidate in candidates])


def _part(name: SceneHead, features: SceneFeatures, split: str) -> TrainingRows:
    of_split: NDArray[np.bool_] = np.array([row.split == split for row in features.rows], dtype=np.bool_)
    rows = [row for row in features.rows if row.split == split]
    return TrainingRows(
        features={"original": features.values["original"][of_split]},
        truth=np.array([row.context == CONTEXT_OF[name] for row in rows], dtype=np.bool_),
        sources=np.array([row.source for row in rows], dtype=np.str_),
    )
