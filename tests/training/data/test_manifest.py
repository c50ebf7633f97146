from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from consentry.training.data.manifest import Columns, Row, read_manifest, require_both_classes, write_manifest
from consentry.training.errors import TrainingError


def written(folder: Path, text: str) -> Path:
    path = folder / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_columns_in_any_order_and_keeps_others(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Shot at,context,path,split,group,dataset,people,label,terms\n"
        "night,private,a/b.jpg,train,g1,homes,3,kitchen,CC0\n,neutral,c.png,val,,,,,\n",
    )
    manifest = read_manifest(path)
    expected = Row(tmp_path / "a/b.jpg", "a/b.jpg", "private", "train", "g1", "homes", 3, "kitchen", "CC0")
    assert manifest.rows[0] == expected
    assert manifest.rows[0].extra == {"shot at": "night"}
    assert (manifest.rows[1].group, manifest.rows[1].people, manifest.rows[1].fine) == ("", None, "")
    assert [row.unit for row in manifest.rows] == ["homes/g1", "/c.png"]
    assert len(manifest.digest) == 64
    assert manifest.split("val") == manifest.rows[1:]


def test_a_finer_class_is_taken_before_a_label_which_then_stays_an_extra_column(tmp_path: Path) -> None:
    (row,) = read_manifest(written(tmp_path, "path,context,label,fine\na.jpg,private,crib,bedroom\n")).rows
    assert (row.fine, row.extra) == ("bedroom", {"label": "crib"})


def test_byte_order_mark_own_column_names_and_label_map(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text("file,kind,origin\nx.jpg,Kitchen,web\ny.jpg,private,web\n", encoding="utf-8-sig")
    columns = Columns(path="file", context="kind", source=("nowhere", "origin"))
    rows = read_manifest(path, columns=columns, label_map={"kitchen": "private"}).rows
    assert [row.context for row in rows] == ["private", "private"]
    assert rows[0].source == "web"


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_the_same_rows_in_every_format(tmp_path: Path, suffix: str) -> None:
    records = [
        {"path": "a.jpg", "context": "private", "people": 2, "split": "train"},
        {"path": "b.jpg", "context": "public event", "people": None, "split": "test"},
    ]
    path = tmp_path / f"manifest.{suffix}"
    if suffix == "csv":
        path.write_text("path,context,people,split\na.jpg,private,2,train\nb.jpg,public event,,test\n")
    elif suffix == "jsonl":
        path.write_text("\n\n".join(map(json.dumps, records)) + "\n")
    else:
        parquet.write_table(pa.Table.from_pylist(records), path)
    rows = read_manifest(path).rows
    assert [(row.name, row.context, row.people, row.split) for row in rows] == [
        ("a.jpg", "private", 2, "train"),
        ("b.jpg", "public_event", None, "test"),
    ]


def test_a_table_with_missing_counts_as_numbers(tmp_path: Path) -> None:
    table = pa.table({"path": ["a.jpg", "b.jpg"], "context": ["private"] * 2, "people": [12.0, float("nan")]})
    parquet.write_table(table, tmp_path / "m.parquet")
    assert [row.people for row in read_manifest(tmp_path / "m.parquet").rows] == [12, None]


@pytest.mark.parametrize("count", ["many", "-1", "2.5", "inf", "nan"])
def test_what_is_no_number_of_people(tmp_path: Path, count: str) -> None:
    with pytest.raises(TrainingError, match="row 1, which is no number of people") as caught:
        read_manifest(written(tmp_path, f"path,context,people\na.jpg,private,{count}\n"))
    assert caught.value.code == "training.labels"


def test_semicolons_and_backslashes_as_spreadsheets_on_windows_write_them(tmp_path: Path) -> None:
    (tmp_path / "rooms").mkdir()
    (tmp_path / "rooms" / "café.jpg").touch()
    path = tmp_path / "m.csv"
    path.write_bytes("path;context\nrooms\\café.jpg;private\n".encode("cp1252"))
    (row,) = read_manifest(path).rows
    assert row.path.is_file()
    path.write_text("path\tcontext\na, b.jpg\tprivate\n", encoding="utf-16")
    assert read_manifest(path).rows[0].name == "a, b.jpg"


def test_a_folder_of_class_folders(tmp_path: Path) -> None:
    for name in ("bedroom/a.jpg", "bedroom/more/b.PNG", "parade/c.mp4", "parade/notes.txt", ".cache/parade/d.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    label_map = {"bedroom": "private", "parade": "public_event"}
    manifest = read_manifest(tmp_path, label_map=label_map)
    assert [(row.name, row.context, row.fine, row.split) for row in manifest.rows] == [
        ("bedroom/a.jpg", "private", "bedroom", ""),
        ("bedroom/more/b.PNG", "private", "bedroom", ""),
        ("parade/c.mp4", "public_event", "parade", ""),
    ]
    assert manifest.rows[0].path == tmp_path / "bedroom/a.jpg"
    (tmp_path / "parade/e.jpg").write_text("more")
    assert read_manifest(tmp_path, label_map=label_map).digest != manifest.digest
    with pytest.raises(TrainingError, match=r"'bedroom' in 2 rows.*'parade' in 2 rows"):
        read_manifest(tmp_path)


def test_a_folder_of_splits(tmp_path: Path) -> None:
    for name in ("train/private/a.jpg", "valid/private/b.jpg", "test_far/neutral/c.jpg"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    assert [(row.split, row.context) for row in read_manifest(tmp_path).rows] == [
        ("test_far", "neutral"),
        ("train", "private"),
        ("val", "private"),
    ]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["train/private/a.jpg", "private/b.jpg"], r"folders of splits \(train\) beside others \(private\)"),
        (["private/a.jpg", "b.jpg"], "b.jpg lies in no folder of a class"),
        (["train/a.jpg"], "train/a.jpg lies in no folder of a class"),
        (["notes.txt"], "no rows"),
    ],
)
def test_folders_that_are_neither(tmp_path: Path, names: list[str], message: str) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(TrainingError, match=message) as caught:
        read_manifest(tmp_path)
    assert caught.value.code == "training.manifest"


def test_with_a_label_map_the_own_class_stands_for_the_context(tmp_path: Path) -> None:
    path = written(tmp_path, "path,label\na.jpg,bedroom\n")
    (tmp_path / "map.yaml").write_text("private: [bedroom]\n")
    (row,) = read_manifest(path, label_map=tmp_path / "map.yaml").rows
    assert (row.context, row.fine) == ("private", "bedroom")
    with pytest.raises(TrainingError, match=r"no column context; its columns are path, label"):
        read_manifest(path)


def test_other_words_are_refused_with_a_suggestion_unless_they_stand_for_something(tmp_path: Path) -> None:
    path = written(tmp_path, "path,context\nx.jpg,garage\ny.jpg,privat\nz.jpg,\n")
    with pytest.raises(
        TrainingError, match=r"'garage' in 1 row; 'privat' in 1 row \(did you mean 'private'\?\)"
    ) as caught:
        read_manifest(path)
    assert "(empty)" in caught.value.message
    assert caught.value.code == "training.labels"
    assert read_manifest(path, others="neutral").rows[0].context == "neutral"
    many = "".join(f"{index}.jpg,word{index}\n" for index in range(8))
    with pytest.raises(TrainingError, match="and 3 more"):
        read_manifest(written(tmp_path, f"path,context\n{many}"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("path,kind\nx,y\n", "no column context"),
        ("file,kind\nx,y\n", "no column path and no column context"),
        ("", "no rows"),
        ("path,context\n", "no rows"),
        ("path,context\n,\n", "no rows"),
        ("path,context\na.jpg,private\n,neutral\n", "no path in row 2"),
    ],
)
def test_manifests_without_what_is_needed(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message) as caught:
        read_manifest(written(tmp_path, content))
    assert caught.value.code == "training.manifest"


def test_one_file_with_two_contexts(tmp_path: Path) -> None:
    path = written(tmp_path, "path,context\na.jpg,private\na.jpg,private\na.jpg,neutral\n")
    with pytest.raises(TrainingError, match=r"two contexts, 1 time\(s\): a.jpg") as caught:
        read_manifest(path)
    assert caught.value.code == "training.labels"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("binary.csv", b"\xff\xfa\x00path"),
        ("m.jsonl", b'{"path": "a.jpg"\n'),
        ("m.jsonl", b"[1]\n"),
        ("m.parquet", b"PAR1 and no more"),
    ],
)
def test_what_is_no_manifest(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    for path in (tmp_path / name, tmp_path / "missing.csv"):
        with pytest.raises(TrainingError, match=r"cannot be read|not text") as caught:
            read_manifest(path)
        assert caught.value.code == "training.manifest"


def test_unknown_split_names_those_that_exist(tmp_path: Path) -> None:
    manifest = read_manifest(written(tmp_path, "path,context,split\nx.jpg,private,train\n"))
    with pytest.raises(TrainingError, match="'test'") as caught:
        manifest.split("test")
    assert caught.value.code == "training.split"
    assert "train" in caught.value.remedy


words = st.text("abc ,;\"'äé", max_size=6).map(str.strip)


@given(st.lists(st.tuples(words, words, words, st.none() | st.integers(0, 5000), words, words), min_size=1, max_size=6))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, cells: list[tuple]) -> None:
    folder = tmp_path_factory.mktemp("written")
    rows = tuple(
        Row(folder / f"{number}.jpg", f"{number}.jpg", "private", split, group, source, people, fine, extra,
            {"note": extra})
        for number, (split, group, source, people, fine, extra) in enumerate(cells)
    )  # fmt: skip
    again = read_manifest(write_manifest(folder / "m.csv", rows)).rows
    assert again == rows
    assert [row.extra for row in again] == [row.extra for row in rows]


def test_names_become_absolute_where_the_manifest_lies_elsewhere(tmp_path: Path) -> None:
    row = Row(tmp_path / "a.jpg", "a.jpg", "private")
    (again,) = read_manifest(write_manifest(tmp_path / "else" / "m.csv", [row])).rows
    assert again.path == tmp_path / "a.jpg"


def test_classes_with_too_few_examples_are_refused() -> None:
    rows = [Row(Path("a"), "a", "private", "train"), Row(Path("b"), "b", "private", "train")]
    with pytest.raises(TrainingError, match="0 pictures without the context 'private'") as caught:
        require_both_classes(rows, "private", least=1, where="Here")
    assert caught.value.code == "training.labels"
    require_both_classes([*rows, replace(rows[0], context="neutral")], "private", least=1, where="Here")
