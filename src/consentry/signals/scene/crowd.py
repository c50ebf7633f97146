"""From the network's estimate of log10(people + 1) to a number of people, a level, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log10
from statistics import NormalDist
from typing import Any, Final, Self

from consentry.records import CrowdLevel

LEVELS: Final[tuple[tuple[CrowdLevel, float], ...]] = (
    ("none", 0.0),
    ("one", 1.0),
    ("few", 5.0),
    ("group", 20.0),
    ("crowd", 100.0),
    ("dense_crowd", float("inf")),
)
"""Each level, and the largest number of people in it. Our own steps: about a factor of five apart from *few* on, which
is what a look at a picture can tell; above a hundred nobody counts."""

_INTERVAL: Final = 0.90
_SURELY_MORE: Final = 0.999
"""Share of the estimate's distribution below the number of faces from which on the estimate is given up."""
_LARGEST: Final = 5.0
"""log10 of the largest number that is believed: no picture shows more people than that."""


def level_of(people: float) -> CrowdLevel:
    """The level of a number of people, which need not be whole: up to half a person more still counts as fewer.

    >>> level_of(0), level_of(1), level_of(5), level_of(6), level_of(1000)
    ('none', 'one', 'few', 'group', 'dense_crowd')
    """
    return next(level for level, most in LEVELS if people <= most + 0.5)


def level_number(level: CrowdLevel) -> int:
    """The place of a level, 0 for *none*."""
    return [name for name, _ in LEVELS].index(level)


@dataclass(frozen=True)
class CrowdEstimate:
    """How many people; see `consentry.records.CrowdScore`."""

    people: float
    low: float
    high: float
    level: CrowdLevel
    probability: float
    certain: bool


@dataclass(frozen=True)
class CrowdCalibration:
    """Errors of the estimate, as measured on validation pictures that somebody counted.

    Attributes:
        bias: Median error of the estimate, in log10(people + 1); taken off.
        deviation: Standard deviation of the error, taken as normal.
    """

    bias: float
    deviation: float

    @classmethod
    def from_description(cls, described: Mapping[str, Any]) -> Self:
        """From ``model.json``.

        Raises:
            KeyError, TypeError, ValueError: It is incomplete or makes no sense.
        """
        found = cls(float(described["bias"]), float(described["deviation"]))
        if not found.deviation > 0:
            raise ValueError("the deviation of the crowd estimate is not above 0")
        return found

    def estimate(self, log_people: float, *, at_least: int = 0) -> CrowdEstimate:
        """What an output of the network means.

        Where people are few and near, a face detector counts better than an estimate from the whole picture; in crowds
        it finds a few in a hundred. So the faces that were found bound the estimate from below, and change nothing
        where it is far above them: the error's distribution is cut off below that number.

        Args:
            log_people: log10(people + 1), uncorrected.
            at_least: Faces that were found.
        """
        middle = min(max(log_people - self.bias, 0.0), _LARGEST)
        error = NormalDist(middle, self.deviation)
        below = error.cdf(_log(at_least - 0.5)) if at_least > 0 else 0.0
        if below > _SURELY_MORE:  # the faces refute the estimate, and take its place
            error = NormalDist(min(_log(at_least), _LARGEST), self.deviation)
            below = error.cdf(_log(at_least - 0.5))

        def quantile(share: float) -> float:
            return max(float(at_least), _people(error.inv_cdf(below + share * (1 - below))))

        low, half, high = (quantile(share) for share in ((1 - _INTERVAL) / 2, 0.5, (1 + _INTERVAL) / 2))
        probabilities: dict[CrowdLevel, float] = {}
        so_far = below
        for level, most in LEVELS:
            up_to = max(so_far, error.cdf(_log(most + 0.5)) if most != float("inf") else 1.0)
            probabilities[level] = (up_to - so_far) / (1 - below)
            so_far = up_to
        level = max(probabilities, key=lambda name: probabilities[name])
        steps = [level_number(level_of(people)) for people in (low, high)]
        certain = all(abs(step - level_number(level)) <= 1 for step in steps)
        return CrowdEstimate(
            round(half, 1), round(low, 1), round(high, 1), level, round(probabilities[level], 4), certain
        )


def _people(log_people: float) -> float:
    return float(max(0.0, 10.0 ** min(log_people, _LARGEST) - 1.0))


def _log(people: float) -> float:
    return log10(people + 1.0)
