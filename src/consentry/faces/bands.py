"""From an embedding distance to a probability and a band. The numbers come from ``model.json``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from consentry.records import FaceBand, FaceQuality

PairBand = Literal["match", "inconclusive", "no_match"]


@dataclass(frozen=True)
class Calibration:
    """Logistic calibration of the distance of a pair, and the thresholds of the bands.

    Attributes:
        intercept: Of the log-odds that both faces are one person's, at even prior odds.
        slope: Per unit of distance; negative.
        match_at_most: Distances up to this are a ``match``; set at a stated FMR.
        no_match_at_least: Distances from this on are ``no_match``; set at a stated FNMR.
        certainty: No probability is given closer to 0 or 1 than this: so many pairs have not been seen.
    """

    intercept: float
    slope: float
    match_at_most: float
    no_match_at_least: float
    certainty: float

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Calibration:
        """Read from a parsed ``model.json``."""
        calibration, thresholds = manifest["calibration"], manifest["thresholds"]
        return cls(
            intercept=calibration["intercept"],
            slope=calibration["slope"],
            certainty=calibration["certainty"],
            match_at_most=thresholds["match_at_most"],
            no_match_at_least=thresholds["no_match_at_least"],
        )

    def probability(self, distance: float) -> float:
        """Calibrated probability that two faces at this distance are one person's."""
        odds = self.intercept + self.slope * distance
        probability = 1.0 / (1.0 + math.exp(-odds)) if odds > -700 else 0.0
        return round(min(max(probability, self.certainty), 1.0 - self.certainty), 4)

    def band(self, distance: float, quality: FaceQuality) -> PairBand:
        """The band of one face; a face of poor quality is ``inconclusive`` whatever its distance."""
        if not quality.usable or self.match_at_most < distance < self.no_match_at_least:
            return "inconclusive"
        return "match" if distance <= self.match_at_most else "no_match"


def band_of_medium(bands: list[PairBand]) -> FaceBand:
    """The band of a medium: of its best face, or ``no_face``."""
    for band in ("match", "inconclusive", "no_match"):
        if band in bands:
            return band
    return "no_face"
