from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from consentry.training.data.manifest import Row
from consentry.training.errors import TrainingError
from consentry.training.scene.targets import Label, labels_of, targets_of


def row(context: str, fine: str = "", people: int | None = None) -> Row:
    return Row(Path("x.jpg"), "x.jpg", context, "train", "", "source", people, fine)


MANY = [row("private", "bedroom")] * 4 + [row("public_event", "match", 300)] * 4 + [row("neutral", "coast")] * 4


def test_labels_are_the_finest_words_with_enough_rows() -> None:
    labels = labels_of([*MANY, row("private", "attic"), row("private")], least=3)
    assert labels == (
        Label("coast", "neutral"),
        Label("bedroom", "private"),
        Label("private", "private"),
        Label("match", "public_event"),
    )


def test_a_word_of_two_contexts_becomes_two_labels() -> None:
    labels = labels_of([*MANY, *[row("neutral", "match")] * 3], least=3)
    assert {Label("match", "neutral"), Label("match", "public_event")} <= set(labels)


def test_rows_go_to_their_word_else_to_their_context_else_nowhere() -> None:
    rows = [*MANY, row("private", "attic")]
    targets = targets_of([*rows, row("neutral", "moon")], labels_of(rows, least=3))
    names = [targets.labels[index].name for index in targets.label[:-1]]
    assert names == ["bedroom"] * 4 + ["match"] * 4 + ["coast"] * 4 + ["private"]
    assert targets.label[-1] == -1
    assert targets.contexts[0].tolist() == [1, 0]
    assert targets.contexts[4].tolist() == [0, 1]
    assert targets.subset(np.array([4])).people.tolist() == [300]


def test_presumed_people_stand_in_where_nobody_counted() -> None:
    targets = targets_of([*MANY, row("neutral", "coast", 7)], labels_of(MANY, least=3), {"coast": 0})
    assert targets.people[-1] == 7
    assert targets.people[8] == 0
    assert np.isnan(targets.people[0])


def test_a_head_needs_labels_on_both_sides() -> None:
    with pytest.raises(TrainingError, match="no pictures with the context 'public_event'") as caught:
        labels_of([row("private", "bedroom"), row("neutral", "coast")], least=1)
    assert caught.value.code == "training.labels"
    with pytest.raises(TrainingError, match="no pictures without the context 'private'"):
        labels_of([row("private", "bedroom")], least=1)
