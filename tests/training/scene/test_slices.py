from __future__ import annotations

from pathlib import Path

import pytest

from consentry.training.data.evaluation_manifest import EvaluationRow
from consentry.training.data.manifest import Row
from consentry.training.scene.outputs import CrowdOutput, SceneOutput
from consentry.training.scene.slices import INDOORS, OUTDOORS, Measured, Slicing, head_counts, slicings


def row(**columns: str) -> EvaluationRow:
    return EvaluationRow(Row(path=Path("a"), name="a", context="private", source=columns.get("source", "")), columns)


def output(crowd: CrowdOutput | None = None) -> SceneOutput:
    return SceneOutput({}, {}, crowd)


BRIGHT, DARK = Measured(640, 0.5), Measured(100, 0.1)


def cut(name: str, rows: list[EvaluationRow], **given: list[object]) -> Slicing:
    outputs = given.get("outputs") or [output()] * len(rows)
    measured = given.get("measured") or [BRIGHT] * len(rows)
    return next(found for found in slicings(rows, outputs, measured, side=260) if found.name == name)  # type: ignore[arg-type]


def test_a_column_wins_over_words_and_words_over_the_model() -> None:
    crowds = [output(CrowdOutput(0.2, 0))] * 4
    rows = [row(people="7", label="receipt"), row(label="Home People"), row(fine="document"), row()]
    people = cut("people", rows, outputs=crowds)
    assert people.values == ("people", "people", "no people", "no people")
    assert "the column people (1 rows)" in people.how
    assert "words of the columns label and fine (2 rows)" in people.how
    assert "crowd head" in people.how
    counted = cut("people", [row()], outputs=[output(CrowdOutput(3.0, 2))])
    assert counted.values == ("people",)


@pytest.mark.parametrize(
    ("said", "slice_"), [("0", "no people"), ("no", "no people"), ("12.0", "people"), ("Yes", "people"), ("many", "")]
)
def test_people_are_counted_or_said(said: str, slice_: str) -> None:
    assert cut("people", [row(people=said), row(people="1")]).values[0] == slice_


def test_places_come_from_labels_first_and_the_unknown_is_left_out() -> None:
    rows = [
        row(indoor="no", label="bedroom"),
        row(label="stage/indoor", fine="parade"),
        row(fine="venue"),
        row(label="coast"),
    ]
    place = cut("place", rows)
    assert place.values == ("outdoors", "indoors", "", "outdoors")
    assert place.how.endswith("1 rows, of which neither is known, are left out.")
    assert place.rows() == {"indoors": [1], "outdoors": [0, 3]}
    assert not INDOORS & OUTDOORS


def test_night_is_what_the_column_says_or_a_dark_picture_and_size_is_of_the_file() -> None:
    rows = [row(), row(), row(night="yes"), row(night="0")]
    measured = [BRIGHT, DARK, BRIGHT, DARK]
    light = cut("light", rows, measured=measured)  # type: ignore[arg-type]
    assert light.values == ("day or bright", "night or dark", "night or dark", "day or bright")
    assert "0.25" in light.how
    size = cut("size", rows, measured=measured)  # type: ignore[arg-type]
    assert size.values == ("large", "small", "large", "small")
    assert "260" in size.how


def test_what_no_row_has_makes_no_slices() -> None:
    names = {found.name for found in slicings([row(), row()], [output()] * 2, [BRIGHT] * 2, side=260)}
    assert names == {"light", "size"}
    assert cut("source", [row(source="a"), row()]).rows() == {"a": [0]}


def test_head_counts_are_numbers_and_not_yes_or_no() -> None:
    assert head_counts([row(people="3"), row(people=""), row(people="-1"), row(people="inf")]) == [
        3.0,
        None,
        None,
        None,
    ]
    assert head_counts([row(people="1"), row(people="0")]) == [None, None]
    assert head_counts([row(people="yes")]) == [None]
