from __future__ import annotations

import json
from pathlib import Path

import pytest

from consentry.training.data.evaluation_manifest import read_evaluation_manifest
from consentry.training.data.manifest import Columns
from consentry.training.errors import TrainingError


def test_any_order_case_delimiter_and_encoding(tmp_path: Path) -> None:
    (tmp_path / "in a folder").mkdir()
    (tmp_path / "in a folder" / "é.jpg").write_bytes(b"")
    text = 'Note; Context ;PATH;Group\n"a; b";Public Event;in a folder\\é.jpg;g\n\n;PRIVATE;x.jpg;\n;lawn;;\n'
    for name, encoding in (("a", "utf-8-sig"), ("b", "utf-16"), ("c", "cp1252")):
        path = tmp_path / f"{name}.csv"
        path.write_bytes(text.encode(encoding))
        manifest = read_evaluation_manifest(path)
        event, home, neither = manifest.rows
        assert (event.row.context, event.row.group, event.columns["note"]) == ("public_event", "g", "a; b")
        assert event.row.path == tmp_path / "in a folder" / "é.jpg"
        assert home.row.context == "private"
        assert (neither.row.context, neither.row.name) == ("neutral", "")
        assert (event.group, home.group) == ("/g", "/x.jpg")
        assert len(manifest.digest) == 64


def test_absolute_paths_json_lines_label_maps_and_other_column_names(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        {"file": str(tmp_path / "a.jpg"), "what": "Bed Room", "dataset": "mine", "extra": 3},
        {"file": "b.jpg", "what": "x"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    manifest = read_evaluation_manifest(
        path, columns=Columns(path="file", context="WHAT"), label_map={"bed_room": "private"}
    )
    assert manifest.rows[0].row.path == tmp_path / "a.jpg"
    assert (manifest.rows[0].row.context, manifest.rows[0].row.source) == ("private", "mine")
    assert manifest.rows[0].columns["extra"] == "3"
    assert manifest.rows[0].group == "/" + str(tmp_path / "a.jpg")


def test_splits_and_what_is_no_manifest(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("path,context,split\na.jpg,private,test\nb.jpg,private,val\n")
    assert [row.row.name for row in read_evaluation_manifest(path).split("val")] == ["b.jpg"]
    with pytest.raises(TrainingError, match="test, val") as caught:
        read_evaluation_manifest(path).split("holiday")
    assert caught.value.code == "training.split"
    path.write_text("path,kontext\na.jpg,private\n")
    with pytest.raises(TrainingError, match="no column context") as caught:
        read_evaluation_manifest(path)
    assert caught.value.code == "training.manifest"
    path.write_text("path,context\n")
    with pytest.raises(TrainingError, match="no rows"):
        read_evaluation_manifest(path)
    with pytest.raises(TrainingError, match="cannot be read"):
        read_evaluation_manifest(tmp_path / "none.csv")
