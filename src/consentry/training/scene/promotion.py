"""Whether a challenger may become the champion: both are measured now, on the same pictures, and held to the gates.

Stored figures are never used: they may be of other pictures, or of another version of the code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from consentry.runtime import RuntimeSettings
from consentry.signals.scene.scorer import SceneHead
from consentry.training.data.manifest import Columns
from consentry.training.errors import TrainingError
from consentry.training.measures.bootstrap import WeightedStatistic, paired_bootstrap
from consentry.training.measures.intervals import Interval
from consentry.training.measures.metrics import Scores, Truth
from consentry.training.measures.weighted_metrics import (
    weighted_auc,
    weighted_average_precision,
    weighted_balanced_accuracy,
    weighted_brier,
)
from consentry.training.progress import Progress, silent
from consentry.training.registry.gates import (
    ComparedMetric,
    GateResult,
    GateSettings,
    NoWorse,
    check_limit,
    check_no_worse,
)
from consentry.training.scene.evaluation import SceneEvaluation, evaluate_scene
from consentry.training.scene.folders import models_root_of


@dataclass(frozen=True)
class TestData:
    """What both models are measured on.

    Attributes:
        manifest: Of the pictures; see `consentry.training.scene.evaluation.evaluate_scene`.
        columns: What its columns are called.
        label_map: From its words to ours.
        broken_share: The largest share of unreadable pictures that is put up with.
    """

    __test__ = False  # not a test, whatever pytest thinks of the name

    manifest: Path
    columns: Columns = field(default_factory=Columns)
    label_map: Mapping[str, str] = field(default_factory=dict)
    broken_share: float = 0.05


@dataclass(frozen=True)
class Promotion:
    """A decision and its reasons.

    Attributes:
        challenger: By split.
        champion: By split; ``None`` if there is no champion yet.
        results: One a gate, limits first.
    """

    challenger: Mapping[str, SceneEvaluation] = field(repr=False)
    champion: Mapping[str, SceneEvaluation] | None = field(repr=False)
    results: tuple[GateResult, ...]

    @property
    def passed(self) -> bool:
        """Whether every gate let the challenger through."""
        return all(result.passed for result in self.results)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "promoted": self.passed,
            "because": self.because(),
            "challenger": _identity(self.challenger),
            "champion": None if self.champion is None else _identity(self.champion),
            "gates": [result.as_dict() for result in self.results],
            "figures": {
                name: {split: evaluation.as_dict() for split, evaluation in evaluations.items()}
                for name, evaluations in (("challenger", self.challenger), ("champion", self.champion or {}))
            },
        }

    def because(self) -> str:
        """The decision in a sentence."""
        challenger = _identity(self.challenger)["model"]
        if self.passed:
            than = "there is no champion yet" if self.champion is None else "it is no worse than the champion"
            return f"{challenger} passes all {len(self.results)} gates; {than}."
        failed = [result for result in self.results if not result.passed]
        return f"{challenger} fails {len(failed)} of {len(self.results)} gates: " + "; ".join(
            f"{result.gate} ({'not measured' if result.value is None else f'{result.value:.4f}'})" for result in failed
        )


def compare_models(
    challenger: Path,
    champion: Path | None,
    data: TestData,
    gates: GateSettings,
    *,
    settings: RuntimeSettings | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Promotion:
    """Measure two models on the same pictures and hold the challenger to the gates.

    Args:
        challenger: Its folder, or a folder of models.
        champion: Likewise; ``None`` if there is none, and only the limits count.
        data: The pictures.
        gates: To pass.
        settings: Where the models run.
        seed: Of every bootstrap.
        progress: Told of every batch.

    Raises:
        TrainingError: There are no gates, or the data are no good.
        ModelError: A model is missing or damaged.
    """
    if not gates.limits and not (gates.no_worse and champion is not None):
        raise TrainingError(
            "No gate is set, so anything would be promoted.", "Write limits under gates in the configuration."
        )

    def evaluate(model: Path) -> dict[str, SceneEvaluation]:
        with models_root_of(model) as root:
            return {
                split: evaluate_scene(
                    data.manifest,
                    split=split,
                    columns=data.columns,
                    label_map=data.label_map,
                    settings=settings,
                    root=root,
                    broken_share=data.broken_share,
                    bootstrap=gates.bootstrap,
                    seed=seed,
                    progress=progress,
                )
                for split in gates.splits()
            }

    new = evaluate(challenger)
    old = None if champion is None else evaluate(champion)
    results = [check_limit(limit, _figures(new[limit.split], limit.head)) for limit in gates.limits]
    if old is not None:
        results += [
            check_no_worse(gate, gain_over(new[gate.split], old[gate.split], gate, gates, seed=seed))
            for gate in gates.no_worse
        ]
    return Promotion(new, old, tuple(results))


def gain_over(
    new: SceneEvaluation, old: SceneEvaluation, gate: NoWorse, gates: GateSettings, *, seed: int
) -> Interval | None:
    """How much better one evaluation is than another on the same rows; ``None`` where that is undefined."""
    head = gate.head
    truth = new.truth(head)
    if len(truth) != len(old.predictions) or not truth.any() or truth.all():
        return None
    chosen, sign = _STATISTICS[gate.metric]
    scores = [_scores(evaluation, head, gate.metric) for evaluation in (new, old)]
    found = paired_bootstrap(
        truth,
        scores[0],
        scores[1],
        chosen,
        groups=new.groups(),
        repetitions=gates.bootstrap,
        level=gates.confidence,
        seed=seed,
    )
    return found if sign > 0 else Interval(0.0 - found.estimate, 0.0 - found.high, 0.0 - found.low, found.level)


def _scores(evaluation: SceneEvaluation, head: SceneHead, metric: ComparedMetric) -> Scores:
    if metric in ("auc", "average_precision"):
        return evaluation.logits(head)
    probabilities = evaluation.probabilities(head)
    if metric == "brier":
        return probabilities
    # Each model answers at its own threshold.
    return (probabilities >= evaluation.scorer.calibrations[head].decision).astype(np.float64)


def _answered_right(truth: Truth, answers: Scores) -> WeightedStatistic:
    return weighted_balanced_accuracy(truth, answers, 0.5)


_STATISTICS: Final[Mapping[ComparedMetric, tuple[Callable[[Truth, Scores], WeightedStatistic], int]]] = {
    "auc": (weighted_auc, 1),
    "average_precision": (weighted_average_precision, 1),
    "balanced_accuracy": (_answered_right, 1),
    "brier": (weighted_brier, -1),
}
"""And whether higher is better."""


def _figures(evaluation: SceneEvaluation, head: str) -> Mapping[str, Any] | None:
    if head == "crowd":
        return evaluation.crowd
    return next(figures for name, figures in evaluation.figures.items() if name == head)


def _identity(evaluations: Mapping[str, SceneEvaluation]) -> dict[str, str]:
    first = next(iter(evaluations.values()))
    return {"model": first.model, "model_sha256": first.model_sha256}
