"""Linear heads on frozen features: logistic regression on standardised features, folded back into plain weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.training.metrics import Truth, area_under_curve

Features = NDArray[np.float32]
Values = NDArray[np.float64]

_LEAST_DEVIATION: Final = 0.1
"""Of a channel, as a share of the median channel's; no channel of the shipped training data is below it."""


@dataclass(frozen=True)
class LinearHead:
    """``logit = features @ weights + bias``.

    Attributes:
        weights: One a channel, the standardisation of features folded in.
        bias: Likewise.
        strength: The inverse regularisation C that it was fitted with.
    """

    weights: Values
    bias: float
    strength: float

    def logits(self, features: Features) -> Values:
        """Logits of features of shape (n, channels)."""
        logits: Values = features.astype(np.float64) @ self.weights + self.bias
        return logits


@dataclass(frozen=True)
class Candidate:
    """One value of C that was tried.

    Attributes:
        strength: The value.
        validation_auc: AUC on the validation rows.
        transfer_auc: By source, AUC on all its rows of a head trained without it.
    """

    strength: float
    validation_auc: float
    transfer_auc: dict[str, float]

    @property
    def criterion(self) -> float:
        """What the choice goes by: the mean of all these."""
        return float(np.mean([self.validation_auc, *self.transfer_auc.values()]))

    def described(self) -> dict[str, object]:
        """For ``metrics.json``."""
        transfer = {source: round(value, 4) for source, value in self.transfer_auc.items()}
        return {"C": self.strength, "validation_auc": round(self.validation_auc, 4), "transfer_auc": transfer}


def balancing_weights(truth: Truth, sources: NDArray[np.str_], *, source_power: float) -> Values:
    """Weights of rows that balance the two classes, and within each class soften the weight of large sources.

    Args:
        truth: Class of each row.
        sources: Source of each row.
        source_power: 0 leaves the rows of a class alike; 1 gives every source of a class the same total; between,
            totals go with (number of rows) to the power of ``1 - source_power``.

    Returns:
        One weight a row, of mean 1, each class with half of the total.
    """
    weights = np.ones(len(truth), dtype=np.float64)
    for is_it in (True, False):
        rows = truth == is_it
        _, inverse, counts = np.unique(sources[rows], return_inverse=True, return_counts=True)
        within = counts[inverse].astype(np.float64) ** -source_power
        weights[rows] = within / within.sum() * len(truth) / 2
    return weights


def fit_head(features: Features, truth: Truth, weights: Values, *, strength: float) -> LinearHead:
    """Fit one head.

    Args:
        features: Shape (n, channels).
        truth: Of shape (n,).
        weights: Of shape (n,).
        strength: Inverse regularisation C of scikit-learn's ``LogisticRegression`` on standardised features.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    mean = features.mean(axis=0, dtype=np.float64)
    deviation = features.std(axis=0, dtype=np.float64)
    # A channel that hardly ever fires in training must not outvote all others when it does.
    deviation = np.maximum(deviation, max(_LEAST_DEVIATION * float(np.median(deviation)), 1e-6))
    standardised = (features - mean) / deviation
    model = LogisticRegression(C=strength, max_iter=5000, tol=1e-5)
    with threadpool_limits(limits=1):  # sums in one order: the same weights, bit for bit, on a busy machine too
        model.fit(standardised, truth, sample_weight=weights)
    folded = model.coef_[0] / deviation
    return LinearHead(weights=folded, bias=float(model.intercept_[0] - folded @ mean), strength=strength)


@dataclass(frozen=True)
class TrainingRows:
    """What a head is fitted on.

    Attributes:
        features: By view, each of shape (n, channels).
        truth: Of shape (n,).
        sources: Of length n.
    """

    features: Mapping[str, Features]
    truth: Truth
    sources: NDArray[np.str_]

    def subset(self, rows: NDArray[np.bool_]) -> TrainingRows:
        """Some of the rows."""
        features = {view: values[rows] for view, values in self.features.items()}
        return TrainingRows(features, self.truth[rows], self.sources[rows])

    def fit(self, *, strength: float, source_power: float) -> LinearHead:
        """Fit a head on all views, each picture with the same total weight however many views there are."""
        views = list(self.features.values())
        truth = np.tile(self.truth, len(views))
        weights = balancing_weights(truth, np.tile(self.sources, len(views)), source_power=source_power)
        return fit_head(np.concatenate(views), truth, weights / len(views), strength=strength)


def choose_head(
    training: TrainingRows,
    validation: TrainingRows,
    *,
    strengths: Sequence[float],
    source_power: float,
    transfer_sources: Sequence[str],
    told: Callable[[], None] = lambda: None,
) -> tuple[LinearHead, list[Candidate]]:
    """Fit a head with the regularisation that does best on validation rows and on sources it has not seen.

    Args:
        training: Rows to fit on.
        validation: Rows to choose by; their first view is looked at.
        strengths: Values of C to choose from; the smaller one wins a tie.
        source_power: See `balancing_weights`.
        transfer_sources: Each of these is in turn left out of training and predicted. One that does not have both
            classes is passed over.
        told: Called after each value of C.

    Returns:
        The head fitted on all training rows, and how every value did.
    """
    first = next(iter(training.features))
    candidates: list[Candidate] = []
    heads: list[LinearHead] = []
    for strength in sorted(strengths):
        head = training.fit(strength=strength, source_power=source_power)
        logits = head.logits(validation.features[first])
        transfer: dict[str, float] = {}
        for source in transfer_sources:
            unseen = np.concatenate([training.sources == source, validation.sources == source])
            features = np.concatenate([training.features[first], validation.features[first]])[unseen]
            truth = np.concatenate([training.truth, validation.truth])[unseen]
            others = training.subset(training.sources != source)
            if 0 < truth.sum() < len(truth) and 0 < others.truth.sum() < len(others.truth):
                stranger = others.fit(strength=strength, source_power=source_power)
                transfer[source] = area_under_curve(truth, stranger.logits(features))
        candidates.append(Candidate(strength, area_under_curve(validation.truth, logits), transfer))
        heads.append(head)
        told()
    best = max(range(len(heads)), key=lambda index: candidates[index].criterion)
    return heads[best], candidates
