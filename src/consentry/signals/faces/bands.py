"""From an embedding distance to a likelihood ratio, a probability and a band. The numbers come from ``model.json``.

A medium with many faces gives a stranger as many chances to look like the claimant. If one comparison goes wrong at
the false match rate r, at least one of n goes wrong with probability ``1 - (1 - r)^n`` (Daugman, "Biometric decision
landscapes", 2000; the same relation between FMR and FPIR is in ISO/IEC 19795-1). The match band is therefore
held to its stated rate for the medium as a whole: the more faces, the nearer a match has to be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from consentry.records import FaceBand, FaceQuality

PairBand = Literal["match", "inconclusive", "no_match"]


def false_match_probability(rate: float, chances: int) -> float:
    """Probability of at least one false match in several independent comparisons: ``1 - (1 - rate)^chances``.

    Args:
        rate: False match rate of one comparison.
        chances: How many comparisons.
    """
    return -math.expm1(chances * math.log1p(-rate)) if rate < 1.0 else float(chances > 0)


def rate_per_chance(total: float, chances: int) -> float:
    """The rate that one comparison may have so that `false_match_probability` of several of them is ``total``.

    Args:
        total: For all comparisons together, under 1.
        chances: How many, at least 1.
    """
    return -math.expm1(math.log1p(-total) / chances)


@dataclass(frozen=True)
class Calibration:
    """Logistic calibration of the distance of a pair, and the thresholds of the bands. Belongs to one embedder.

    Attributes:
        intercept: Of the log-odds that both faces are one person's, at even prior odds.
        slope: Per unit of distance; negative.
        match_at_most: Distances up to this are a ``match`` if there is but one face; set at ``match_fmr``.
        no_match_at_least: Distances from this on are ``no_match``; set at a stated FNMR.
        certainty: No probability is given closer to 0 or 1 than this: so many pairs have not been seen.
        match_fmr: The false match rate that the ``match`` band is held to, for a whole medium.
        false_match_rates: Rows of distance and the upper bound of the rate at which strangers come as near as that,
            both ascending. Without it, nothing is known of rates below ``match_fmr``.
    """

    intercept: float
    slope: float
    match_at_most: float
    no_match_at_least: float
    certainty: float
    match_fmr: float = 0.001
    false_match_rates: tuple[tuple[float, float], ...] = ()

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Self:
        """Read from a parsed ``model.json``."""
        calibration, thresholds = manifest["calibration"], manifest["thresholds"]
        return cls(
            intercept=calibration["intercept"],
            slope=calibration["slope"],
            certainty=calibration["certainty"],
            match_at_most=thresholds["match_at_most"],
            no_match_at_least=thresholds["no_match_at_least"],
            match_fmr=thresholds.get("match_fmr", 0.001),
            false_match_rates=tuple((row[0], row[1]) for row in thresholds.get("false_match_rates", ())),
        )

    @classmethod
    def if_measured(cls, manifest: Mapping[str, Any]) -> Self | None:
        """As `from_manifest`; ``None`` if the model has not been calibrated yet."""
        return cls.from_manifest(manifest) if "calibration" in manifest and "thresholds" in manifest else None

    def probability(self, distance: float) -> float:
        """Calibrated probability that two faces at this distance are one person's, at even prior odds."""
        ratio = self.likelihood_ratio(distance)
        return round(ratio / (1.0 + ratio), 4)

    def likelihood_ratio(self, distance: float) -> float:
        """How many times likelier this distance is for one person's faces than for two persons'.

        At even prior odds it is the odds of the calibrated probability; bounded by ``certainty`` like that.
        """
        bound = math.log((1.0 - self.certainty) / self.certainty)
        return math.exp(min(max(self.intercept + self.slope * distance, -bound), bound))

    def false_match_rate(self, distance: float) -> float:
        """Upper bound of the rate at which two persons' faces are this near; 1 where that has not been measured."""
        rates = [rate for limit, rate in self._rates() if distance <= limit]
        rates += [self.match_fmr] if distance <= self.match_at_most else []
        return min(rates, default=1.0)

    def match_limit(self, chances: int = 1) -> float | None:
        """The largest distance that is a ``match`` when so many faces are compared.

        Args:
            chances: Faces of the medium that are compared, at least 1.

        Returns:
            ``None`` if no distance is known at which so many chances would stay under ``match_fmr``.
        """
        if chances <= 1:
            return self.match_at_most
        allowed = rate_per_chance(self.match_fmr, chances)
        within = [limit for limit, rate in self._rates() if rate <= allowed]
        return min(max(within), self.match_at_most) if within else None

    def band(self, distance: float, quality: FaceQuality, chances: int = 1) -> PairBand:
        """The band of one face; a face of poor quality is ``inconclusive`` whatever its distance.

        Args:
            distance: To the claim's references.
            quality: Of the face.
            chances: How many faces of the medium are compared.
        """
        return self.band_of_distance(distance, chances) if quality.usable else "inconclusive"

    def band_of_distance(self, distance: float, chances: int = 1) -> PairBand:
        """The band of a face, or of several of one person, that are good enough to be compared."""
        limit = self.match_limit(chances)
        if limit is not None and distance <= limit:
            return "match"
        return "no_match" if distance >= self.no_match_at_least and distance > self.match_at_most else "inconclusive"

    def _rates(self) -> tuple[tuple[float, float], ...]:
        return self.false_match_rates or ((self.match_at_most, self.match_fmr),)


def band_of_medium(bands: Sequence[PairBand]) -> FaceBand:
    """The band of a medium: of its best face, or ``no_face``."""
    for band in ("match", "inconclusive", "no_match"):
        if band in bands:
            return band
    return "no_face"


def likelihood_ratio_of_medium(ratios: Sequence[float]) -> float:
    """How many times likelier all faces of a medium are if one of them is the claimant's than if none is.

    Whichever of n faces the claimant's might be, it is one of them with probability 1 / n, and the others are
    strangers' either way: the mean of the single ratios. So a face among many counts for less than a face alone.

    Args:
        ratios: Of every face, 1 for those of which nothing can be said; at least one.
    """
    return math.fsum(ratios) / len(ratios)


def coarse_probability(probability: float, certainty: float) -> float:
    """A probability as callers get it: to two decimals, and not nearer to 0 or 1 than ``certainty``.

    A face can be rebuilt from exact scores by trying again and again what makes them rise (Adler 2004); steps leave
    little to climb on, and say all that a reviewer can use.
    """
    return round(min(max(round(probability, 2), certainty), 1.0 - certainty), 4)


def coarse_ratio(ratio: float) -> float:
    """A likelihood ratio to one significant digit, for the same reason."""
    return float(f"{ratio:.0e}")
