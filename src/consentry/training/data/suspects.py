"""Labels that are probably wrong: the model, asked about pictures that it was not shown, disagrees with confidence.

Confident learning (Northcutt, Jiang and Chuang 2021) by cleanlab, on probabilities out of fold: each picture is judged
by a linear head on frozen features that was fitted without it and without its group. A suspect is a picture to look
at, and nothing else: no label is ever changed by a machine.
"""

from __future__ import annotations

import csv
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.training.data.contact_sheet import Section, Shown, Tile, write_contact_sheet
from consentry.training.data.manifest import Row
from consentry.training.errors import TrainingError
from consentry.training.progress import Progress, silent
from consentry.writing import replacing

CLASSES: Final = ("private", "public_event", "neither")
"""What is told apart; the three contexts that are neither are not told apart from each other."""

_STRENGTH: Final = 0.003
"""Inverse regularisation C on standardised features: that of the scene model's own heads, which do best in between."""


@dataclass(frozen=True)
class Suspect:
    """A picture whose label is worth a look.

    Attributes:
        row: With the label that it has.
        given: Its class, one of `CLASSES`.
        suggested: The class that the model finds most likely.
        confidence: Probability of the given class, out of fold; low is suspect.
        suggested_probability: Probability of the suggested one.
    """

    row: Row
    given: str
    suggested: str
    confidence: float
    suggested_probability: float


def class_of(row: Row) -> str:
    """The class of `CLASSES` that a row's context belongs to."""
    return row.context if row.context in CLASSES else "neither"


def out_of_fold(
    features: NDArray[np.float32],
    labels: Sequence[int],
    groups: Sequence[str],
    *,
    folds: int = 5,
    seed: int = 0,
    progress: Progress = silent,
) -> NDArray[np.float64]:
    """Probabilities of every class for every picture, by heads that saw neither the picture nor its group.

    Args:
        features: Of a frozen backbone, of shape (n, channels).
        labels: Class numbers from 0 upwards, each at least once.
        groups: What belongs together.
        folds: Into how many parts the pictures are cut; fewer where a class has fewer groups.
        seed: Of the cut.
        progress: Told of every fold.

    Returns:
        Of shape (n, classes).

    Raises:
        TrainingError: ``training.labels`` if there are less than two classes, or a class lies in a single group.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold
    from threadpoolctl import threadpool_limits

    truth = np.asarray(labels)
    classes = sorted(set(truth.tolist()))
    fewest = min(len({group for group, label in zip(groups, labels, strict=True) if label == one}) for one in classes)
    folds = min(folds, fewest)
    if len(classes) < 2 or folds < 2:
        raise TrainingError(
            "Suspects can only be told where there are two classes at least, each in two groups at least.",
            "Add pictures, or check the label map.",
            code="training.labels",
        )
    cut = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    probabilities = np.zeros((len(truth), len(classes)))
    for done, (fitted_on, judged) in enumerate(cut.split(features, truth, groups=list(groups)), 1):
        mean = features[fitted_on].mean(axis=0, dtype=np.float64)
        deviation = np.maximum(features[fitted_on].std(axis=0, dtype=np.float64), 1e-3)
        model = LogisticRegression(C=_STRENGTH, max_iter=2000, class_weight="balanced")
        with threadpool_limits(limits=1):
            model.fit((features[fitted_on] - mean) / deviation, truth[fitted_on])
            found = model.predict_proba((features[judged] - mean) / deviation)
        for column, label in enumerate(model.classes_.tolist()):
            probabilities[judged, classes.index(label)] = found[:, column]
        progress("folds", done, folds)
    return probabilities


def find_suspects(
    rows: Sequence[Row],
    features: NDArray[np.float32],
    *,
    folds: int = 5,
    seed: int = 0,
    progress: Progress = silent,
) -> list[Suspect]:
    """The pictures whose label is probably wrong, the most suspect first.

    Args:
        rows: With their labels.
        features: Of a frozen backbone, one row a picture.
        folds: See `out_of_fold`.
        seed: See `out_of_fold`.
        progress: Told of every fold.

    Raises:
        TrainingError: See `out_of_fold`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # in a notebook its progress bars, which are not used, ask for widgets
        from cleanlab.filter import find_label_issues

    counts = Counter(class_of(row) for row in rows)
    classes = [name for name in CLASSES if counts[name]]
    labels = [classes.index(class_of(row)) for row in rows]
    probabilities = out_of_fold(features, labels, [row.unit for row in rows], folds=folds, seed=seed, progress=progress)
    order = find_label_issues(
        np.array(labels), probabilities, return_indices_ranked_by="self_confidence", n_jobs=1, verbose=False
    )
    suspects = []
    for number in order.tolist():
        best = int(probabilities[number].argmax())
        suspects.append(
            Suspect(
                row=rows[number],
                given=classes[labels[number]],
                suggested=classes[best],
                confidence=round(float(probabilities[number, labels[number]]), 4),
                suggested_probability=round(float(probabilities[number, best]), 4),
            )
        )
    return suspects


def write_suspects(path: Path, suspects: Sequence[Suspect]) -> Path:
    """Write suspects as CSV; an empty column ``decision`` is for the person who looks."""
    with replacing(path, make_folder=True) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(
            ["path", "split", "source", "fine", "context", "given", "suggested", "confidence",
             "suggested_probability", "decision"]
        )  # fmt: skip
        for item in suspects:
            row = item.row
            writer.writerow(
                [row.name, row.split, row.source, row.fine, row.context, item.given, item.suggested, item.confidence,
                 item.suggested_probability, ""]
            )  # fmt: skip
    return path


def draw_suspects(path: Path, suspects: Sequence[Suspect], *, total: int) -> Path:
    """Write suspects as a contact sheet, by what they are called and what they look like.

    Args:
        path: Of the HTML file.
        suspects: The most suspect first.
        total: Out of how many pictures.
    """
    kinds = Counter((item.given, item.suggested) for item in suspects)
    sections = [
        Section(
            f"Called {given.replace('_', ' ')}, looks like {suggested.replace('_', ' ')} ({count})",
            [
                Tile(
                    (Shown(item.row.path, " · ".join(filter(None, (item.row.fine, item.row.name)))),),
                    f"{item.given.replace('_', ' ')} {item.confidence:.2f}",
                )
                for item in suspects
                if (item.given, item.suggested) == (given, suggested)
            ],
        )
        for (given, suggested), count in sorted(kinds.items())
    ]
    return write_contact_sheet(
        path,
        title=f"{len(suspects)} of {total} labels are suspect",
        note="The number is the probability of the label that the picture has, by a model that was not shown it. Many "
        "suspects are right and merely hard; those are the ones to keep.",
        sections=sections,
    )
