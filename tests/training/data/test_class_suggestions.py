"""Suggestions of what classes stand for, and the map that is shown where nobody has said it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from consentry.training.data.class_suggestions import FILL_IN, label_map_file, suggested_context, unknown_classes
from consentry.training.data.label_maps import CONTEXTS, read_label_map
from consentry.training.errors import TrainingError


@pytest.mark.parametrize(
    ("label", "context"),
    [
        ("bedroom", "private"),
        ("Bedrooms", "private"),
        ("living-room", "private"),
        ("people at home", "private"),
        ("stadium/football", "public_event"),
        ("sports_event", "public_event"),
        ("ice_skating_rink/outdoor", "public_event"),
        ("swimming pool outdoor", "semi_private"),
        ("street", "public_place"),
        ("other", "neutral"),
        ("demonstratoin", "public_event"),
        ("Zyx", None),
        ("", None),
    ],
)
def test_names_of_classes_suggest_a_context(label: str, context: str | None) -> None:
    assert suggested_context(label) == context


@pytest.mark.parametrize("context", CONTEXTS)
def test_our_own_words_suggest_themselves(context: str) -> None:
    assert suggested_context(context.replace("_", " ")) == context


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=12), unique=True, min_size=1))
def test_the_map_that_is_shown_is_yaml_with_a_line_for_each_class(labels: list[str]) -> None:
    read = yaml.safe_load(label_map_file(labels))
    assert read == {label: suggested_context(label) or FILL_IN for label in labels}


def test_a_map_that_nobody_has_filled_in_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.yaml"
    path.write_text(label_map_file(["bedroom", "Zyx"]))
    with pytest.raises(TrainingError, match=FILL_IN):
        read_label_map(path)
    path.write_text(label_map_file(["bedroom", "yes", "a: b"]).replace(FILL_IN, "neutral"))
    assert read_label_map(path) == {"bedroom": "private", "yes": "neutral", "a:_b": "neutral"}


def test_the_error_shows_what_to_write_and_what_to_give() -> None:
    error = unknown_classes({f"class {number}": number for number in range(1, 50)}, where=Path("pictures"))
    assert error.code == "training.labels"
    assert "'class 49' (49)" in error.message
    assert "and 44 more" in error.message
    assert f"    class 49: {FILL_IN}\n" in error.remedy
    assert "# and 9 more" in error.remedy
    assert f'--label "class 49={FILL_IN}"' in error.remedy
    assert '--label "bedroom=private"' in unknown_classes({"bedroom": 1}, where=Path("pictures")).remedy
