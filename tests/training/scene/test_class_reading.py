"""Manifests whose classes may be called anything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from scene_pictures import write_manifest

from consentry.training.data.manifest import Columns
from consentry.training.errors import TrainingError
from consentry.training.scene.class_reading import classes_of_manifest, evaluated_classes, read_classes

USUAL = Columns()


def table(folder: Path, column: str, *classes: str, **others: str) -> Path:
    rows = [{"path": f"{number}.jpg", column: name, **others} for number, name in enumerate(classes)]
    return write_manifest(folder / "pictures.csv", rows)


def answering(**answers: str) -> tuple[list[Mapping[str, int]], object]:
    asked: list[Mapping[str, int]] = []

    def ask(counts: Mapping[str, int]) -> Mapping[str, str]:
        asked.append(dict(counts))
        return answers

    return asked, ask


@pytest.mark.parametrize("column", ["context", "label", "class"])
def test_the_class_is_in_the_column_of_the_context_or_in_one_of_its_own(tmp_path: Path, column: str) -> None:
    path = table(tmp_path, column, "bedroom", "bedroom", "lawn")
    assert classes_of_manifest(path, USUAL) == {"bedroom": 2, "lawn": 1}
    found = read_classes(path, USUAL, {"bedroom": "private"}, "neutral")
    assert [(row.context, row.fine) for row in found.rows] == [("private", "bedroom")] * 2 + [("neutral", "lawn")]


def test_a_class_says_more_finely_what_is_shown_unless_another_column_does(tmp_path: Path) -> None:
    path = table(tmp_path, "context", "bedroom", label="blue room")
    (row,) = read_classes(path, USUAL, {"bedroom": "private"}, None).rows
    assert (row.context, row.fine) == ("private", "blue room")


def test_classes_of_which_nothing_is_known_are_asked_for_or_refused(tmp_path: Path) -> None:
    path = table(tmp_path, "context", "private", "stage", "stage", "lawn")
    asked, ask = answering(stage="public_event")
    found = read_classes(path, USUAL, {"lawn": "neutral"}, None, ask)
    assert asked == [{"stage": 2}]
    assert [row.context for row in found.rows] == ["private", "public_event", "public_event", "neutral"]
    with pytest.raises(TrainingError, match="'stage'") as caught:
        read_classes(path, USUAL, {"lawn": "neutral"}, None)
    assert caught.value.code == "training.labels"
    assert "stage: public_event" in caught.value.remedy


def test_other_names_of_columns(tmp_path: Path) -> None:
    path = write_manifest(tmp_path / "pictures.csv", [{"File": "a.jpg", "Kind": "stage"}])
    columns = Columns(path="file", context="kind")
    assert classes_of_manifest(path, columns) == {"stage": 1}
    (row,) = read_classes(path, columns, {"stage": "public_event"}, None).rows
    assert (row.name, row.context, row.fine) == ("a.jpg", "public_event", "stage")


@pytest.mark.parametrize(
    "read", [classes_of_manifest, lambda path, columns: evaluated_classes(path, columns, {}, None)]
)
def test_what_is_not_there(tmp_path: Path, read) -> None:
    with pytest.raises(TrainingError, match="no file or folder") as caught:
        read(tmp_path / "gone", USUAL)
    assert caught.value.code == "training.manifest"


def test_an_evaluation_wants_to_know_only_what_could_be_private_or_an_event(tmp_path: Path) -> None:
    path = table(tmp_path, "context", "private", "lawn", "lawn")
    assert evaluated_classes(path, USUAL, {}, None) == {}
    path = table(tmp_path, "label", "bedroom", "lawn")
    asked, ask = answering(bedroom="private", lawn="neutral")
    assert evaluated_classes(path, USUAL, {}, None, ask) == {"bedroom": "private", "lawn": "neutral"}
    assert asked == [{"bedroom": 1, "lawn": 1}]
    assert evaluated_classes(path, USUAL, {"Bedroom": "private"}, None) == {"Bedroom": "private"}
    assert evaluated_classes(path, USUAL, {}, "neutral") == {"bedroom": "neutral", "lawn": "neutral"}
    with pytest.raises(TrainingError, match="'bedroom'") as caught:
        evaluated_classes(path, USUAL, {}, None)
    assert "lawn:" not in caught.value.remedy
