"""The gates that a model has to pass to become the champion, as they are written in a configuration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from consentry.training.configuration import Settings
from consentry.training.measures.intervals import Interval

Share = Annotated[float, Field(ge=0.0, le=1.0)]
GatedHead = Literal["private_context", "public_event", "crowd"]
GatedMetric = Literal[
    "auc", "average_precision", "balanced_accuracy", "brier", "ece", "aurc", "log_count_error", "within_one_level"
]
ComparedMetric = Literal["auc", "average_precision", "balanced_accuracy", "brier"]


class Limit(Settings):
    """A figure that has to be good enough, whatever the champion does.

    Attributes:
        split: Of the test data.
        head: Which.
        metric: As the evaluation's JSON calls it.
        at_least: The figure has to reach it.
        at_most: The figure must not exceed it. Exactly one of the two is given.
    """

    split: str
    head: GatedHead
    metric: GatedMetric
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give either at_least or at_most")
        return self


class NoWorse(Settings):
    """A figure that must not be worse than the champion's on the same pictures.

    Attributes:
        split: Of the test data.
        head: Which.
        metric: For the Brier score, lower is better; for the others, higher.
        margin: How much worse is put up with: the lower end of the interval of the gain has to be above ``-margin``.
    """

    split: str
    head: Literal["private_context", "public_event"]
    metric: ComparedMetric = "auc"
    margin: Annotated[float, Field(ge=0.0)] = 0.005


def _limits() -> tuple[Limit, ...]:
    return tuple(
        Limit.model_validate({"split": "test", "head": head, **limit})
        for head in ("private_context", "public_event")
        for limit in (
            {"metric": "auc", "at_least": 0.9},
            {"metric": "balanced_accuracy", "at_least": 0.8},
            {"metric": "ece", "at_most": 0.2},
        )
    )


def _comparisons() -> tuple[NoWorse, ...]:
    return tuple(
        NoWorse.model_validate({"split": "test", "head": head, "metric": "auc", "margin": 0.02})
        for head in ("private_context", "public_event")
    )


class GateSettings(Settings):
    """All gates. The defaults can be met, and measured, with some dozens of test pictures.

    What the shipped scene model is held to stands in its recipe, ``configs/scene_shipped.yaml``.

    Attributes:
        limits: Have to hold for any champion.
        no_worse: Have to hold against the present champion; the first champion has nobody to be compared with.
        confidence: Of the intervals of the differences, 0-1.
        bootstrap: Repetitions.
        registered_model: Name in the model registry.
    """

    limits: tuple[Limit, ...] = Field(default_factory=_limits)
    no_worse: tuple[NoWorse, ...] = Field(default_factory=_comparisons)
    confidence: Share = 0.95
    bootstrap: Annotated[int, Field(ge=10)] = 1000
    registered_model: str = "scene"

    def splits(self) -> tuple[str, ...]:
        """The splits that some gate looks at, in order."""
        named = [limit.split for limit in self.limits] + [gate.split for gate in self.no_worse]
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True)
class GateResult:
    """What became of one gate.

    Attributes:
        gate: In words.
        split: Of the test data.
        head: Which.
        metric: Which.
        required: The bound on ``value`` or on the lower end of the gain.
        value: The figure, or the gain over the champion; ``None`` if it could not be measured.
        low: Lower end of its interval.
        high: Upper end of its interval.
        passed: Whether the gate lets the challenger through. What cannot be measured does not pass.
    """

    gate: str
    split: str
    head: str
    metric: str
    required: float
    value: float | None
    low: float | None
    high: float | None
    passed: bool

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def check_limit(limit: Limit, figures: Mapping[str, Any] | None) -> GateResult:
    """Hold one figure against its limit.

    Args:
        limit: The gate.
        figures: Of the head on the split, with the names of the evaluation's JSON; ``None`` if nothing was measured.
    """
    value, low, high = (
        None if figures is None else figures.get(key)
        for key in (limit.metric, f"{limit.metric}_low", f"{limit.metric}_high")
    )
    if limit.at_least is not None:
        side, required = "at least", limit.at_least
        passed = value is not None and value >= required
    else:
        side, required = "at most", float(limit.at_most or 0.0)
        passed = value is not None and value <= required
    words = f"{limit.head.replace('_', ' ')}: {_title(limit.metric)} {side} {required:g} on {limit.split}"
    return GateResult(words, limit.split, limit.head, limit.metric, required, value, low, high, passed)


def check_no_worse(gate: NoWorse, gain: Interval | None) -> GateResult:
    """Hold the gain over the champion against the margin.

    Args:
        gate: The gate.
        gain: How much better the challenger is, by paired bootstrap; ``None`` if it could not be measured.
    """
    words = (
        f"{gate.head.replace('_', ' ')}: {_title(gate.metric)} no more than {gate.margin:g} worse than the "
        f"champion's on {gate.split}"
    )
    if gain is None or math.isnan(gain.low):
        return GateResult(words, gate.split, gate.head, gate.metric, -gate.margin, None, None, None, passed=False)
    ends = gain.rounded()
    return GateResult(
        words,
        gate.split,
        gate.head,
        gate.metric,
        -gate.margin,
        ends["estimate"],
        ends["low"],
        ends["high"],
        passed=gain.low >= -gate.margin,
    )


def _title(metric: str) -> str:
    return metric.upper() if metric in ("auc", "ece", "aurc") else metric.replace("_", " ")
