"""How far ``private_context`` agrees with what people would keep to themselves: a study on DIPA2, never a tuning.

DIPA2 (Xu et al. 2023) showed 1,304 pictures to people in the UK and in Japan, who marked what threatens privacy and
said with whom they would share it if it were theirs. Nothing in Consentry is trained or chosen on it. The scene model
says what kind of place a picture shows; this measures how little or how much that says of what people want.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from consentry.runtime import RuntimeSettings
from consentry.signals.scene import SceneScorer
from consentry.training.data.pictures import Skipped, read_frames_or_skip, refuse_too_many
from consentry.training.errors import TrainingError
from consentry.training.measures.bootstrap import Rows, bootstrap_interval
from consentry.training.measures.intervals import Interval
from consentry.training.measures.metrics import area_under_curve
from consentry.training.progress import Progress, silent

Values = NDArray[np.float64]

_AUDIENCES: Final = 6
"""Nobody, close relations, regular ones, acquaintances, the public, broadcast; the seventh answer is "other"."""
_CLOSE: Final = 1
"""The widest audience of a picture that is kept: close relations."""
_MOST: Final = 0.5
_EFFECTS: Final = ((0.1, "next to nothing"), (0.3, "a little"), (0.5, "something"))
"""Rank correlations in words, after the conventions of Cohen 1988: below 0.1 none, from 0.1 small, 0.3 medium, 0.5
large."""
_WHO: Final = (
    "age",
    "gender",
    "frequency",
    "platform",
    "extraversion",
    "agreeableness",
    "conscientiousness",
    "neuroticism",
    "openness",
    "nationality",
)
"""Annotators have no number in the published file; together these columns tell those of one picture apart."""
_PICTURES_AT_ONCE: Final = 32
_BROKEN_SHARE: Final = 0.02


@dataclass(frozen=True)
class JudgedPicture:
    """One picture of DIPA2 and what people said.

    Attributes:
        name: As the manifest has it.
        path: The file.
        kept: Share of its annotators, those who marked nothing among them, who would show something in it to nobody
            or to close relations alone.
        kept_by: By nationality, the same among those annotators who marked something; the nationality of the others
            is not published.
        scene: Our context, checked by eye, for some; else empty.
    """

    name: str
    path: Path
    kept: float
    kept_by: Mapping[str, float]
    scene: str


def read_dipa2(folder: Path) -> list[JudgedPicture]:
    """The pictures of DIPA2, from ``manifest.csv`` and ``annotations.csv`` in its folder.

    Raises:
        TrainingError: ``training.manifest`` if one of them is missing or not as published.
    """
    try:
        with (folder / "annotations.csv").open(encoding="utf-8-sig", newline="") as stream:
            kept_by = _kept_by_nationality(csv.DictReader(stream))
        with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as stream:
            pictures = [
                JudgedPicture(
                    name=row["path"],
                    path=folder / row["path"],
                    kept=float(row["frac_private"]),
                    kept_by=kept_by.get(Path(row["path"]).name, {}),
                    scene=row.get("scene_context") or "",
                )
                for row in csv.DictReader(stream)
            ]
    except (OSError, LookupError, ValueError, TypeError, csv.Error) as error:
        raise TrainingError(
            f"{folder} does not hold DIPA2: {type(error).__name__}: {error}.",
            "Give the folder with DIPA2's manifest.csv, annotations.csv and images.",
            code="training.manifest",
        ) from error
    if not pictures:
        raise TrainingError(
            f"{folder / 'manifest.csv'} has no rows.", "Give DIPA2 as published.", code="training.manifest"
        )
    return pictures


def study_perceived_privacy(
    folder: Path,
    *,
    root: Path | None = None,
    settings: RuntimeSettings | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Score DIPA2 with the scene model and compare with its annotators.

    Args:
        folder: Of DIPA2.
        root: The folder of models; the one that came with Consentry by default.
        settings: Where the model runs.
        bootstrap: Repetitions for the intervals, drawing pictures.
        seed: Of the bootstrap.
        progress: Told of pictures scored.

    Returns:
        The figures of `compare`, and ``model``, ``model_sha256`` and ``skipped``.

    Raises:
        TrainingError: It is not DIPA2, or too many pictures cannot be read.
        ModelError: The model is missing or damaged.
    """
    pictures = read_dipa2(folder)
    scorer = SceneScorer.load(settings, root)
    scores: list[float] = []
    readable: list[JudgedPicture] = []
    skipped: list[Skipped] = []
    for start in range(0, len(pictures), _PICTURES_AT_ONCE):
        found = []
        for picture in pictures[start : start + _PICTURES_AT_ONCE]:
            frames = read_frames_or_skip(picture.path, picture.name)
            if isinstance(frames, Skipped):
                skipped.append(frames)
            else:
                found.append(frames[0])
                readable.append(picture)
        scores.extend(reading.score("private_context").probability for reading in scorer.score(found))
        progress("scores", min(start + _PICTURES_AT_ONCE, len(pictures)), len(pictures))
    refuse_too_many(skipped, len(pictures), share=_BROKEN_SHARE)
    figures = compare(readable, np.array(scores, dtype=np.float64), bootstrap=bootstrap, seed=seed)
    return {
        "model": scorer.model_id,
        "model_sha256": scorer.folder.digest,
        **figures,
        "skipped": [{"path": item.name, "code": item.code, "reason": item.reason} for item in skipped],
    }


def compare(
    pictures: Sequence[JudgedPicture], scores: Values, *, bootstrap: int = 1000, seed: int = 0
) -> dict[str, Any]:
    """How far scores agree with annotators.

    Args:
        pictures: With what people said.
        scores: Probability of a private context, one a picture.
        bootstrap: Repetitions for the 95 % intervals.
        seed: Of the draws.

    Returns:
        ``rank_correlation`` (Spearman) of the score with the share of annotators who keep the picture; ``auc`` against
        "most of them keep it"; ``by_nationality``, the rank correlations; ``between_nationalities``, how far the
        annotators of two countries agree with each other, which no model can be expected to exceed; ``scenes``, what
        the true scene says, where it is known, with the model's AUC for it; and ``answer``, a sentence. Undefined
        figures are ``None``.
    """
    kept = np.array([picture.kept for picture in pictures], dtype=np.float64)

    def interval(chosen: NDArray[np.intp], one: Values, other: Values) -> dict[str, Any]:
        def statistic(rows: Rows) -> float:
            return rank_correlation(one[chosen[rows]], other[chosen[rows]])

        return _described(bootstrap_interval(statistic, len(chosen), repetitions=bootstrap, seed=seed), len(chosen))

    def ranking(chosen: NDArray[np.intp], truth: NDArray[np.bool_]) -> dict[str, Any]:
        found = bootstrap_interval(
            lambda rows: area_under_curve(truth[chosen[rows]], scores[chosen[rows]]),
            len(chosen),
            repetitions=bootstrap,
            seed=seed,
        )
        return {**_described(found, len(chosen)), "positives": int(truth[chosen].sum())}

    everything = np.arange(len(pictures))
    whole = interval(everything, scores, kept)
    by_nationality: dict[str, Any] = {}
    of_nationality: dict[str, Values] = {}
    for nationality in sorted({name for picture in pictures for name in picture.kept_by}):
        shares = np.array([picture.kept_by.get(nationality, np.nan) for picture in pictures])
        of_nationality[nationality] = shares
        by_nationality[nationality] = interval(np.flatnonzero(~np.isnan(shares)), scores, shares)
    between = {}
    names = list(of_nationality)
    for index, name in enumerate(names):
        for other in names[index + 1 :]:
            both = np.flatnonzero(~np.isnan(of_nationality[name]) & ~np.isnan(of_nationality[other]))
            if len(both):
                between[f"{name} and {other}"] = interval(both, of_nationality[name], of_nationality[other])
    known = np.flatnonzero([bool(picture.scene) for picture in pictures])
    scenes: dict[str, Any] | None = None
    if len(known):
        private = np.array([picture.scene == "private" for picture in pictures], dtype=np.bool_)
        scenes = {
            "score_for_scene_auc": ranking(known, private),
            "scene_and_kept": interval(known, private.astype(np.float64), kept),
            "kept_in_private_scenes": _mean(kept[known][private[known]]),
            "kept_in_other_scenes": _mean(kept[known][~private[known]]),
        }
    return {
        "n": len(pictures),
        "rank_correlation": whole,
        "auc": ranking(everything, kept > _MOST),
        "by_nationality": by_nationality,
        "between_nationalities": between,
        "scenes": scenes,
        "answer": _answer(whole),
    }


def rank_correlation(one: Values, other: Values) -> float:
    """Spearman's rank correlation, ties sharing their mean rank; NaN where one of them does not vary.

    Example:
        >>> rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([0.1, 0.3, 0.4]))
        1.0
    """
    first, second = _ranks(one), _ranks(other)
    first, second = first - first.mean(), second - second.mean()
    spread = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / spread if spread else float("nan")


def _ranks(values: Values) -> Values:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle: Values = np.cumsum(counts) - (counts - 1) / 2
    return middle[inverse]


def _kept_by_nationality(rows: csv.DictReader[str]) -> dict[str, dict[str, float]]:
    narrowest: dict[str, dict[tuple[str, ...], float]] = {}
    for row in rows:
        answers = json.loads(row["sharingOwner"])
        audiences = [place for place in range(_AUDIENCES) if answers[place]]
        if audiences:
            widest = float(max(audiences))
            who = tuple(row[name] for name in _WHO)
            of_picture = narrowest.setdefault(row["imagePath"], {})
            of_picture[who] = min(widest, of_picture.get(who, float("inf")))
    shares: dict[str, dict[str, float]] = {}
    for picture, annotators in narrowest.items():
        by_nationality: dict[str, list[bool]] = {}
        for who, widest in annotators.items():
            by_nationality.setdefault(who[-1], []).append(widest <= _CLOSE)
        shares[picture] = {name: float(np.mean(found)) for name, found in by_nationality.items()}
    return shares


def _described(interval: Interval, count: int) -> dict[str, Any]:
    found: dict[str, Any] = {"n": count}
    for name, value in (("estimate", interval.estimate), ("low", interval.low), ("high", interval.high)):
        found[name] = None if np.isnan(value) else round(value, 4)
    return found


def _mean(values: Values) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None


def _answer(whole: Mapping[str, Any]) -> str:
    if whole["estimate"] is None or whole["low"] is None:
        return "These pictures cannot tell whether private_context says anything of what people keep to themselves."
    size = abs(whole["estimate"])
    words = next((words for bound, words in _EFFECTS if size < bound), "much")
    sense = "the other way round, " if whole["estimate"] < 0 and size >= _EFFECTS[0][0] else ""
    return (
        f"private_context says {sense}{words} of what people keep to themselves: over {whole['n']} pictures its rank "
        f"correlation with the share of people who would show a picture to nobody or to close relations alone is "
        f"{whole['estimate']:.2f} ({whole['low']:.2f} to {whole['high']:.2f})."
    )
