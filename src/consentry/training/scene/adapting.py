"""Fits the outputs of a trained model to further pictures, and keeps them near where they were.

The penalty is on the distance from the trained weights in place of that from zero (L2-SP: Li, Grandvalet and Davoine
2018). So a few pictures move the outputs a little, many move them far, and what the pictures say nothing of stays as it
was. As in `scene_heads`, channels are standardised, and C is the inverse of the penalty.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from consentry.signals.scene.scorer import HEADS
from consentry.training.scene.config import HeadSettings
from consentry.training.scene.heads import LabelledFeatures, fit_crowd, moments
from consentry.training.scene.network import SceneOutputs, Values
from consentry.training.scene.weights import balancing_weights, crowd_steps, label_weights

Loss = Callable[[Values], tuple[float, Values]]
"""From logits of shape (n, outputs) to their loss and its gradient."""


def adapt_outputs(
    start: SceneOutputs, training: LabelledFeatures, *, strength: float, settings: HeadSettings
) -> SceneOutputs:
    """Fit all outputs on all views, beginning with those of a trained model.

    A context that none or all of the rows show keeps its direct logit, and the number of people its output where no
    row says anything about it. The mixture stays, too: it weighs the labels against the direct logits as they were.

    Args:
        start: The model's, with an output for every label of the rows (`scene_start.with_outputs_for`).
        training: Rows to fit on; every row has a label.
        strength: C; with 0 everything stays as it is.
        settings: How else.
    """
    from threadpoolctl import threadpool_limits

    if strength <= 0:
        return start
    targets, views = training.targets, len(training.features)
    stacked = np.concatenate(list(training.features.values()))
    mean, deviation = moments(stacked)
    with threadpool_limits(limits=1):  # sums in one order: the same weights, bit for bit, on a busy machine too
        standardised = ((stacked - mean) / deviation).astype(np.float64)
        design = np.concatenate([standardised, np.ones((len(stacked), 1))], axis=1)
        before = start.linear(stacked)
        count = len(targets.labels)
        steps = crowd_steps(start.linear(training.plain)[:, -1])
        moved = np.zeros((len(start.biases), design.shape[1]))
        by_label = label_weights(targets, power=settings.label_power, steps=steps, crowd_power=settings.crowd_power)
        moved[:count] = _moved(
            design,
            _softmax_loss(before[:, :count], np.tile(targets.label, views), np.tile(by_label, views)),
            count,
            strength / views,
        )
        for place in range(len(HEADS)):
            truth = np.tile(targets.contexts[:, place] > 0.5, views)
            if truth.any() and not truth.all():
                weights = balancing_weights(
                    truth,
                    np.tile(targets.sources, views),
                    source_power=settings.source_power,
                    steps=np.tile(steps, views),
                    crowd_power=settings.crowd_power,
                )
                column = before[:, count + place, None]
                moved[count + place] = _moved(design, _logistic_loss(column, truth, weights), 1, strength / views)[0]
    weights = start.weights + moved[:, :-1] / deviation
    biases = start.biases + moved[:, -1] - (moved[:, :-1] / deviation) @ mean
    weights[-1], biases[-1] = fit_crowd(
        training.plain, targets, strength=settings.crowd_strength, start=(start.weights[-1], float(start.biases[-1]))
    )
    return SceneOutputs(start.labels, weights, biases, start.mixture)


def _moved(design: Values, loss: Loss, outputs: int, strength: float) -> Values:
    """How far the weights of some outputs move, shape (outputs, columns of the design)."""
    from scipy.optimize import minimize

    shape = (outputs, design.shape[1])

    def objective(flat: Values) -> tuple[float, Values]:
        moved = flat.reshape(shape)
        value, gradient = loss(design @ moved.T)
        total = strength * value + 0.5 * float(flat @ flat)
        return total, (strength * (gradient.T @ design) + moved).ravel()

    found = minimize(objective, np.zeros(outputs * design.shape[1]), jac=True, method="L-BFGS-B", tol=1e-8)
    moved: Values = found.x.reshape(shape)
    return moved


def _softmax_loss(before: Values, label: NDArray[np.int64], weights: NDArray[np.float32]) -> Loss:
    from scipy.special import log_softmax

    rows = np.arange(len(label))

    def loss(change: Values) -> tuple[float, Values]:
        logs = log_softmax(before + change, axis=1)
        gradient = np.exp(logs)
        gradient[rows, label] -= 1
        return float(-(weights * logs[rows, label]).sum()), gradient * weights[:, None]

    return loss


def _logistic_loss(before: Values, truth: NDArray[np.bool_], weights: Values) -> Loss:
    def loss(change: Values) -> tuple[float, Values]:
        logits = before + change
        signed = np.where(truth, 1.0, -1.0)[:, None] * logits
        probabilities = 0.5 * (1.0 + np.tanh(0.5 * logits))
        value = float((weights[:, None] * np.logaddexp(0.0, -signed)).sum())
        return value, weights[:, None] * (probabilities - truth[:, None])

    return loss
