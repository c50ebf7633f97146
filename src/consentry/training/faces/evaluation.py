"""How good a face model is on pairs of pictures, measured on what ships: the graphs, by the serving runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from consentry.runtime import RuntimeSettings
from consentry.signals.faces import FaceMatcher
from consentry.training.data.pictures import Skipped
from consentry.training.errors import TrainingError
from consentry.training.faces.accuracy import CrossValidated, cross_validated
from consentry.training.faces.bands import Bands, Flags, Reliability, band_figures, reliability_of, rounded, with_ends
from consentry.training.faces.error_rates import ErrorRates, ScoredPairs, error_rates
from consentry.training.faces.groups import GroupedPairs, group_figures
from consentry.training.faces.pair_files import listed_people
from consentry.training.faces.pair_sets import PairIndices, PairSet, read_pair_set
from consentry.training.faces.pairs import EmbeddedFaces
from consentry.training.faces.scoring import read_faces, scored, usable
from consentry.training.faces.set_elsewhere import rate_key, set_thresholds, tried
from consentry.training.measures.identity_bootstrap import Draws, draw_persons, share_interval
from consentry.training.progress import Progress, silent

MOST_IMPOSTORS: Final = 2_000_000
"""Of all pairs of two persons, so many are drawn at most: enough for an FMR of 0.0001."""


@dataclass(frozen=True)
class FaceEvaluation:
    """What came of an evaluation.

    Attributes:
        model: Its id.
        split: The split that was looked at.
        pair_set: What was read.
        faces: Of its pictures.
        skipped: Pictures that could not be read.
        skipped_pairs: Pairs that they were in.
        listed: The pairs of the file.
        accuracy: Over them.
        indices: The pairs that the error rates are about: those of the file, or all pairs of its pictures.
        pairs: The same, with distances.
        rates: EER, TAR at stated FMRs, the curve.
        bands: Of the same pairs.
        reliability: Of the probabilities of the file's pairs.
        lost: (N,) pictures that could not be read.
        matcher: What was measured.
        figures: Everything, as `as_dict` gives it.
    """

    model: str
    split: str | None
    pair_set: PairSet = field(repr=False)
    faces: EmbeddedFaces = field(repr=False)
    skipped: tuple[Skipped, ...]
    skipped_pairs: int
    listed: ScoredPairs = field(repr=False)
    accuracy: CrossValidated
    indices: PairIndices = field(repr=False)
    pairs: ScoredPairs = field(repr=False)
    rates: ErrorRates = field(repr=False)
    bands: Bands = field(repr=False)
    reliability: Reliability
    lost: Flags = field(repr=False)
    matcher: FaceMatcher = field(repr=False)
    figures: Mapping[str, Any] = field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of ``consentry evaluate faces``; figures that are undefined are null."""
        return dict(self.figures)


def evaluate_faces(
    path: Path,
    *,
    images: Path | None = None,
    columns: Mapping[str, str] | None = None,
    split: str | None = None,
    groups: Path | None = None,
    group_columns: Sequence[str] = (),
    all_pairs: bool | None = None,
    thresholds_from: str | None = None,
    embedder: str = "dlib",
    settings: RuntimeSettings = RuntimeSettings(),
    root: Path | None = None,
    broken_share: float = 0.05,
    bootstrap: int = 1000,
    most_impostors: int = MOST_IMPOSTORS,
    seed: int = 0,
    progress: Progress = silent,
) -> FaceEvaluation:
    """Evaluate the face model end to end; every picture is read, searched and embedded once.

    A face that is not found counts as a failure: a genuine pair without it is a false non-match, an impostor pair a
    correct rejection.

    Args:
        path: A table of pairs, one of LFW's files, or a folder of persons; see
            `consentry.training.faces.pair_files.read_pair_file`.
        images: Where the pictures lie, if not beside the file.
        columns: From our names of columns to those of the table.
        split: Only pairs of this split.
        groups: A table with the column ``path`` and columns of groups.
        group_columns: Their names; see `consentry.training.faces.pair_sets.read_pair_set`.
        all_pairs: Whether error rates are taken over all pairs of the pictures instead of those listed; by default,
            where pictures of persons are given, and no pairs.
        thresholds_from: A split of the same file on whose pairs the thresholds for stated FMRs are set, too, to be
            tried here.
        embedder: See `consentry.signals.faces.FaceMatcher.load`.
        settings: Where the model runs.
        root: The folder of models.
        broken_share: The largest share of unreadable pictures that is put up with.
        bootstrap: Repetitions for the intervals.
        most_impostors: If all pairs of two persons are more, an even draw of so many is taken.
        seed: Of everything that is drawn.
        progress: Told of every batch.

    Raises:
        TrainingError: The pairs are missing or wrong, or too many pictures cannot be read.
        ModelError: The model is missing or damaged.
        TemplateError: The embedder has not been calibrated.
    """
    pair_set = read_pair_set(
        path, images=images, columns=columns, split=split, groups=groups, group_columns=group_columns, seed=seed
    )
    other = (
        None
        if thresholds_from is None
        else read_pair_set(path, images=images, columns=columns, split=thresholds_from, seed=seed)
    )
    matcher = FaceMatcher.load(settings, root=root, embedder=embedder)
    pictures_of_persons = path.is_dir() or listed_people(path, path.parent) is not None
    crossing = pictures_of_persons if all_pairs is None else all_pairs
    faces, skipped, lost = read_faces(pair_set, matcher, broken_share=broken_share, progress=progress)
    kept = pair_set.without(lost)
    if not len(kept.pairs):
        raise TrainingError(
            f"No pair of {path} has two pictures that can be read.", "Check its paths.", code="training.pictures"
        )
    draws = draw_persons(int(pair_set.persons.max()) + 1, repetitions=bootstrap, seed=seed)
    listed = scored(faces, pair_set, kept.pairs)
    indices, possible = kept.pairs, int((~kept.pairs.same).sum())
    if crossing:
        indices, possible = pair_set.crossed(most=most_impostors, seed=seed, kept=~lost)
    pairs = scored(faces, pair_set, indices) if crossing else listed
    calibration = matcher.calibration
    bands = Bands.of(
        pairs.distances,
        usable(faces, indices),
        match_at_most=calibration.match_at_most,
        no_match_at_least=calibration.no_match_at_least,
    )
    rates = error_rates(pairs, draws)
    accuracy = cross_validated(listed, kept.folds, draws)
    reliability = reliability_of(listed, calibration.probability, draws)
    by_group = {
        attribute: group_figures(
            GroupedPairs.of(values, indices, pairs, bands), np.where(lost, "", values), found=faces.found, draws=draws
        )
        for attribute, values in pair_set.groups.items()
    }
    figures: dict[str, Any] = {
        "model": matcher.id,
        "model_sha256": matcher.folders[-1].digest,
        "pairs_file": pair_set.name,
        "pairs_sha256": pair_set.digest,
        "split": split,
        "pairs": len(listed),
        "genuine": int(listed.same.sum()),
        "impostors": int((~listed.same).sum()),
        "pictures": int((~lost).sum()),
        "persons": len(np.unique(pair_set.persons[~lost])),
        "persons_from": pair_set.persons_from,
        "folds_from": pair_set.folds_from,
        "failures_to_detect": int((~faces.found & ~lost).sum()),
        "failed_pairs": {
            "genuine": int((~np.isfinite(listed.distances) & listed.same).sum()),
            "impostors": int((~np.isfinite(listed.distances) & ~listed.same).sum()),
        },
        "skipped": [{"path": item.name, "code": item.code, "reason": item.reason} for item in skipped],
        "skipped_pairs": len(pair_set.pairs) - len(listed),
        **accuracy.as_dict(),
        **_at_shipped_threshold(matcher, listed, draws),
        "rates_over": "all pairs of the pictures" if crossing else "the pairs listed",
        "rates_genuine": rates.genuine,
        "rates_impostors": rates.impostors,
        "impostors_possible": possible,
        **rate_figures(rates),
        "set_elsewhere": None,
        "bands": {
            "match_at_most": calibration.match_at_most,
            "no_match_at_least": calibration.no_match_at_least,
            **band_figures(pairs, bands, draws),
        },
        "calibration": reliability.as_dict(),
        "groups": by_group,
    }
    if other is not None and thresholds_from is not None:

        def told(task: str, done: int, total: int) -> None:
            progress(f"{task} of the other split", done, total)

        theirs, _, gone = read_faces(other, matcher, broken_share=broken_share, progress=told)
        others = other.crossed(most=most_impostors, seed=seed, kept=~gone)[0] if crossing else other.without(gone).pairs
        thresholds = set_thresholds(scored(theirs, other, others))
        figures["set_elsewhere"] = {"split": thresholds_from, "at": tried(thresholds, pairs, draws)}
    return FaceEvaluation(
        model=matcher.id,
        split=split,
        pair_set=kept,
        faces=faces,
        skipped=skipped,
        skipped_pairs=len(pair_set.pairs) - len(listed),
        listed=listed,
        accuracy=accuracy,
        indices=indices,
        pairs=pairs,
        rates=rates,
        bands=bands,
        reliability=reliability,
        lost=lost,
        matcher=matcher,
        figures=figures,
    )


def rate_figures(rates: ErrorRates) -> dict[str, Any]:
    """EER, and by FMR the TAR and the threshold, each with the ends of its interval."""
    figures: dict[str, Any] = with_ends("eer", rates.eer, 4)
    for name, attribute in (("tar_at_fmr", "true_accept_rate"), ("thresholds", "threshold")):
        for suffix, end in (("", "estimate"), ("_low", "low"), ("_high", "high")):
            figures[f"{name}{suffix}"] = {
                rate_key(rate): None if found is None else rounded(getattr(getattr(found, attribute), end), 4)
                for rate, found in rates.at.items()
            }
    return figures


def _at_shipped_threshold(matcher: FaceMatcher, pairs: ScoredPairs, draws: Draws) -> dict[str, Any]:
    threshold = float(matcher.folders[-1].manifest["thresholds"]["same_at_most"])
    found = share_interval(draws, pairs.persons, (pairs.distances <= threshold) == pairs.same)
    return {"shipped_threshold": threshold, **with_ends("accuracy_at_shipped_threshold", found, 4)}
