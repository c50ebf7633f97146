"""How sure any figure is: the bootstrap, which measures it again on rows drawn with replacement.

A draw is either a list of rows (`bootstrap_interval`, for any statistic) or a weight a row: how often it was drawn
(`weighted_intervals`, for statistics that take many draws at once; a thousand draws of some thousand rows are a
fraction of a second).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from consentry.training.measures.intervals import Interval

Rows = NDArray[np.intp]
"""Row numbers, with repetitions, at which a statistic is to be computed."""

Weights = NDArray[np.float64]
"""How often each row was drawn, shape (draws, rows)."""
WeightedStatistic = Callable[[Weights], NDArray[np.float64]]
"""From weights to one figure a draw; NaN where it is undefined."""

_CELLS_AT_ONCE = 2_000_000
"""Of a matrix of weights: 16 MB."""


def bootstrap_interval(
    statistic: Callable[[Rows], float],
    count: int,
    *,
    groups: ArrayLike | None = None,
    repetitions: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Percentile bootstrap interval of a statistic (Efron and Tibshirani 1993, chapter 13).

    Two systems on the same rows are compared by the statistic of their difference: it sees the same rows for both.

    Args:
        statistic: From row numbers (drawn with replacement) to a figure. May give NaN where the figure is undefined;
            such draws are left out.
        count: Number of rows.
        groups: One label a row: whole groups are drawn, as for frames of one video or photos of one person.
        repetitions: Number of draws.
        level: Confidence, 0-1.
        seed: Of the draws; the same seed gives the same interval.

    Returns:
        The interval; its ends are NaN where more than half of the draws were undefined.

    Raises:
        ValueError: ``groups`` is not of length ``count``, or there are no rows.

    Example:
        >>> right = np.array([1.0] * 90 + [0.0] * 10)
        >>> f"{bootstrap_interval(lambda rows: right[rows].mean(), 100):.2f}"
        '0.90 (0.84-0.96)'
    """
    if count < 1:
        raise ValueError("no rows to draw from")
    generator = np.random.default_rng(seed)
    draw = _grouped(groups, count) if groups is not None else _single(count)
    draws = np.array([statistic(draw(generator)) for _ in range(repetitions)], dtype=np.float64)
    return percentile_interval(float(statistic(np.arange(count))), draws, level=level)


def bootstrap_weights(
    count: int, *, groups: ArrayLike | None = None, repetitions: int = 1000, seed: int = 0
) -> Iterator[Weights]:
    """Draw whole groups with replacement, as many as there are, over and over; some repetitions at a time.

    Args:
        count: Number of rows.
        groups: One label a row; every row for itself by default.
        repetitions: Number of draws in all.
        seed: Of the draws.

    Yields:
        How often each row was drawn, shape (some draws, ``count``).

    Raises:
        ValueError: There are no rows, or ``groups`` is not of length ``count``.
    """
    if count < 1:
        raise ValueError("no rows to draw from")
    labels = np.arange(count) if groups is None else np.asarray(groups)
    if labels.shape != (count,):
        raise ValueError(f"expected {count} labels, got an array of shape {labels.shape}")
    _, group_of_row = np.unique(labels, return_inverse=True)
    pools = int(group_of_row.max()) + 1
    generator = np.random.default_rng(seed)
    step = max(1, _CELLS_AT_ONCE // count)
    for start in range(0, repetitions, step):
        draws = min(step, repetitions - start)
        chosen = generator.integers(0, pools, (draws, pools)) + pools * np.arange(draws)[:, None]
        drawn = np.bincount(chosen.ravel(), minlength=draws * pools).reshape(draws, pools)
        yield drawn[:, group_of_row].astype(np.float64)


def weighted_intervals(
    statistics: Mapping[str, WeightedStatistic],
    count: int,
    *,
    groups: ArrayLike | None = None,
    repetitions: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, Interval]:
    """Percentile bootstrap intervals of several statistics over the same draws; see `bootstrap_interval`.

    Args:
        statistics: By name. Undefined draws (NaN) are left out.
        count: Number of rows.
        groups: One label a row: whole groups are drawn.
        repetitions: Number of draws.
        level: Confidence, 0-1.
        seed: Of the draws; the same seed gives the same intervals.

    Returns:
        By name; the ends are NaN where more than half of the draws were undefined.

    Raises:
        ValueError: There are no rows, or ``groups`` is not of length ``count``.

    Example:
        >>> right = np.array([1.0] * 90 + [0.0] * 10)
        >>> share = lambda weights: weights @ right / weights.sum(axis=1)
        >>> f"{weighted_intervals({'share': share}, 100)['share']:.2f}"
        '0.90 (0.84-0.96)'
    """
    draws: dict[str, list[NDArray[np.float64]]] = {name: [] for name in statistics}
    for weights in bootstrap_weights(count, groups=groups, repetitions=repetitions, seed=seed):
        for name, statistic in statistics.items():
            draws[name].append(statistic(weights))
    everything = np.ones((1, count))
    return {
        name: percentile_interval(float(statistic(everything)[0]), np.concatenate(draws[name]), level=level)
        for name, statistic in statistics.items()
    }


def paired_bootstrap(
    truth: NDArray[np.bool_],
    scores_a: NDArray[np.float64],
    scores_b: NDArray[np.float64],
    statistic: Callable[[NDArray[np.bool_], NDArray[np.float64]], WeightedStatistic],
    *,
    groups: ArrayLike | None = None,
    repetitions: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """How much better A is than B on the same rows: figure of A minus figure of B, with its interval.

    Both are measured on the same draws, so what is hard for both cancels out: the interval is far narrower than
    those of the two figures suggest (Efron and Tibshirani 1993, chapter 8).

    Args:
        truth: Of the rows.
        scores_a: Of the same rows.
        scores_b: Of the same rows, by the other model.
        statistic: From truth and scores to a statistic of weights, such as
            `consentry.training.measures.weighted_metrics.weighted_auc`.
        groups: One label a row: whole groups are drawn.
        repetitions: Number of draws.
        level: Confidence, 0-1.
        seed: Of the draws.

    Raises:
        ValueError: The arrays differ in length, or there are no rows.
    """
    if not len(truth) == len(scores_a) == len(scores_b):
        raise ValueError(f"{len(truth)} truths, {len(scores_a)} and {len(scores_b)} scores")
    of_a, of_b = statistic(truth, scores_a), statistic(truth, scores_b)
    found = weighted_intervals(
        {"difference": lambda weights: of_a(weights) - of_b(weights)},
        len(truth),
        groups=groups,
        repetitions=repetitions,
        level=level,
        seed=seed,
    )
    return found["difference"]


def percentile_interval(estimate: float, draws: NDArray[np.float64], *, level: float = 0.95) -> Interval:
    """The interval that holds the middle share of the draws of a bootstrap.

    Args:
        estimate: The figure on all rows.
        draws: The figure in each draw: NaN where it is undefined, and infinite where it has no bound.
        level: Confidence, 0-1.

    Returns:
        The interval; its ends are NaN where more than half of the draws are undefined.
    """
    defined = draws[~np.isnan(draws)]
    if 2 * len(defined) < len(draws) or not len(defined):
        return Interval(estimate, float("nan"), float("nan"), level)
    # Between a finite and an infinite draw there is no middle.
    method: Literal["linear", "nearest"] = "linear" if np.isfinite(defined).all() else "nearest"
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2], method=method)
    return Interval(estimate, float(low), float(high), level)


def _single(count: int) -> Callable[[np.random.Generator], Rows]:
    return lambda generator: generator.integers(0, count, count)


def _grouped(groups: ArrayLike, count: int) -> Callable[[np.random.Generator], Rows]:
    pools = _members(groups, count)

    def draw(generator: np.random.Generator) -> Rows:
        return np.concatenate([pools[chosen] for chosen in generator.integers(0, len(pools), len(pools))])

    return draw


def _members(labels: ArrayLike, count: int) -> list[Rows]:
    """Row numbers of each label."""
    values = np.asarray(labels)
    if values.shape != (count,):
        raise ValueError(f"expected {count} labels, got an array of shape {values.shape}")
    _, inverse = np.unique(values, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    return np.split(order, np.cumsum(np.bincount(inverse))[:-1])
