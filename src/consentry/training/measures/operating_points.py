"""Thresholds with a guaranteed error, such as "at most 5 % of private pictures are missed, with 95 % confidence".

Learn-then-Test (Angelopoulos et al. 2021) as MAPIE has it: every threshold of a grid is tested with an exact
Hoeffding-Bentkus p-value on rows that nothing was trained on, and those are kept for which the error can be ruled out
to exceed the target. Misses and false alarms only ever grow in one direction, so a fixed sequence of tests needs no
correction; precision may go up and down, so its tests share the confidence (Bonferroni and Holm).

The guarantee is about pictures like those that the thresholds were set on, each for itself: rows of one group are not
independent, so one row a group is used. On other pictures it is a hope; `observed` says what became of it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from consentry.signals.scene.scorer import HEADS, SceneHead
from consentry.training.errors import TrainingError
from consentry.training.measures.intervals import score_interval
from consentry.training.measures.metrics import Scores, Truth

Quantity = Literal["misses", "false_alarms", "precision"]


@dataclass(frozen=True)
class Target:
    """What is to be guaranteed.

    Attributes:
        quantity: ``misses`` (share of positives below the threshold) or ``false_alarms`` (share of negatives from it
            on) at most ``level``, or ``precision`` (share of positives from it on) at least ``level``.
        level: 0-1.
    """

    quantity: Quantity
    level: float


TARGETS: Final = (
    Target("misses", 0.05),
    Target("misses", 0.02),
    Target("false_alarms", 0.05),
    Target("precision", 0.9),
    Target("precision", 0.95),
)

_RISKS: Final[Mapping[Quantity, str]] = {"misses": "recall", "false_alarms": "fpr", "precision": "precision"}
_FINE = np.round(np.arange(1, 200) / 200, 3)
_COARSE = np.round(np.arange(10, 20) / 20, 2)
"""For precision: every further threshold costs confidence."""


@dataclass(frozen=True)
class OperatingPoint:
    """One target and the threshold that guarantees it.

    Attributes:
        quantity: What is guaranteed; see `Target`.
        level: 0-1.
        confidence: With which, 0-1; each point for itself.
        threshold: Probability from which on yes is said; ``None`` if the rows cannot guarantee the target anywhere.
        rows: That it was set on, one a group.
        relevant: Of those, the rows that the quantity is a share of, at the threshold.
        measured: The quantity on them; ``None`` without a threshold.
    """

    quantity: Quantity
    level: float
    confidence: float
    threshold: float | None
    rows: int
    relevant: int
    measured: float | None

    def as_dict(self) -> dict[str, Any]:
        """For ``model.json`` and ``metrics.json``."""
        return asdict(self)

    def promise(self, head: str) -> str:
        """What is guaranteed, and with which confidence, in words.

        Args:
            head: Such as ``private_context``.
        """
        level, confidence = f"{100 * self.level:.0f}\u00a0%", f"{100 * self.confidence:.0f}\u00a0%"
        what = {
            "misses": f"at most {level} of {{}} pictures are missed",
            "false_alarms": f"at most {level} of other pictures are taken for {{}}",
            "precision": f"at least {level} of what is called {{}} is so",
        }[self.quantity].format(head.replace("_", " "))
        return f"{what}, with {confidence} confidence"

    def sentence(self, head: str) -> str:
        """The promise with its threshold, or that nothing can be promised."""
        if self.threshold is None:
            return f"More pictures are needed to guarantee: {self.promise(head)}."
        return f"From {self.threshold:g} on, {self.promise(head)}."


def operating_points(
    truth: Truth,
    probabilities: Scores,
    *,
    groups: ArrayLike | None = None,
    targets: Sequence[Target] = TARGETS,
    confidence: float = 0.95,
    seed: int = 0,
) -> list[OperatingPoint]:
    """Find the thresholds that guarantee some targets for one head.

    Args:
        truth: Rows that nothing was trained on. That a monotone calibration was fitted on them does no harm to the
            guarantees of misses and false alarms.
        probabilities: Calibrated.
        groups: One label a row; one row of each group is used, chosen by the seed.
        targets: What to guarantee.
        confidence: Of each guarantee, 0-1.
        seed: Of the choice.

    Returns:
        One point a target. Of all thresholds that are guaranteed, ``misses`` takes the highest, the other two the
        lowest: the one that gives most of what is not guaranteed.

    Raises:
        ValueError: The arrays differ in length.
        TrainingError: MAPIE is not installed.
    """
    if len(truth) != len(probabilities):
        raise ValueError(f"{len(truth)} truths and {len(probabilities)} probabilities")
    chosen = _one_a_group(np.arange(len(truth)) if groups is None else np.asarray(groups), seed)
    truth, probabilities = truth[chosen], probabilities[chosen]
    return [_point(target, truth, probabilities, confidence) for target in targets]


def observed(point: OperatingPoint, truth: Truth, probabilities: Scores) -> dict[str, float | None] | None:
    """What an operating point gives on other rows.

    Args:
        point: That was set elsewhere.
        truth: Of the rows.
        probabilities: Calibrated, by the same model.

    Returns:
        ``value``, its 95 % interval ``low`` and ``high`` (Wilson), ``n`` (the rows that it is a share of) and
        ``holds``, whether the value keeps the target; ``None`` without a threshold or such rows.
    """
    if point.threshold is None:
        return None
    count, relevant = _count(point.quantity, truth, probabilities, point.threshold)
    if not relevant:
        return None
    interval = score_interval(count, relevant)
    kept = interval.estimate >= point.level if point.quantity == "precision" else interval.estimate <= point.level
    return {**{("value" if name == "estimate" else name): value for name, value in interval.rounded().items()},
            "n": relevant, "holds": kept}  # fmt: skip


def points_of_model(model: Mapping[str, Any]) -> dict[SceneHead, list[OperatingPoint]]:
    """The operating points that a model carries; none of a model that was made without.

    Args:
        model: ``model.json``.
    """
    carried = model.get("operating_points", {})
    return {head: [OperatingPoint(**point) for point in carried.get(head, ())] for head in HEADS}


def _point(target: Target, truth: Truth, probabilities: Scores, confidence: float) -> OperatingPoint:
    thresholds = np.empty(0)
    if truth.any() and not truth.all():
        thresholds = _guaranteed(target, truth, probabilities, confidence)
    if not len(thresholds):
        return OperatingPoint(target.quantity, target.level, confidence, None, len(truth), 0, None)
    threshold = float(thresholds.max() if target.quantity == "misses" else thresholds.min())
    count, relevant = _count(target.quantity, truth, probabilities, threshold)
    return OperatingPoint(
        target.quantity, target.level, confidence, threshold, len(truth), relevant, round(count / relevant, 4)
    )


def _guaranteed(target: Target, truth: Truth, probabilities: Scores, confidence: float) -> NDArray[np.float64]:
    """All thresholds that are guaranteed; together they are, so that one may be chosen by looking at them."""
    with warnings.catch_warnings():
        # MAPIE warns where nothing can be guaranteed, which the result says, and is imported with a few of its own.
        warnings.simplefilter("ignore")
        try:
            from mapie.risk_control import BinaryClassificationController
        except ImportError as error:
            raise TrainingError(
                "Guaranteed thresholds are set by MAPIE, which is not installed.",
                'Install it with: pip install "consentry[train]".',
            ) from error

        controller = BinaryClassificationController(
            predict_function=lambda scores: np.stack([1 - scores, scores], axis=1),
            risk=_RISKS[target.quantity],
            target_level=1 - target.level if target.quantity == "misses" else target.level,
            confidence_level=confidence,
            list_predict_params=_COARSE if target.quantity == "precision" else _FINE,
            fwer_method="bonferroni_holm" if target.quantity == "precision" else "fixed_sequence",
        )
        controller.calibrate(probabilities, truth.astype(np.int64))
    return np.asarray(controller.valid_predict_params, dtype=np.float64)


def _count(quantity: Quantity, truth: Truth, probabilities: Scores, threshold: float) -> tuple[int, int]:
    called = probabilities >= threshold
    among, what = {
        "misses": (truth, ~called),
        "false_alarms": (~truth, called),
        "precision": (called, truth),
    }[quantity]
    return int((among & what).sum()), int(among.sum())


def _one_a_group(groups: NDArray[np.generic], seed: int) -> NDArray[np.intp]:
    """One row number of each group, in order."""
    shuffled = np.random.default_rng(seed).permutation(len(groups))
    _, first = np.unique(groups[shuffled], return_index=True)
    return np.sort(shuffled[first])
