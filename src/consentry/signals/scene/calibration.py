"""From a head's logit to a probability that means what it says, the interval around it, and a band.

The map is ``probability = sigmoid(slope * logit + intercept)`` (Platt 1999), fitted on validation data by
`consentry.training.scene.calibration` and read from ``model.json`` here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from consentry.records import SceneBand

DIGITS = 4
"""Decimals of every probability that goes into a record."""


@dataclass(frozen=True)
class CalibratedScore:
    """One logit, calibrated.

    Attributes:
        probability: Calibrated, 0-1.
        low: Lower end of the 95 % interval of the calibration here.
        high: Upper end of it.
        band: ``low`` below the lower threshold, ``high`` from the upper one on, ``uncertain`` between.
    """

    probability: float
    low: float
    high: float
    band: SceneBand


@dataclass(frozen=True)
class Calibration:
    """The calibration and the thresholds of one head.

    Attributes:
        slope: Of the log-odds over the logit; positive.
        intercept: Log-odds at logit 0.
        logits: Ascending points at which the interval is known.
        low_offsets: At each point, by how much the lower end of the interval differs in log-odds; 0 or below.
        high_offsets: Likewise for the upper end; 0 or above.
        band_low: Probability below which the band is ``low``.
        band_high: Probability from which on the band is ``high``.
        decision: Where a single yes or no has to be said, yes is from this probability on.
    """

    slope: float
    intercept: float
    logits: tuple[float, ...]
    low_offsets: tuple[float, ...]
    high_offsets: tuple[float, ...]
    band_low: float
    band_high: float
    decision: float

    @classmethod
    def from_description(cls, calibration: Mapping[str, Any], thresholds: Mapping[str, Any]) -> Self:
        """From one head's parts of ``model.json``.

        Raises:
            KeyError: Something is missing.
            ValueError: Something is there that makes no sense.
        """
        interval = calibration["interval"]
        parts = cls(
            slope=float(calibration["slope"]),
            intercept=float(calibration["intercept"]),
            logits=tuple(map(float, interval["logits"])),
            low_offsets=tuple(map(float, interval["low_offsets"])),
            high_offsets=tuple(map(float, interval["high_offsets"])),
            band_low=float(thresholds["low"]),
            band_high=float(thresholds["high"]),
            decision=float(thresholds["decision"]),
        )
        if not len(parts.logits) == len(parts.low_offsets) == len(parts.high_offsets) > 0:
            raise ValueError("the interval's columns differ in length or are empty")
        if parts.slope <= 0 or any(b <= a for a, b in zip(parts.logits, parts.logits[1:], strict=False)):
            raise ValueError("slope and points of the calibration have to ascend")
        if max(parts.low_offsets) > 0 or min(parts.high_offsets) < 0:
            raise ValueError("the interval does not hold the probability")
        if not 0 <= parts.band_low <= parts.band_high <= 1:
            raise ValueError("the thresholds of the bands are out of order")
        return parts

    def log_odds(self, logit: float) -> float:
        """Calibrated log-odds of a logit."""
        return self.slope * logit + self.intercept

    def score(self, logit: float) -> CalibratedScore:
        """Calibrate one logit. Beyond the known points the interval keeps its width (in log-odds) at the last one."""
        log_odds = self.log_odds(logit)
        low = log_odds + float(np.interp(logit, self.logits, self.low_offsets))
        high = log_odds + float(np.interp(logit, self.logits, self.high_offsets))
        probability = round(sigmoid(log_odds), DIGITS)
        return CalibratedScore(
            probability=probability,
            low=min(round(sigmoid(low), DIGITS), probability),
            high=max(round(sigmoid(high), DIGITS), probability),
            band=self.band(probability),
        )

    def band(self, probability: float) -> SceneBand:
        """The band of a probability."""
        if probability >= self.band_high:
            return "high"
        return "low" if probability < self.band_low else "uncertain"


def sigmoid(log_odds: float) -> float:
    """Probability of log-odds, without overflow.

    Example:
        >>> sigmoid(0.0), sigmoid(-1000.0)
        (0.5, 0.0)
    """
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    exponential = math.exp(log_odds)
    return exponential / (1.0 + exponential)
