"""The shipped face model on anybody's pairs of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from consentry.faces import FaceMatcher
from consentry.runtime import ModelFolder, RuntimeSettings
from consentry.training.errors import TrainingError
from consentry.training.face_figures import pair_distances
from consentry.training.face_pairs import embed_pictures, read_pairs
from consentry.training.face_thresholds import accuracy
from consentry.training.intervals import binomial_interval, bootstrap_interval
from consentry.training.progress import Progress, silent


def evaluate_faces(
    path: Path,
    *,
    split: str | None = None,
    settings: RuntimeSettings = RuntimeSettings(),
    root: Path | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Figures on pairs, at the shipped thresholds; see `consentry.training.face_pairs.read_pairs` for the file.

    Returns:
        Counts, and for accuracy and the error rates of the bands estimate and 95 % interval (bootstrap over pairs
        for accuracy, Clopper-Pearson for the rates).

    Raises:
        TrainingError: The pairs are missing or wrong.
        MediaError: A picture cannot be read.
    """
    pairs = [pair for pair in read_pairs(path) if split is None or pair.split == split]
    if not pairs:
        raise TrainingError(f"{path} has no pairs of the split {split!r}.", "Check the split.", code="training.split")
    matcher = FaceMatcher.load(settings, root=root)
    folder = ModelFolder.open("faces", root=root)
    same_at_most = float(folder.manifest["thresholds"]["same_at_most"])
    pictures = [picture for pair in pairs for picture in (pair.path_a, pair.path_b)]
    faces = embed_pictures(pictures, matcher.detector, matcher.embedder, progress=progress)
    distances, same = pair_distances(faces, pairs)
    right = bootstrap_interval(lambda rows: accuracy(distances[rows], same[rows], same_at_most), len(pairs))
    matched = distances <= matcher.calibration.match_at_most
    excluded = distances >= matcher.calibration.no_match_at_least
    genuine, impostors = int(same.sum()), int((~same).sum())
    return {
        "model": matcher.id,
        "pairs": len(pairs),
        "genuine": genuine,
        "pictures": len(faces.paths),
        "failures_to_detect": int(np.count_nonzero(~faces.found)),
        "threshold": same_at_most,
        "accuracy": right.rounded(),
        "match_false_match_rate": _share(int((matched & ~same).sum()), impostors),
        "match_true_accept_rate": _share(int((matched & same).sum()), genuine),
        "no_match_false_non_match_rate": _share(int((excluded & same).sum()), genuine),
    }


def _share(count: int, trials: int) -> dict[str, float] | None:
    return binomial_interval(count, trials).rounded() if trials else None
