from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from consentry.training.errors import TrainingError
from consentry.training.manifest import (
    Columns,
    Row,
    hold_out,
    read_manifest,
    refuse_leakage,
    require_both_classes,
)


def written(folder: Path, text: str) -> Path:
    path = folder / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_columns_in_any_order_and_ignores_others(tmp_path: Path) -> None:
    path = written(
        tmp_path, "extra,context,path,split,group,dataset\n1,private,a/b.jpg,train,g1,homes\n,neutral,c.png,val,,\n"
    )
    manifest = read_manifest(path)
    assert manifest.rows[0] == Row(tmp_path / "a/b.jpg", "a/b.jpg", "private", "train", "g1", "homes")
    assert manifest.rows[1].group == manifest.rows[1].source == ""
    assert len(manifest.digest) == 64
    assert manifest.split("val") == manifest.rows[1:]


def test_byte_order_mark_own_column_names_and_label_map(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text("file,kind,origin\nx.jpg,kitchen,web\ny.jpg,private,web\n", encoding="utf-8-sig")
    columns = Columns(path="file", context="kind", source=("nowhere", "origin"))
    rows = read_manifest(path, columns=columns, label_map={"kitchen": "private"}).rows
    assert [row.context for row in rows] == ["private", "private"]
    assert rows[0].source == "web"


def test_other_words_are_refused_unless_they_stand_for_something(tmp_path: Path) -> None:
    path = written(tmp_path, "path,context\nx.jpg,garage\n")
    with pytest.raises(TrainingError, match="'garage'") as caught:
        read_manifest(path)
    assert caught.value.code == "training.labels"
    assert read_manifest(path, others="neutral").rows[0].context == "neutral"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("path,kind\nx,y\n", "no column context"),
        ("", "no column path and no column context"),
        ("path,context\n", "no rows"),
    ],
)
def test_manifests_without_what_is_needed(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message) as caught:
        read_manifest(written(tmp_path, content))
    assert caught.value.code == "training.manifest"


def test_what_is_no_csv_file(tmp_path: Path) -> None:
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00path")
    for path in (tmp_path / "missing.csv", tmp_path, binary):
        with pytest.raises(TrainingError, match="cannot be read") as caught:
            read_manifest(path)
        assert caught.value.code == "training.manifest"


def test_unknown_split_names_those_that_exist(tmp_path: Path) -> None:
    manifest = read_manifest(written(tmp_path, "path,context,split\nx.jpg,private,train\n"))
    with pytest.raises(TrainingError, match="'test'") as caught:
        manifest.split("test")
    assert caught.value.code == "training.split"
    assert "train" in caught.value.remedy


def row(name: str, split: str, group: str = "", source: str = "s") -> Row:
    return Row(Path("/data") / name, name, "private", split, group, source)


def test_leakage_by_group_file_and_content_is_refused() -> None:
    fine = [row("a", "train", "g"), row("b", "train", "g"), row("c", "val", "h"), row("d", "val", "g", source="other")]
    refuse_leakage(fine)
    with pytest.raises(TrainingError, match=r"same group.*s/g: a") as caught:
        refuse_leakage([*fine, row("e", "val", "g")])
    assert caught.value.code == "training.leakage"
    with pytest.raises(TrainingError, match="same file"):
        refuse_leakage([row("a", "train"), row("a", "val")])
    copies = [row("a", "train"), row("b", "val")]
    refuse_leakage(copies, digests={Path("/data/a"): "1", Path("/data/b"): "2"})
    with pytest.raises(TrainingError, match=r"same content.*a \(train\), b \(val\)"):
        refuse_leakage(copies, digests={Path("/data/a"): "1", Path("/data/b"): "1"})


def test_holding_out_moves_whole_groups_of_that_source_alone() -> None:
    rows = [row(f"{index}", "train", f"g{index // 4}") for index in range(400)]
    rows += [row(f"o{index}", "train", source="other") for index in range(100)]
    moved = hold_out(rows, {"s": 0.3})
    assert {r.split for r in moved if r.source == "other"} == {"train"}
    assert 0.15 < sum(r.split == "val" for r in moved) / 400 < 0.45
    refuse_leakage(moved)
    assert hold_out(rows[:100], {"s": 0.3}) == moved[:100]
    test_rows = [replace(r, split="test") for r in rows]
    assert hold_out(test_rows, {"s": 1.0}) == tuple(test_rows)


def test_classes_with_too_few_examples_are_refused() -> None:
    rows = [row("a", "train"), row("b", "train")]
    with pytest.raises(TrainingError, match="0 pictures without the context 'private'") as caught:
        require_both_classes(rows, "private", least=1, where="Here")
    assert caught.value.code == "training.labels"
    require_both_classes([*rows, replace(rows[0], context="neutral")], "private", least=1, where="Here")
