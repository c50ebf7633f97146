"""Errors carry a code, what happened and what to do, across processes too."""

from __future__ import annotations

import pickle

from consentry.errors import LONGEST_MESSAGE, ConsentryError
from consentry.runtime import ModelError


def test_an_error_survives_the_way_between_processes() -> None:
    error = ModelError("It is gone.", "Get it back.", code="model.missing")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(again) is ModelError
    assert (again.code, again.message, again.remedy) == ("model.missing", "It is gone.", "Get it back.")
    assert str(again) == "It is gone. Get it back."


def test_an_error_becomes_a_record() -> None:
    note = ConsentryError("It broke.", "Mend it.").note(stage="media", media_id="a.jpg")
    assert (note.stage, note.code, note.media_id) == ("media", "consentry.error", "a.jpg")


def test_a_record_of_an_error_is_no_longer_than_a_page() -> None:
    note = ConsentryError("x" * 5_000_000, "y" * 5_000_000).note(stage="media")
    assert (len(note.message), len(note.remedy)) == (LONGEST_MESSAGE, LONGEST_MESSAGE)
    assert note.message.endswith("x…")
    fitting = ConsentryError("x" * LONGEST_MESSAGE, "Mend it.").note(stage="media")
    assert fitting.message == "x" * LONGEST_MESSAGE
