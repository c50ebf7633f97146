from __future__ import annotations

from pathlib import Path

import pytest
from similar_pictures import detailed, row, save

from consentry.training.data.exclusions import leave_out, read_exclusions
from consentry.training.data.leakage import find_leaks, refuse_leakage, rows_to_exclude
from consentry.training.data.manifest import Row, read_manifest
from consentry.training.data.picture_prints import picture_prints
from consentry.training.errors import TrainingError


def named(name: str, split: str, group: str = "", source: str = "s") -> Row:
    return Row(Path("/data") / name, name, "private", split, group, source)


def test_leakage_by_group_file_and_content_is_refused() -> None:
    fine = [
        named("a", "train", "g"),
        named("b", "train", "g"),
        named("c", "val", "h"),
        named("d", "val", "g", source="other"),
        named("x", "", "g"),
    ]
    refuse_leakage(fine)
    with pytest.raises(TrainingError, match=r"same group.*s/g: a") as caught:
        refuse_leakage([*fine, named("e", "val", "g")])
    assert caught.value.code == "training.leakage"
    with pytest.raises(TrainingError, match="same file"):
        refuse_leakage([named("a", "train"), named("a", "val")])
    copies = [named("a", "train"), named("b", "val")]
    refuse_leakage(copies, digests={Path("/data/a"): "1", Path("/data/b"): "2"})
    with pytest.raises(TrainingError, match=r"same content.*a \(train\), b \(val\)"):
        refuse_leakage(copies, digests={Path("/data/a"): "1", Path("/data/b"): "1"})
    many = [named(f"{index}", split, f"g{index}") for index in range(9) for split in ("train", "test")]
    with pytest.raises(TrainingError, match=r"9 time\(s\).*and 4 more"):
        refuse_leakage(many)


@pytest.fixture
def leaking(tmp_path: Path) -> list[Row]:
    """A video cut into train and val groups, a copy of a training picture in the test, strangers besides."""
    for seed, names in {1: ("t1.jpg", "v1.jpg"), 2: ("t2.jpg", "e2.jpg"), 3: ("v3.jpg", "e3.jpg")}.items():
        for quality, name in zip((92, 70), names, strict=True):
            save(detailed(seed), tmp_path / name, quality)
    for seed, name in enumerate(("t1_next.jpg", "e9.jpg", "t9.jpg"), 50):
        save(detailed(seed), tmp_path / name)
    return [
        row(tmp_path, "t1.jpg", "train", "video"),
        row(tmp_path, "t1_next.jpg", "train", "video"),
        row(tmp_path, "t2.jpg", "train"),
        row(tmp_path, "t9.jpg", "train"),
        row(tmp_path, "v1.jpg", "val"),
        row(tmp_path, "v3.jpg", "val"),
        row(tmp_path, "e2.jpg", "test"),
        row(tmp_path, "e3.jpg", "test"),
        row(tmp_path, "e9.jpg", "test"),
    ]


def test_near_duplicates_leak_and_lower_splits_give_way(leaking: list[Row]) -> None:
    prints = picture_prints(leaking)
    leaks = find_leaks(leaking, prints=prints)
    assert {(leak.first.name, leak.second.name) for leak in leaks} == {
        ("t1.jpg", "v1.jpg"),
        ("t2.jpg", "e2.jpg"),
        ("v3.jpg", "e3.jpg"),
    }
    with pytest.raises(TrainingError, match=r"look the same.*3 pair\(s\).*bits apart") as caught:
        refuse_leakage(leaking, prints=prints)
    assert caught.value.code == "training.leakage"
    gone = rows_to_exclude(leaking, leaks)
    assert gone == ["t1.jpg", "t1_next.jpg", "t2.jpg", "v3.jpg"]
    refuse_leakage(leave_out(leaking, gone), prints=prints)


def test_a_validation_row_that_goes_frees_the_training_row_it_looks_like(tmp_path: Path) -> None:
    for name, quality in (("t.jpg", 95), ("v.jpg", 80), ("e.jpg", 60)):
        save(detailed(5), tmp_path / name, quality)
    rows = [row(tmp_path, "v.jpg", "val"), row(tmp_path, "e.jpg", "test"), row(tmp_path, "t.jpg", "train", "g")]
    found = find_leaks(rows[:2], prints=picture_prints(rows))
    assert rows_to_exclude(rows, found) == ["v.jpg"]
    assert rows_to_exclude(rows, find_leaks(rows, prints=picture_prints(rows))) == ["v.jpg", "t.jpg"]
    chain = [leak for leak in find_leaks(rows, prints=picture_prints(rows)) if leak.second.split != "test"]
    assert rows_to_exclude(rows, [*chain, *found]) == ["v.jpg"]


def test_copies_between_two_tests_stay_because_tests_are_not_thinned(tmp_path: Path) -> None:
    rows = [named("a", "test", "g"), named("b", "test_ood", "g")]
    assert rows_to_exclude(rows, find_leaks(rows)) == []


def test_a_copy_is_told_once(tmp_path: Path) -> None:
    save(detailed(1), tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes())
    rows = [row(tmp_path, "a.jpg", "train"), row(tmp_path, "b.jpg", "test")]
    (leak,) = find_leaks(rows, prints=picture_prints(rows))
    assert leak.what == "content"


@pytest.mark.slow
@pytest.mark.shared
def test_the_shipped_exclusions_mend_the_scene_data(shared_data: Path, repository: Path) -> None:
    manifest = read_manifest(shared_data / "scenes" / "manifest.csv")
    prints = picture_prints(manifest.rows)
    assert not prints.skipped
    leaks = find_leaks(manifest.rows, prints=prints)
    assert len(leaks) == 495
    names = read_exclusions(repository / "data" / "datasets" / "scenes_exclusions.txt")
    assert set(rows_to_exclude(manifest.rows, leaks)) <= set(names)
    refuse_leakage(leave_out(manifest.rows, names), prints=prints)
