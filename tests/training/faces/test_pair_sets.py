"""Pairs of any form become the same thing: pictures, persons, pairs, folds, groups; and bad ones are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from consentry.training.errors import TrainingError
from consentry.training.faces.pair_files import read_pair_file
from consentry.training.faces.pair_sets import PairSet, read_pair_set


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def table(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def names(pairs: PairSet) -> list[tuple[str, str, bool]]:
    return [
        (pairs.paths[a].name, pairs.paths[b].name, bool(same))
        for a, b, same in zip(pairs.pairs.first, pairs.pairs.second, pairs.pairs.same, strict=True)
    ]


def test_a_table_with_words_semicolons_and_another_folder(tmp_path: Path) -> None:
    path = table(tmp_path / "pairs.csv", "Same;path_a;path_b;split", "yes;a.jpg;b.jpg;one", "no;a.jpg;c.jpg;two")
    found = read_pair_set(path, images=tmp_path / "elsewhere")
    assert names(found) == [("a.jpg", "b.jpg", True), ("a.jpg", "c.jpg", False)]
    assert found.paths[0] == tmp_path / "elsewhere" / "a.jpg"
    assert len(read_pair_set(path, split="two").pairs) == 1
    with pytest.raises(TrainingError, match=r"no pairs of the split 'three'.") as caught:
        read_pair_set(path, split="three")
    assert "one, two" in caught.value.remedy


@pytest.mark.parametrize(
    ("row", "said"), [("maybe,a.jpg,b.jpg", "row 2: same is 'maybe'"), ("1,,b.jpg", "row 2: a path is empty")]
)
def test_bad_rows_are_named(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(TrainingError, match=said) as caught:
        read_pair_set(table(tmp_path / "pairs.csv", "same,path_a,path_b", "1,a.jpg,b.jpg", row))
    assert caught.value.code == "training.manifest"


def test_lfw_with_folds(tmp_path: Path) -> None:
    lines = ["2\t1", "Ada_L\t1\t4", "Ada_L\t1\tBo_B\t2", "Cy_C\t1\t2", "Cy_C\t1\tDi_D\t3"]
    path = table(tmp_path / "pairs.txt", *lines)
    images = tmp_path / "lfw"
    touch(images, "Ada_L/Ada_L_0001.jpg", "Ada_L/Ada_L_0004.jpg", "Bo_B/Bo_B_0002.jpg", "Cy_C_0001.png")
    found = read_pair_set(path, images=images)
    assert names(found)[0] == ("Ada_L_0001.jpg", "Ada_L_0004.jpg", True)
    assert names(found)[1] == ("Ada_L_0001.jpg", "Bo_B_0002.jpg", False)
    assert found.paths[0].parent.name == "Ada_L"
    assert found.paths[3] == images / "Cy_C_0001.png"
    assert (found.folds.tolist(), found.folds_from) == ([0, 0, 1, 1], "the file")
    assert found.persons_from == "the pairs"
    assert len(set(found.persons.tolist())) == 4


def test_lfw_view_1_has_one_fold(tmp_path: Path) -> None:
    lines = ["10"] + [f"P{n} 1 2" for n in range(10)] + [f"P{n} 1 P{n + 1} 1" for n in range(0, 20, 2)]
    found = read_pair_set(table(tmp_path / "pairsDevTest.txt", *lines))
    assert len(found.pairs) == 20
    assert found.pairs.same.sum() == 10
    assert "persons" in found.folds_from


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["2", "A 1 2", "B 1 C 1"], "announces 1 x 4 pairs and holds 2"),
        (["1", "A 1 two", "B 1 C 1"], "line 2: not a name and two numbers"),
        (["1", "A 1 2", "B 1 2"], "line 3: not two names with a number each"),
    ],
)
def test_a_damaged_lfw_file_is_refused(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        read_pair_set(table(tmp_path / "pairs.txt", *lines))


def test_a_folder_of_persons(tmp_path: Path) -> None:
    touch(
        tmp_path / "people", "ada/1.jpg", "ada/2.jpg", "ada/3.jpg", "bo/1.png", "cy/a.jpg", "cy/b.jpg", ".hidden/x.jpg"
    )
    (tmp_path / "people" / "nobody").mkdir()
    found = read_pair_set(tmp_path / "people")
    assert found.pairs.same.sum() == 4  # three of ada, one of cy
    assert (~found.pairs.same).sum() == 4
    assert len(set(found.persons.tolist())) == 3
    again = read_pair_set(tmp_path / "people")
    assert np.array_equal(found.pairs.second, again.pairs.second)
    everything, possible = found.crossed(most=100)
    assert (everything.same.sum(), possible) == (4, 11)
    assert len(everything) == 15
    assert len({(int(a), int(b)) for a, b in zip(everything.first, everything.second, strict=True)}) == 15
    some, possible = found.crossed(most=5)
    assert ((~some.same).sum(), possible) == (5, 11)
    assert np.array_equal(found.persons[some.first] == found.persons[some.second], some.same)
    kept = np.array([path.parent.name != "ada" for path in found.paths])
    assert found.crossed(most=100, kept=kept)[0].same.sum() == 1


def test_many_impostors_are_drawn_without_listing_them_all(tmp_path: Path) -> None:
    touch(tmp_path / "people", *(f"p{person}/1.jpg" for person in range(60)), "p0/2.jpg")
    found = read_pair_file(tmp_path / "people")
    assert [pair.same for pair in found] == [True, False]
    assert read_pair_file(tmp_path / "people", seed=0) == found
    assert len({pair.path_a for seed in range(20) for pair in read_pair_file(tmp_path / "people", seed=seed)}) > 5


def test_impostors_of_a_folder_are_drawn_evenly(tmp_path: Path) -> None:
    """Six persons with three pictures: 18 genuine pairs, and 18 of 135 impostor pairs, none of them twice."""
    touch(tmp_path / "people", *(f"p{person}/{number}.jpg" for person in range(6) for number in range(3)))
    drawn = [[(pair.path_a, pair.path_b) for pair in read_pair_file(tmp_path / "people", seed=seed) if not pair.same]
             for seed in range(40)]  # fmt: skip
    assert all(len(set(pairs)) == 18 for pairs in drawn)
    assert all(a.parent != b.parent for pairs in drawn for a, b in pairs)
    assert len({pair for pairs in drawn for pair in pairs}) > 120


def test_a_table_may_be_parquet(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    columns = {"same": [1, 0], "path_a": ["a.jpg", "a.jpg"], "path_b": ["b.jpg", "c.jpg"]}
    parquet.write_table(pa.table(columns), tmp_path / "pairs.parquet")
    assert read_pair_set(tmp_path / "pairs.parquet").pairs.same.tolist() == [True, False]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no folder with pictures"):
        read_pair_set(tmp_path)


def test_who_is_on_a_picture_by_name_by_folder_and_by_the_pairs_alone(tmp_path: Path) -> None:
    header = "same,path_a,path_b"
    by_name = read_pair_set(
        table(tmp_path / "a.csv", header, "1,Ada_0001.jpg,Ada_0002.jpg", "0,Ada_0001.jpg,Bo_0001.jpg")
    )
    assert by_name.persons_from == "file names without their numbers"
    by_folder = read_pair_set(
        table(tmp_path / "b.csv", header, "1,ada/img_1.jpg,ada/img_2.jpg", "0,ada/img_1.jpg,bo/img_1.jpg")
    )
    assert by_folder.persons_from == "names of folders"
    by_pairs = read_pair_set(
        table(tmp_path / "c.csv", header, "1,img_1.jpg,img_2.jpg", "1,img_2.jpg,img_3.jpg", "0,img_1.jpg,img_4.jpg")
    )
    assert by_pairs.persons_from == "pairs of one person, joined"
    assert by_pairs.persons[0] == by_pairs.persons[1] == by_pairs.persons[2] != by_pairs.persons[3]


def test_a_label_that_contradicts_the_identities_is_found(tmp_path: Path) -> None:
    header = "same,path_a,path_b,identity_a,identity_b"
    with pytest.raises(TrainingError, match=r"x\.jpg and z\.jpg are called the same persons") as caught:
        read_pair_set(table(tmp_path / "pairs.csv", header, "1,x.jpg,y.jpg,Ada,Ada", "1,x.jpg,z.jpg,Ada,Bo"))
    assert caught.value.code == "training.labels"


def test_folds_keep_persons_apart_where_that_is_possible(tmp_path: Path) -> None:
    rows = [f"1,p{n}_1.jpg,p{n}_2.jpg" for n in range(40)] + [f"0,p{n}_1.jpg,p{n + 1}_1.jpg" for n in range(0, 40, 2)]
    found = read_pair_set(table(tmp_path / "pairs.csv", "same,path_a,path_b", *rows))
    assert found.folds_from == "persons: nobody is in two folds"
    assert np.bincount(found.folds).tolist() == [6] * 10
    folds_of: dict[int, set[int]] = {}
    for a, b, fold in zip(found.pairs.first, found.pairs.second, found.folds, strict=True):
        for picture in (a, b):
            folds_of.setdefault(int(found.persons[picture]), set()).add(int(fold))
    assert all(len(folds) == 1 for folds in folds_of.values())
    chained = rows + [f"0,p{n}_1.jpg,p{n + 1}_2.jpg" for n in range(39)]
    found = read_pair_set(table(tmp_path / "chained.csv", "same,path_a,path_b", *chained))
    assert found.folds_from == "the person of the first picture"
    assert len(np.unique(found.folds)) == 10


def test_groups_come_from_columns_or_from_a_file(tmp_path: Path) -> None:
    header = "same,path_a,path_b,group_a,group_b,age_a,age_b"
    pairs = table(tmp_path / "pairs.csv", header, "1,a.jpg,b.jpg,x,x,old,old", "0,a.jpg,c.jpg,x,y,old,")
    found = read_pair_set(pairs)
    assert {name: values.tolist() for name, values in found.groups.items()} == {"group": ["x", "x", "y"]}
    assert read_pair_set(pairs, group_columns=["Age"]).groups["age"].tolist() == ["old", "old", ""]
    with pytest.raises(TrainingError, match="in which shoe"):
        read_pair_set(pairs, group_columns=["shoe"])
    told = table(tmp_path / "groups.csv", "path,gender", "a.jpg,f", "./b.jpg,f")
    assert read_pair_set(pairs, groups=told, group_columns=["gender"]).groups["gender"].tolist() == ["f", "f", ""]
    with pytest.raises(TrainingError, match="no column group"):
        read_pair_set(pairs, groups=told)
    strangers = table(tmp_path / "strangers.csv", "path,gender", "q.jpg,f")
    with pytest.raises(TrainingError, match="in which gender"):
        read_pair_set(pairs, groups=strangers, group_columns=["gender"])


def test_pairs_of_lost_pictures_are_left_out(tmp_path: Path) -> None:
    found = read_pair_set(table(tmp_path / "p.csv", "same,path_a,path_b", "1,a_1.jpg,a_2.jpg", "0,a_1.jpg,b_1.jpg"))
    kept = found.without(np.array([False, False, True]))
    assert names(kept) == [("a_1.jpg", "a_2.jpg", True)]
    assert len(kept.folds) == 1


def test_a_table_of_pictures_gives_the_pairs_of_a_folder(tmp_path: Path) -> None:
    lines = []
    for person, count in (("ada", 3), ("joan", 2), ("nobody", 0)):
        (tmp_path / "people" / person).mkdir(parents=True)
        for number in range(count):
            (tmp_path / "people" / person / f"{number}.jpg").write_bytes(b"")
            lines.append(f"people/{person}/{number}.jpg;{person}")
    (tmp_path / "people.csv").write_text("path;identity\n" + "\n".join([*lines, "people/x.jpg;"]) + "\n")
    listed, folder = (read_pair_file(tmp_path / name) for name in ("people.csv", "people"))
    assert [(pair.same, pair.path_a, pair.path_b) for pair in listed] == [
        (pair.same, pair.path_a, pair.path_b) for pair in folder
    ]
    assert [dict(pair.columns) for pair in listed] == [dict(pair.columns) for pair in folder]
    elsewhere = tmp_path / "tables" / "people.csv"
    elsewhere.parent.mkdir()
    elsewhere.write_text((tmp_path / "people.csv").read_text())
    assert read_pair_file(elsewhere, images=tmp_path)[0].path_a.is_file()
