"""How sure a measured figure is: an interval, and those of shares; `training.measures.bootstrap` has the others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist


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


def score_interval(successes: int, trials: int, *, level: float = 0.95) -> Interval:
    """Two-sided interval of a share, in closed form, so that the core install is enough (Wilson 1927).

    Args:
        successes: How often it happened.
        trials: Out of how many; with none, the interval is 0-1 and the estimate NaN.
        level: Confidence, 0-1.

    Raises:
        ValueError: ``successes`` is not between 0 and ``trials``.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is not a share")
    if not trials:
        return Interval(float("nan"), 0.0, 1.0, level)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = successes / trials
    middle = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    low = (middle - half) / scale if successes else 0.0
    high = (middle + half) / scale if successes < trials else 1.0
    return Interval(share, low, high, level)


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
