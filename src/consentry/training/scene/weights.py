"""How much each training row counts: frequent labels, large sources and crowded pictures are weighed down or up.

Where nearly all pictures with many people are public events, a network learns that many people *are* an event, and
takes every busy street for one. Rows are therefore weighed such that, in each step of the number of people, events
and other pictures come closer to one another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.training.measures.metrics import Truth
from consentry.training.scene.network import Values
from consentry.training.scene.targets import Targets

PRESUMED_WEIGHT: Final = 0.1
"""Of a presumed number of people, next to 1 for a counted one."""

_STEPS: Final = (0.5, 1.0, 1.5, 2.0)
"""Where the steps of log10(people + 1) end that `crowd_steps` tells apart: about 2, 9, 31 and 99 people."""


def people_weights(targets: Targets, *, presumed: float = PRESUMED_WEIGHT) -> NDArray[np.float32]:
    """How much each row says about the number of people, shape (n,); 0 where nothing is known."""
    weights = np.where(targets.counted, 1.0, presumed)
    return np.where(np.isnan(targets.people), 0.0, weights).astype(np.float32)


def crowd_steps(estimates: NDArray[np.floating]) -> NDArray[np.int64]:
    """Estimates of log10(people + 1) as five steps, shape (n,); each about three times the one before."""
    steps: NDArray[np.int64] = np.digitize(estimates, _STEPS).astype(np.int64)
    return steps


def label_weights(
    targets: Targets, *, power: float, steps: NDArray[np.int64] | None = None, crowd_power: float = 0.0
) -> NDArray[np.float32]:
    """Weights of rows that soften the weight of frequent labels, and of what the number of people gives away.

    Args:
        targets: Of the rows.
        power: Rows count with (rows of the label) to the power of ``-power``.
        steps: From `crowd_steps`, for the balance of contexts within each step.
        crowd_power: And with (rows with these contexts in this step) to the power of ``-crowd_power``.

    Returns:
        One weight a row, of mean 1.
    """
    weights = _softened(targets.label.tolist(), power)
    if steps is not None and crowd_power:
        contexts = [tuple(row) for row in (targets.contexts > 0.5).tolist()]
        weights = weights * _softened(list(zip(steps.tolist(), contexts, strict=True)), crowd_power)
    balanced: NDArray[np.float32] = (weights / weights.mean()).astype(np.float32)
    return balanced


def balancing_weights(
    truth: Truth,
    sources: NDArray[np.str_],
    *,
    source_power: float,
    steps: NDArray[np.int64] | None = None,
    crowd_power: float = 0.0,
) -> Values:
    """Weights of rows that balance the two classes, and soften the weight of large sources and common steps in each.

    Args:
        truth: Class of each row.
        sources: Source of each row.
        source_power: 0 leaves the rows of a class alike; 1 gives every source of a class the same total; between,
            totals go with (number of rows) to the power of ``1 - source_power``.
        steps: From `crowd_steps`.
        crowd_power: The same for them: with 1 every number of people says as much for a class as against it.

    Returns:
        One weight a row, of mean 1, each class with half of the total.
    """
    weights = np.ones(len(truth), dtype=np.float64)
    for is_it in (True, False):
        rows = truth == is_it
        within = _softened(sources[rows].tolist(), source_power)
        if steps is not None and crowd_power:
            within = within * _softened(steps[rows].tolist(), crowd_power)
        weights[rows] = within / within.sum() * len(truth) / 2
    return weights


def _softened(kinds: Sequence[Hashable], power: float) -> Values:
    """(Rows of the same kind) to the power of ``-power``, for each row."""
    counts = Counter(kinds)
    return np.array([float(counts[kind]) ** -power for kind in kinds], dtype=np.float64)
