"""What the scene network learns of each picture: its finest label, its contexts, and how many people there are.

The network learns the finest words that a manifest has (*bedroom*, *stage*, *street crowd*), and next to them the two
contexts themselves. The first tell apart what only looks alike, the second hold where the words do not reach.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.signals.scene.scorer import HEADS
from consentry.training.data.manifest import Row
from consentry.training.errors import TrainingError
from consentry.training.scene.predictions import CONTEXT_OF


@dataclass(frozen=True)
class Label:
    """A finest word, and the context that it belongs to."""

    name: str
    context: str


@dataclass(frozen=True)
class Targets:
    """What there is to learn of some rows.

    Attributes:
        labels: Of the network, in the order of its outputs.
        label: Index of each row's label, shape (n,); -1 for one that no training row has.
        contexts: Truth of each head, shape (n, heads).
        people: Head counts, shape (n,); NaN where they are neither counted nor presumed.
        counted: Whether somebody counted them, shape (n,).
        sources: Source of each row.
    """

    labels: tuple[Label, ...]
    label: NDArray[np.int64]
    contexts: NDArray[np.float32]
    people: NDArray[np.float32]
    counted: NDArray[np.bool_]
    sources: NDArray[np.str_]

    def subset(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Targets:
        """Some of the rows."""
        return Targets(
            self.labels,
            self.label[rows],
            self.contexts[rows],
            self.people[rows],
            self.counted[rows],
            self.sources[rows],
        )


def labels_of(rows: Sequence[Row], *, least: int) -> tuple[Label, ...]:
    """The labels that a network can learn from some rows.

    Rows without a finer word, and words with too few rows, count under their context. A word that stands for several
    contexts becomes one label for each.

    Args:
        rows: Training rows.
        least: Rows that a word needs.

    Raises:
        TrainingError: ``training.labels`` if a head has no label on one of its sides.
    """
    counts = Counter((row.fine or row.context, row.context) for row in rows)
    found = {Label(word, context) for (word, context), count in counts.items() if count >= least}
    found |= {Label(context, context) for (_, context), count in counts.items() if count < least}
    labels = tuple(sorted(found, key=lambda label: (label.context, label.name)))
    for head in HEADS:
        sides = {label.context == CONTEXT_OF[head] for label in labels}
        if len(sides) < 2:
            raise TrainingError(
                f"The training rows have no pictures {'without' if True in sides else 'with'} the context "
                f"{CONTEXT_OF[head]!r}.",
                "Add such pictures, or check the context column and its label map.",
                code="training.labels",
            )
    return labels


def targets_of(
    rows: Sequence[Row], labels: tuple[Label, ...], presumed_people: Mapping[str, float] | None = None
) -> Targets:
    """What there is to learn of some rows.

    Args:
        rows: Of any split.
        labels: From `labels_of`.
        presumed_people: By finest word, how many people are presumed where nobody counted.
    """
    place = {label: index for index, label in enumerate(labels)}
    presumed = presumed_people or {}

    def index(row: Row) -> int:
        finest = place.get(Label(row.fine or row.context, row.context))
        return place.get(Label(row.context, row.context), -1) if finest is None else finest

    def people(row: Row) -> float:
        return float(row.people if row.people is not None else presumed.get(row.fine, np.nan))

    return Targets(
        labels=labels,
        label=np.array([index(row) for row in rows], dtype=np.int64),
        contexts=np.array(
            [[row.context == CONTEXT_OF[head] for head in HEADS] for row in rows], dtype=np.float32
        ).reshape(len(rows), len(HEADS)),
        people=np.array([people(row) for row in rows], dtype=np.float32),
        counted=np.array([row.people is not None for row in rows], dtype=np.bool_),
        sources=np.array([row.source for row in rows], dtype=np.str_),
    )
