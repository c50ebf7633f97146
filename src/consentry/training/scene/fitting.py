"""What is found out about a scene model on the validation rows: calibration, bands, operating points, crowd errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from consentry.signals.scene import Calibration
from consentry.signals.scene.crowd import CrowdCalibration, level_number
from consentry.signals.scene.scorer import HEADS, SceneHead
from consentry.training.data.manifest import Row
from consentry.training.measures.metrics import Truth
from consentry.training.measures.operating_points import operating_points
from consentry.training.scene.calibration import calibrate, choose_bands
from consentry.training.scene.config import SceneConfig
from consentry.training.scene.figures import crowd_figures, figures_of
from consentry.training.scene.network import SceneOutputs, Values, head_logits
from consentry.training.scene.outputs import CrowdOutput
from consentry.training.scene.targets import Targets

_LEAST_COUNTED = 20
"""Counted validation pictures below which errors of the crowd estimate cannot be told."""
UNKNOWN_CROWD = CrowdCalibration(bias=0.0, deviation=1.0)
"""Without enough counted pictures the estimate is good for a factor of ten, and says so."""


@dataclass(frozen=True)
class FittedHead:
    """One head with everything that was found out for it on the validation rows.

    Attributes:
        calibration: Its part of ``model.json``.
        thresholds: Likewise.
        operating_points: Likewise: thresholds with a guaranteed error, described.
        validation: Figures on the rows that it was chosen and calibrated on; a little too good for that reason.
    """

    calibration: Mapping[str, Any]
    thresholds: Mapping[str, Any]
    operating_points: Sequence[Mapping[str, Any]]
    validation: Mapping[str, Any]


@dataclass(frozen=True)
class FittedScene:
    """The whole model, but for the backbone.

    Attributes:
        outputs: On pooled features.
        heads: By name.
        crowd: How sure the crowd estimate is; ``None`` of a model that makes none.
        crowd_validation: Figures of it on the counted validation rows; ``None`` without any.
    """

    outputs: SceneOutputs
    heads: Mapping[SceneHead, FittedHead]
    crowd: CrowdCalibration | None
    crowd_validation: Mapping[str, Any] | None


def fit_scene(
    outputs: SceneOutputs,
    validation: Values,
    rows: Sequence[Row],
    targets: Targets,
    config: SceneConfig,
    unseen: Mapping[str, Sequence[tuple[Truth, Values]]] = MappingProxyType({}),
    *,
    crowd: CrowdCalibration | None = UNKNOWN_CROWD,
    kept: Mapping[str, Any] | None = None,
) -> FittedScene:
    """Calibrate a model on the validation rows.

    Args:
        outputs: On pooled features.
        validation: All linear outputs of the validation rows, shape (n, outputs).
        rows: Those rows.
        targets: What they show.
        config: How.
        unseen: By head, truth and probabilities of sources by outputs that had not seen them; they have a say in where
            yes and no part.
        crowd: How sure the crowd estimate is where too few validation rows were counted to tell.
        kept: ``model.json`` of a model whose calibration and thresholds a head keeps of which there are no examples.

    Raises:
        TrainingError: ``training.labels`` if a head ranks the validation rows the wrong way round.
    """
    groups = [row.unit for row in rows]
    logits = head_logits(validation, outputs.labels, outputs.mixture)
    heads: dict[SceneHead, FittedHead] = {}
    for place, head in enumerate(HEADS):
        truth = targets.contexts[:, place] > 0.5
        if kept is not None and (truth.all() or not truth.any()):
            heads[head] = _kept_head(head, kept, logits[:, place], truth, groups, config)
        else:
            heads[head] = _fit_head(logits[:, place], truth, groups, config, unseen.get(head, ()))
    counted = targets.counted
    figures = None
    if counted.sum() >= _LEAST_COUNTED:
        errors = validation[counted, -1] - np.log10(targets.people[counted] + 1.0)
        bias = float(np.median(errors))
        crowd = CrowdCalibration(bias=round(bias, 4), deviation=round(float(np.std(errors - bias)), 4))
        estimates = [crowd.estimate(float(value)) for value in validation[counted, -1]]
        figures = crowd_figures(
            [float(people) for people in targets.people[counted]],
            [CrowdOutput(estimate.people, level_number(estimate.level)) for estimate in estimates],
            groups=[group for group, is_counted in zip(groups, counted, strict=True) if is_counted],
            bootstrap=config.bootstrap,
            seed=config.seed,
        )
    return FittedScene(outputs, heads, crowd, figures)


def _fit_head(
    logits: Values,
    truth: Truth,
    groups: Sequence[str],
    config: SceneConfig,
    unseen: Sequence[tuple[Truth, Values]],
) -> FittedHead:
    fitted, described = calibrate(logits, truth, groups, repetitions=config.bootstrap, seed=config.seed)
    raw = fitted.probabilities(logits)
    bands = choose_bands(truth, raw, **config.bands.model_dump(), unseen=unseen)
    thresholds = {"low": bands.low, "high": bands.high, "decision": bands.decision, "evidence": bands.evidence}
    calibration = Calibration.from_description(described, thresholds)
    probabilities = _probabilities(calibration, logits)
    points = operating_points(truth, probabilities, groups=list(groups), seed=config.seed)
    return FittedHead(
        calibration=described,
        thresholds=thresholds,
        operating_points=[point.as_dict() for point in points],
        validation=_figures(truth, logits, calibration, groups, config),
    )


def _kept_head(
    head: SceneHead, kept: Mapping[str, Any], logits: Values, truth: Truth, groups: Sequence[str], config: SceneConfig
) -> FittedHead:
    described, thresholds = kept["calibration"][head], kept["thresholds"][head]
    calibration = Calibration.from_description(described, thresholds)
    return FittedHead(
        calibration=described,
        thresholds=thresholds,
        operating_points=kept.get("operating_points", {}).get(head, []),
        validation=_figures(truth, logits, calibration, groups, config),
    )


def _probabilities(calibration: Calibration, logits: Values) -> Values:
    return np.array([calibration.score(float(logit)).probability for logit in logits], dtype=np.float64)


def _figures(
    truth: Truth, logits: Values, calibration: Calibration, groups: Sequence[str], config: SceneConfig
) -> dict[str, Any]:
    probabilities = _probabilities(calibration, logits)
    return figures_of(
        truth, probabilities, logits, calibration, groups=groups, bootstrap=config.bootstrap, seed=config.seed
    )
