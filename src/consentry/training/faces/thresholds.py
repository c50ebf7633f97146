"""From distances of development pairs to calibration, bands and figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.training.faces.pairs import EmbeddedFaces

Distances = NDArray[np.float64]
Truth = NDArray[np.bool_]


def best_threshold(distances: Distances, same: Truth) -> float:
    """The distance at which calling pairs at most that far apart "same" is right most often.

    Midway between two neighbouring distances; the smallest of several equally good ones. Infinite distances (no face
    found) are always called different.
    """
    order = np.argsort(distances, kind="stable")
    ordered, truth = distances[order], same[order]
    finite = np.isfinite(ordered)
    ordered, truth_finite = ordered[finite], truth[finite]
    gains = np.concatenate([[0], np.cumsum(np.where(truth_finite, 1, -1))])
    best = int(np.argmax(gains))
    if best == 0:
        return float(ordered[0] / 2) if len(ordered) else 0.0
    above = ordered[best] if best < len(ordered) else ordered[best - 1]
    return float((ordered[best - 1] + above) / 2)


def accuracy(distances: Distances, same: Truth, threshold: float) -> float:
    """Share of pairs called right at a threshold."""
    return float(np.mean((distances <= threshold) == same))


@dataclass(frozen=True)
class AllPairs:
    """Every pair of distinct pictures in which both faces were found.

    Attributes:
        genuine: Sorted distances of pairs of one identity.
        impostor: Sorted distances of pairs of two identities.
    """

    genuine: Distances
    impostor: Distances

    def true_accept_rate(self, threshold: float) -> float:
        """Share of genuine pairs at most this far apart (1 - FNMR)."""
        return float(np.searchsorted(self.genuine, threshold, side="right") / len(self.genuine))

    def false_match_rate(self, threshold: float) -> float:
        """Share of impostor pairs at most this far apart."""
        return float(np.searchsorted(self.impostor, threshold, side="right") / len(self.impostor))

    def threshold_at_fmr(self, rate: float) -> float:
        """The largest seen impostor distance below which at most this share of impostors lies."""
        index = int(np.floor(rate * len(self.impostor)))
        return float(np.nextafter(self.impostor[index], -np.inf))

    def threshold_at_fnmr(self, rate: float) -> float:
        """The smallest genuine distance at or beyond which at most this share of genuine pairs lies."""
        index = int(np.ceil((1 - rate) * len(self.genuine)))
        return float(np.nextafter(self.genuine[min(index, len(self.genuine)) - 1], np.inf))


def all_pairs(faces: EmbeddedFaces, identities: NDArray[np.str_]) -> AllPairs:
    """Distances of all pairs of a set of pictures.

    Args:
        faces: N pictures.
        identities: (N,) who is on each.
    """
    vectors = faces.embeddings[faces.found].astype(np.float64)
    names = identities[faces.found]
    squares = (vectors**2).sum(axis=1)
    genuine, impostor = [], []
    for row in range(len(vectors) - 1):
        squared = squares[row] + squares[row + 1 :] - 2 * vectors[row + 1 :] @ vectors[row]
        distances = np.sqrt(np.maximum(squared, 0))
        same = names[row + 1 :] == names[row]
        genuine.append(distances[same])
        impostor.append(distances[~same].astype(np.float32))
    return AllPairs(np.sort(np.concatenate(genuine)), np.sort(np.concatenate(impostor).astype(np.float64)))


def fit_calibration(distances: Distances, same: Truth) -> tuple[float, float]:
    """Intercept and slope of the log-odds of "same" over the distance (Platt 1999), without regularisation.

    Pairs without a face in both pictures take no part: they never get a probability.
    """
    from sklearn.linear_model import LogisticRegression

    finite = np.isfinite(distances)
    model = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(distances[finite, None], same[finite])
    return float(model.intercept_[0]), float(model.coef_[0, 0])
