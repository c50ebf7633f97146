from __future__ import annotations

from pathlib import Path

import pytest

from consentry.training.data.label_maps import CONTEXTS, context_of, read_label_map
from consentry.training.errors import TrainingError


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("map.yaml", "Living Room: private\nparade: public_event\n"),
        ("map.yaml", "private: [living-room]\npublic event: [parade]\n"),
        ("map.json", '{"living_room": "private", "parade": "public_event"}'),
        ("map.csv", "label,context\nliving room,private\nparade,public_event\n"),
    ],
)
def test_every_way_to_write_one(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert read_label_map(tmp_path / name) == {"living_room": "private", "parade": "public_event"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bedroom: privat", r"'privat', which is no context \(did you mean 'private'\?\)"),
        ("bedroom: zebra", r"'zebra', which is no context\."),
        ("private: [hall]\nneutral: [Hall]", "maps 'Hall' both to 'private' and to 'neutral'"),
        ("bedroom: 3", "maps .bedroom. to .3., which is no context"),
        ("- bedroom", "cannot be read as a label map"),
        ("", "cannot be read as a label map"),
        ("a: [", "cannot be read as a label map"),
    ],
)
def test_bad_maps(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "map.yaml").write_text(text)
    with pytest.raises(TrainingError, match=message) as caught:
        read_label_map(tmp_path / "map.yaml")
    assert caught.value.code == "training.labels"


def test_a_map_without_its_columns_or_without_a_file(tmp_path: Path) -> None:
    (tmp_path / "map.csv").write_text("from,to\na,b\n")
    for path in (tmp_path / "map.csv", tmp_path / "none.yaml"):
        with pytest.raises(TrainingError, match="cannot be read as a label map"):
            read_label_map(path)


def test_the_map_comes_before_our_own_words() -> None:
    assert context_of("neutral", {"neutral": "private"}, None) == "private"
    assert [context_of(word, {}, None) for word in CONTEXTS] == list(CONTEXTS)
    assert context_of("Public Event", {}, None) == "public_event"
    assert context_of("zebra", {}, None) == ""
    assert context_of("zebra", {}, "neutral") == "neutral"
