"""From a set of pairs to distances: every picture is read, searched and embedded once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from consentry.media import MediaError
from consentry.signals.faces import FaceMatcher
from consentry.training.data.pictures import Skipped, refuse_too_many
from consentry.training.faces.bands import Flags
from consentry.training.faces.error_rates import ScoredPairs
from consentry.training.faces.pair_sets import PairIndices, PairSet
from consentry.training.faces.pairs import EmbeddedFaces, embed_pictures
from consentry.training.measures.identity_bootstrap import PersonPairs
from consentry.training.progress import Progress, silent

_ROWS: Final = 50_000


def read_faces(
    pair_set: PairSet, matcher: FaceMatcher, *, broken_share: float, progress: Progress = silent
) -> tuple[EmbeddedFaces, tuple[Skipped, ...], Flags]:
    """The faces of a set's pictures, the pictures that cannot be read, and (N,) which those are.

    Raises:
        TrainingError: ``training.pictures``; they are too many.
    """
    skipped: list[Skipped] = []
    lost = np.zeros(len(pair_set.paths), np.bool_)
    number = {path: index for index, path in enumerate(pair_set.paths)}

    def unreadable(path: Path, error: MediaError) -> None:
        skipped.append(Skipped(name=f"{path.parent.name}/{path.name}", code=error.code, reason=error.message))
        lost[number[path]] = True

    faces = embed_pictures(
        pair_set.paths,
        matcher.detector,
        matcher.embedder,
        floor=matcher.floor,
        unreadable=unreadable,
        progress=progress,
    )
    refuse_too_many(skipped, len(pair_set.paths), share=broken_share)
    return faces, tuple(skipped), lost


def scored(faces: EmbeddedFaces, pair_set: PairSet, indices: PairIndices) -> ScoredPairs:
    """Distances of pairs of pictures, infinite where a face was not found."""
    distances = np.full(len(indices), np.inf)
    found = faces.found
    there = np.flatnonzero(found[indices.first] & found[indices.second])
    for start in range(0, len(there), _ROWS):
        rows = there[start : start + _ROWS]
        apart = faces.embeddings[indices.first[rows]].astype(np.float64) - faces.embeddings[indices.second[rows]]
        distances[rows] = np.sqrt(np.einsum("ij,ij->i", apart, apart))
    persons = PersonPairs(pair_set.persons[indices.first], pair_set.persons[indices.second])
    return ScoredPairs(distances, indices.same, persons)


def usable(faces: EmbeddedFaces, indices: PairIndices) -> Flags:
    """(P,) whether both faces of a pair are found and good enough for posts."""
    good = faces.found if faces.usable is None else faces.usable
    both: Flags = good[indices.first] & good[indices.second]
    return both
