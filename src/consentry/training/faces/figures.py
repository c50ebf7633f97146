"""What the face model achieves on development pairs, with intervals: the numbers behind its card."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consentry.training.faces.pairs import EmbeddedFaces, FacePair
from consentry.training.faces.thresholds import AllPairs, accuracy, all_pairs
from consentry.training.measures.bootstrap import bootstrap_interval
from consentry.training.measures.intervals import Interval

_REPETITIONS = 1000


def identity_of(path: Path) -> str:
    """Who is on a picture, by LFW's convention: the file's name without its number (``Ada_Lovelace_0003.jpg``)."""
    return re.sub(r"_\d+$", "", path.stem)


def pairs_of_split(pairs: Sequence[FacePair], split: str) -> list[FacePair]:
    """The pairs of one split."""
    return [pair for pair in pairs if pair.split == split]


def pair_distances(faces: EmbeddedFaces, pairs: Sequence[FacePair]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Distances of pairs, infinite where a face was not found, and whether each shows one person."""
    distances = faces.distances([pair.path_a for pair in pairs], [pair.path_b for pair in pairs])
    return distances, np.array([pair.same for pair in pairs])


def subset(faces: EmbeddedFaces, pairs: Sequence[FacePair]) -> EmbeddedFaces:
    """The faces of the pictures that some pairs are made of."""
    wanted = {path for pair in pairs for path in (pair.path_a, pair.path_b)}
    mask = np.array([path in wanted for path in faces.paths])
    paths = tuple(path for path in faces.paths if path in wanted)
    return EmbeddedFaces(
        paths,
        faces.embeddings[mask],
        faces.widths[mask],
        faces.sharpness[mask],
        qualities=tuple(quality for quality, kept in zip(faces.qualities, mask, strict=False) if kept),
    )


@dataclass(frozen=True)
class CrossPairs:
    """All pairs of pictures of a set, with the persons they belong to, so that persons can be resampled."""

    pairs: AllPairs
    faces: EmbeddedFaces
    identities: NDArray[np.str_]

    @classmethod
    def of(cls, faces: EmbeddedFaces) -> CrossPairs:
        """Of a set of pictures named by LFW's convention."""
        identities = np.array([identity_of(path) for path in faces.paths])
        return cls(all_pairs(faces, identities), faces, identities)

    def true_accept_rate(self, threshold: float) -> Interval:
        """TAR at a threshold; 95 % interval by bootstrap over persons."""
        same, who = self._genuine(threshold)
        return bootstrap_interval(
            lambda rows: float(same[rows].mean()), len(same), groups=who, repetitions=_REPETITIONS
        )

    def false_match_rate(self, threshold: float) -> Interval:
        """FMR at a threshold over all pairs of two persons; 95 % interval by bootstrap over persons.

        Pairs that share a person are not independent, so persons are drawn, not pairs: a person drawn twice counts
        twice in every pair.
        """
        found = self.faces.found
        vectors = self.faces.embeddings[found].astype(np.float64)
        people, who = np.unique(self.identities[found], return_inverse=True)
        squares = (vectors**2).sum(axis=1)
        first, second = [], []
        for row in range(len(vectors) - 1):
            squared = squares[row] + squares[row + 1 :] - 2 * vectors[row + 1 :] @ vectors[row]
            near = np.flatnonzero((squared <= threshold**2) & (who[row + 1 :] != who[row])) + row + 1
            first.append(np.full(len(near), who[row]))
            second.append(who[near])
        a, b = np.concatenate(first), np.concatenate(second)
        pictures = np.bincount(who).astype(np.float64)

        def rate(drawn: NDArray[np.intp]) -> float:
            weight = np.bincount(drawn, minlength=len(people)).astype(np.float64)
            total = ((weight @ pictures) ** 2 - ((weight * pictures) ** 2).sum()) / 2
            # A draw of one person alone has no pairs of two.
            return float((weight[a] * weight[b]).sum() / total) if total > 0 else float("nan")

        return bootstrap_interval(rate, len(people), repetitions=_REPETITIONS)

    def _genuine(self, threshold: float) -> tuple[NDArray[np.bool_], NDArray[np.str_]]:
        found = self.faces.found
        vectors, names = self.faces.embeddings[found].astype(np.float64), self.identities[found]
        same, who = [], []
        for name in np.unique(names):
            own = vectors[names == name]
            i, j = np.triu_indices(len(own), 1)
            same.append(np.linalg.norm(own[i] - own[j], axis=1) <= threshold)
            who.append(np.full(len(i), name))
        return np.concatenate(same), np.concatenate(who)


def pair_accuracy(faces: EmbeddedFaces, pairs: Sequence[FacePair], threshold: float) -> Interval:
    """Accuracy on given pairs, 95 % interval by bootstrap over the person of the first picture."""
    distances, same = pair_distances(faces, pairs)
    who = np.array([identity_of(pair.path_a) for pair in pairs])
    return bootstrap_interval(
        lambda rows: accuracy(distances[rows], same[rows], threshold),
        len(pairs),
        groups=who,
        repetitions=_REPETITIONS,
    )


def split_figures(
    faces: EmbeddedFaces, pairs: Sequence[FacePair], *, threshold: float, match: float, no_match: float
) -> dict[str, Any]:
    """All figures of one split at given thresholds, for ``metrics.json``."""
    own = subset(faces, pairs)
    crossed = CrossPairs.of(own)
    return {
        "pairs": len(pairs),
        "pictures": len(own.paths),
        "persons": len(np.unique(crossed.identities)),
        "failures_to_detect": int((~own.found).sum()),
        "accuracy": pair_accuracy(faces, pairs, threshold).rounded(),
        "genuine_pairs": len(crossed.pairs.genuine),
        "impostor_pairs": len(crossed.pairs.impostor),
        "match_band": {
            "false_match_rate": crossed.false_match_rate(match).rounded(6),
            "true_accept_rate": crossed.true_accept_rate(match).rounded(),
        },
        "no_match_band": {
            "false_non_match_rate": _complement(crossed.true_accept_rate(no_match)),
            "impostors_not_excluded": crossed.false_match_rate(no_match).rounded(),
        },
    }


def _complement(interval: Interval) -> dict[str, float]:
    return Interval(1 - interval.estimate, 1 - interval.high, 1 - interval.low, interval.level).rounded()
