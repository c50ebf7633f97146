"""Linear outputs on frozen features: logistic regressions and a ridge on standardised features, by scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.signals.scene.scorer import HEADS
from consentry.training.scene.config import HeadSettings
from consentry.training.scene.network import SceneOutputs, Values, label_log_odds
from consentry.training.scene.targets import Targets
from consentry.training.scene.weights import (
    PRESUMED_WEIGHT,
    balancing_weights,
    crowd_steps,
    label_weights,
    people_weights,
)

Features = NDArray[np.float32]

_LEAST_DEVIATION: Final = 0.1
"""Of a channel, as a share of the median channel's; no channel of the shipped training data is below it."""

_DEFAULTS: Final = HeadSettings()
_NEVER: Final = -30.0
"""Logit of a label without examples."""


@dataclass(frozen=True)
class LabelledFeatures:
    """Features of some rows and what there is to learn of them.

    Attributes:
        features: By view, each of shape (n, channels); the first is the picture as it is.
        targets: Of the rows.
    """

    features: Mapping[str, Features]
    targets: Targets

    @property
    def plain(self) -> Features:
        """The first view."""
        return next(iter(self.features.values()))

    def subset(self, rows: NDArray[np.bool_]) -> LabelledFeatures:
        """Some of the rows."""
        return LabelledFeatures(
            {view: values[rows] for view, values in self.features.items()}, self.targets.subset(rows)
        )


def fit_outputs(training: LabelledFeatures, *, strength: float, settings: HeadSettings = _DEFAULTS) -> SceneOutputs:
    """Fit all outputs on all views, each picture with the same total weight however many views there are.

    Args:
        training: Rows to fit on.
        strength: Inverse regularisation C of scikit-learn's ``LogisticRegression`` on standardised features.
        settings: How else.
    """
    from threadpoolctl import threadpool_limits

    targets, views = training.targets, list(training.features.values())
    stacked = np.concatenate(views)
    mean, deviation = moments(stacked)
    standardised = ((stacked - mean) / deviation).astype(np.float64)
    with threadpool_limits(limits=1):  # sums in one order: the same weights, bit for bit, on a busy machine too
        plain = standardised[: len(targets.label)]
        crowd = _fit_crowd(plain, targets, people_weights(targets), settings.crowd_strength)
        steps = crowd_steps((plain @ crowd[0].T)[:, 0] + crowd[1])
        parts = [_fit_labels(standardised, targets, steps, strength, settings)]
        parts += [_fit_direct(standardised, targets, steps, head, strength, settings) for head in range(len(HEADS))]
        parts.append(crowd)
    weights = np.concatenate([coefficients for coefficients, _ in parts]) / deviation
    biases = np.concatenate([intercepts for _, intercepts in parts]) - weights @ mean
    unmixed = SceneOutputs(targets.labels, weights, biases, np.ones((len(HEADS), 2)))
    mixture = mixture_of(unmixed.linear(training.plain), targets, direct_share=settings.direct_share)
    return SceneOutputs(targets.labels, weights, biases, mixture)


def mixture_of(outputs: Values, targets: Targets, *, direct_share: float) -> Values:
    """What brings the log-odds from labels and the direct logits to one spread and mixes them, shape (heads, 2)."""
    count = len(targets.labels)
    from_labels = label_log_odds(outputs[:, :count], targets.labels).std(axis=0)
    direct = outputs[:, count : count + len(HEADS)].std(axis=0)
    return np.stack(
        [(1 - direct_share) / np.maximum(from_labels, 1e-6), direct_share / np.maximum(direct, 1e-6)], axis=1
    )


def _fit_labels(
    standardised: Values, targets: Targets, steps: NDArray[np.int64], strength: float, settings: HeadSettings
) -> tuple[Values, Values]:
    from sklearn.linear_model import LogisticRegression

    views = len(standardised) // len(steps)
    known = np.tile(targets.label >= 0, views)
    label = np.tile(targets.label, views)[known]
    balanced = label_weights(targets, power=settings.label_power, steps=steps, crowd_power=settings.crowd_power)
    weights = np.tile(balanced, views)[known]
    model = LogisticRegression(C=strength / views, max_iter=1000, tol=1e-4)
    model.fit(standardised[known], label, sample_weight=weights)
    if len(model.classes_) == 2:  # scikit-learn then keeps one row, for the second class
        coefficients, intercepts = np.vstack([-model.coef_, model.coef_]) / 2, np.array([-1, 1]) * model.intercept_ / 2
    else:
        coefficients, intercepts = model.coef_, model.intercept_
    # Labels that none of these rows have, as when a source is left out, are never predicted.
    all_coefficients = np.zeros((len(targets.labels), standardised.shape[1]))
    all_intercepts = np.full(len(targets.labels), _NEVER)
    all_coefficients[model.classes_], all_intercepts[model.classes_] = coefficients, intercepts
    return all_coefficients, all_intercepts


def _fit_direct(
    standardised: Values, targets: Targets, steps: NDArray[np.int64], head: int, strength: float, settings: HeadSettings
) -> tuple[Values, Values]:
    from sklearn.linear_model import LogisticRegression

    views = len(standardised) // len(steps)
    truth = np.tile(targets.contexts[:, head] > 0.5, views)
    weights = balancing_weights(
        truth,
        np.tile(targets.sources, views),
        source_power=settings.source_power,
        steps=np.tile(steps, views),
        crowd_power=settings.crowd_power,
    )
    model = LogisticRegression(C=strength / views, max_iter=5000, tol=1e-5)
    model.fit(standardised, truth, sample_weight=weights)
    return model.coef_, model.intercept_


def _fit_crowd(
    standardised: Values,
    targets: Targets,
    weights: NDArray[np.float32],
    strength: float,
    explained: Values | None = None,
) -> tuple[Values, Values]:
    """Fit what is not explained yet."""
    from sklearn.linear_model import Ridge

    known = weights > 0
    if not known.any():
        return np.zeros((1, standardised.shape[1])), np.zeros(1)
    model = Ridge(strength)
    left = np.log10(targets.people[known] + 1)
    if explained is not None:
        left = left - explained[known]
    model.fit(standardised[known], left, sample_weight=weights[known])
    return model.coef_[None, :], np.array([model.intercept_])


def fit_crowd(
    features: Features,
    targets: Targets,
    *,
    strength: float,
    presumed_weight: float = PRESUMED_WEIGHT,
    start: tuple[Values, float] | None = None,
) -> tuple[Values, float]:
    """Fit the crowd output alone.

    Args:
        features: Shape (n, channels).
        targets: Of the rows.
        strength: Penalty of the ridge.
        presumed_weight: Of a presumed number of people, next to 1 for a counted one.
        start: Weights and bias that the penalty keeps it near; zero by default. They stay where nothing is known.

    Returns:
        Weights of shape (channels,), and the bias.
    """
    mean, deviation = moments(features)
    weights = people_weights(targets, presumed=presumed_weight)
    before, bias = start or (np.zeros(features.shape[1]), 0.0)
    explained = None if start is None else features.astype(np.float64) @ before + bias
    coefficients, intercept = _fit_crowd((features - mean) / deviation, targets, weights, strength, explained)
    folded = coefficients[0] / deviation
    return before + folded, float(bias + intercept[0] - folded @ mean)


def moments(features: Features) -> tuple[Values, Values]:
    """Mean and standard deviation of each channel."""
    mean = features.mean(axis=0, dtype=np.float64)
    deviation = features.std(axis=0, dtype=np.float64)
    # A channel that hardly ever fires in training must not outvote all others when it does.
    return mean, np.maximum(deviation, max(_LEAST_DEVIATION * float(np.median(deviation)), 1e-6))
