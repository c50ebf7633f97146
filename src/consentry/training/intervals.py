"""How sure a measured figure is: bootstrap intervals for any statistic, exact binomial intervals for shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rows = NDArray[np.intp]
"""Row numbers, with repetitions, at which a statistic is to be computed."""


@dataclass(frozen=True)
class Interval:
    """A figure and the interval that holds its true value with the stated confidence.

    Attributes:
        estimate: The figure on all rows.
        low: Lower end.
        high: Upper end.
        level: Confidence, 0-1.
    """

    estimate: float
    low: float
    high: float
    level: float = 0.95

    def rounded(self, digits: int = 4) -> dict[str, float]:
        """``estimate``, ``low`` and ``high``, rounded, for JSON."""
        return {
            "estimate": round(self.estimate, digits),
            "low": round(self.low, digits),
            "high": round(self.high, digits),
        }

    def __format__(self, spec: str) -> str:
        """``0.981 (0.976-0.985)``; the format spec is that of one number, ``.3f`` unless given."""
        spec = spec or ".3f"
        return f"{self.estimate:{spec}} ({self.low:{spec}}-{self.high:{spec}})"


def bootstrap_interval(
    statistic: Callable[[Rows], float],
    count: int,
    *,
    strata: ArrayLike | None = None,
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
        strata: One label a row: the draws keep the number of rows of each, as for classes of a fixed share.
        groups: One label a row: whole groups are drawn, as for frames of one video or photos of one person.
        repetitions: Number of draws.
        level: Confidence, 0-1.
        seed: Of the draws; the same seed gives the same interval.

    Returns:
        The interval; its ends are NaN where more than half of the draws were undefined.

    Raises:
        ValueError: Both strata and groups were given, one of them is not of length ``count``, or there are no rows.

    Example:
        >>> right = np.array([1.0] * 90 + [0.0] * 10)
        >>> f"{bootstrap_interval(lambda rows: right[rows].mean(), 100):.2f}"
        '0.90 (0.84-0.96)'
    """
    if strata is not None and groups is not None:
        raise ValueError("give strata or groups, not both")
    if count < 1:
        raise ValueError("no rows to draw from")
    generator = np.random.default_rng(seed)
    draw = _grouped(groups, count) if groups is not None else _stratified(strata, count)
    draws = np.array([statistic(draw(generator)) for _ in range(repetitions)], dtype=np.float64)
    estimate = float(statistic(np.arange(count)))
    defined = draws[~np.isnan(draws)]
    if 2 * len(defined) < repetitions or not len(defined):
        return Interval(estimate, float("nan"), float("nan"), level)
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return Interval(estimate, float(low), float(high), level)


def _stratified(strata: ArrayLike | None, count: int) -> Callable[[np.random.Generator], Rows]:
    pools = [np.arange(count)] if strata is None else _members(strata, count)
    return lambda generator: np.concatenate([pool[generator.integers(0, len(pool), len(pool))] for pool in pools])


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


def binomial_interval(successes: int, trials: int, *, level: float = 0.95) -> Interval:
    """Exact two-sided interval of a share (Clopper and Pearson 1934).

    Args:
        successes: How often it happened.
        trials: Out of how many; with none, the interval is 0-1 and the estimate NaN.
        level: Confidence, 0-1.

    Raises:
        ValueError: ``successes`` is not between 0 and ``trials``.
    """
    low, high = _clopper_pearson(successes, trials, (1 - level) / 2)
    return Interval(successes / trials if trials else float("nan"), low, high, level)


def binomial_bounds(successes: int, trials: int, *, level: float = 0.95) -> tuple[float, float]:
    """Exact one-sided bounds of a share, each holding with the stated confidence by itself.

    Args:
        successes: How often it happened.
        trials: Out of how many.
        level: Confidence of each bound, 0-1.

    Returns:
        Lower and upper bound.

    Raises:
        ValueError: ``successes`` is not between 0 and ``trials``.
    """
    return _clopper_pearson(successes, trials, 1 - level)


def _clopper_pearson(successes: int, trials: int, tail: float) -> tuple[float, float]:
    from scipy.stats import beta

    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is not a share")
    low = float(beta.ppf(tail, successes, trials - successes + 1)) if successes else 0.0
    high = float(beta.ppf(1 - tail, successes + 1, trials - successes)) if successes < trials else 1.0
    return low, high
