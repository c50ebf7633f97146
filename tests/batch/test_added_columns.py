"""Columns of results for signals that others added."""

from __future__ import annotations

from typing import Any

from made_signals import Bright

from consentry.batch.added_columns import added_columns, added_of, added_values
from consentry.batch.results.table import COLUMNS, schema, table_of
from consentry.batch.scoring import Outcome
from consentry.records import ErrorNote, ExtraScore, ExtraSignal, Signals


class Drawing(Bright):
    name = "drawing"
    words = ("drawing", "child")


def record(media_id: str, **scores: Any) -> ExtraSignal:
    made = tuple(ExtraScore(word=word, probability=value, certain=sure) for word, (value, sure) in scores.items())
    return ExtraSignal(name="drawing", model="m", media_id=media_id, scores=made)


def test_they_are_named_as_policies_name_them() -> None:
    columns = added_columns([Bright(), Drawing()])
    assert columns == ("signal.bright", "signal.drawing", "signal.drawing.child")
    assert added_of([*COLUMNS, *columns]) == columns


def test_a_cell_is_the_highest_that_the_model_stands_by() -> None:
    signals = Signals(
        extra=(
            record("a", drawing=(0.2, True), child=(0.9, False)),
            record("b", drawing=(0.7, True), child=(0.4, False)),
            record("c", other=(1.0, True)),
        )
    )
    assert added_values(signals, ["signal.drawing", "signal.drawing.child"]) == {
        "signal.drawing": 0.7,
        "signal.drawing.child": None,
    }


def test_rows_without_an_assessment_have_empty_cells_and_all_shards_one_schema() -> None:
    note = ErrorNote(stage="manifest", code="manifest.row", message="m", remedy="r")
    table = table_of([Outcome(1, "a", None, note)], ["signal.bright"])
    assert table.schema == schema(("signal.bright",))
    assert table.column_names == [*COLUMNS, "signal.bright"]
    assert table.to_pylist()[0]["signal.bright"] is None
