"""Pictures as they come are brought into order, and what was done is said and written down."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from own_pictures import lighter, write_classes
from scene_pictures import read_rows, write_manifest

from consentry.training.data.manifest import read_manifest
from consentry.training.errors import TrainingError
from consentry.training.scene.config import SceneConfig
from consentry.training.scene.own_pictures import TakenIn, take_in_pictures

COUNTS = {"private": 12, "public_event": 12, "neutral": 12}
Take = Callable[..., TakenIn]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return write_classes(tmp_path / "my pictures", COUNTS)


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Takes pictures in, with a few wanted of each kind, as few as there are here."""

    def take(manifest: Path, ask: Any = None, **changes: Any) -> TakenIn:
        data = {f"data.{name}": value for name, value in ({"least_examples": 2} | changes).items() if name != "start"}
        overrides = {"data.manifest": str(manifest), "output": str(tmp_path / "out" / "scene"), **data}
        overrides |= {"cache": str(tmp_path / "cache"), "start_from": changes.get("start")}
        return take_in_pictures(SceneConfig.read(overrides=overrides), ask=ask)

    return take


def table(path: Path, folder: Path, split: Callable[[str, int], str] | None = None) -> Path:
    """A table of the pictures in a folder, with splits if wanted."""
    rows = []
    for name in sorted(path.name for path in folder.iterdir()):
        for number, file in enumerate(sorted((folder / name).iterdir())):
            row = {"path": str(file), "context": name}
            rows.append(row if split is None else {**row, "split": split(name, number)})
    return write_manifest(path, rows)


def thirds(_: str, number: int) -> str:
    return ("train", "train", "val", "test")[number % 4]


def test_a_folder_gets_splits_that_are_written_down_beside_the_model(
    pictures: Path, take: Take, tmp_path: Path
) -> None:
    taken = take(pictures)
    assert taken.written == tmp_path / "out" / "scene.csv"
    found = read_manifest(taken.written)
    assert len(found.rows) == 36
    assert all(row.path.is_file() for row in found.rows)
    counts = Counter((row.context, row.split) for row in found.rows)
    for context in COUNTS:
        assert [counts[context, split] for split in ("train", "val", "test")] == pytest.approx([6, 3.6, 2.4], abs=1)
    data = taken.config.data
    assert (data.manifest, data.name, data.test_splits) == (taken.written, "my pictures", ("test",))
    assert "seed 0" in taken.notes[0]
    assert take(pictures).rows == taken.rows
    again = take(taken.written)
    assert (again.written, again.notes) == (None, ())
    assert again.config.data.manifest == taken.written


def test_look_alikes_and_copies_stay_together(pictures: Path, take: Take) -> None:
    pairs = {}
    for number in range(6):
        original = pictures / "private" / f"IMG {number:04d}.JPG"
        pairs[original.name] = lighter(original, pictures / "private" / f"again_{number}.jpg").name
        shutil.copy(original, pictures / "private" / f"copy_{number}.jpg")
    taken = take(pictures)
    split = {row.path.name: row.split for row in taken.rows if row.context == "private"}
    for number, (original, other) in enumerate(pairs.items()):
        assert split[original] == split[other] == split[f"copy_{number}.jpg"]
    assert "pairs" in taken.notes[0]


def test_broken_files_are_left_out_up_to_the_share(pictures: Path, take: Take) -> None:
    (pictures / "private" / "broken.jpg").write_bytes(b"this is no picture")
    taken = take(pictures)
    assert [item.name for item in taken.skipped] == ["private/broken.jpg"]
    assert len(taken.rows) == 36
    with pytest.raises(TrainingError, match=r"broken\.jpg") as caught:
        take(pictures, broken_share=0.01)
    assert caught.value.code == "training.pictures"
    assert "--broken-share" in caught.value.remedy


def test_without_val_it_is_taken_from_train_and_the_test_stays(pictures: Path, take: Take, tmp_path: Path) -> None:
    path = table(tmp_path / "table.csv", pictures, lambda _, number: "Training" if number < 8 else "Testing")
    taken = take(path)
    tests = {row.path for row in taken.rows if row.split == "test"}
    assert tests == {row.path for row in read_manifest(path).rows if row.split == "Testing"}
    counts = Counter(row.split for row in taken.rows)
    assert counts["train"] + counts["val"] == 24
    assert counts["val"] == pytest.approx(24 * 3 / 8, abs=2)
    assert "no split val" in taken.notes[0]


def test_without_a_test_it_goes_on_and_says_so(pictures: Path, take: Take, tmp_path: Path) -> None:
    taken = take(table(tmp_path / "t.csv", pictures, lambda _, number: "train" if number < 8 else "val"))
    assert taken.config.data.test_splits == ()
    assert any("no split test" in warning for warning in taken.warnings)


def test_further_tests_are_found_and_rows_of_no_use_are_counted(pictures: Path, take: Take, tmp_path: Path) -> None:
    names = ("train", "train", "train", "val", "val", "test", "test_b", "fold7", "")
    taken = take(table(tmp_path / "t.csv", pictures, lambda _, number: names[number % 9]))
    assert taken.config.data.test_splits == ("test", "test_b")
    said = " ".join(taken.warnings)
    assert "3 pictures have the split 'fold7'" in said
    assert "3 pictures have no split" in said


def test_splits_without_train_are_refused(pictures: Path, take: Take, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="fold0, fold1") as caught:
        take(table(tmp_path / "t.csv", pictures, lambda _, number: f"fold{number % 2}"))
    assert caught.value.code == "training.split"


def test_the_same_picture_in_two_splits_is_refused_and_one_like_it_warned_of(
    pictures: Path, take: Take, tmp_path: Path
) -> None:
    path = table(tmp_path / "t.csv", pictures, thirds)
    rows = read_rows(path)
    original = next(Path(row["path"]) for row in rows if row["split"] == "train")
    like = lighter(original, tmp_path / "like.jpg")
    near = take(write_manifest(path, [*rows, {"path": str(like), "context": "neutral", "split": "test"}]))
    assert any("look the same" in warning and "consentry data check" in warning for warning in near.warnings)
    assert near.written is None
    shutil.copy(original, like)
    with pytest.raises(TrainingError, match="same content") as caught:
        take(path)
    assert caught.value.code == "training.leakage"
    assert not take(path, check_look_alikes=False).warnings[0].startswith("Pictures in two splits")


def test_rows_to_leave_out_are_left_out_of_what_is_written(pictures: Path, take: Take, tmp_path: Path) -> None:
    name = "private/IMG 0003.JPG"
    (tmp_path / "exclude.txt").write_text(f"{name}\n", encoding="utf-8")
    taken = take(pictures, exclusions=str(tmp_path / "exclude.txt"))
    assert name not in {row.name for row in taken.rows}
    assert taken.config.data.exclusions is None
    path = table(tmp_path / "t.csv", pictures, thirds)
    (tmp_path / "exclude.txt").write_text(f"{read_rows(path)[0]['path']}\n", encoding="utf-8")
    as_it_is = take(path, exclusions=str(tmp_path / "exclude.txt"))
    assert (as_it_is.written, as_it_is.config.data.exclusions) == (None, tmp_path / "exclude.txt")


def test_further_manifests_come_along(pictures: Path, take: Take, tmp_path: Path) -> None:
    others = write_classes(tmp_path / "others", {"private": 4}, seed=700)
    more = table(tmp_path / "more.csv", others, thirds)
    taken = take(pictures, more=[{"manifest": str(more)}])
    assert taken.written is not None
    written = read_manifest(taken.written).rows
    assert len(written) == 36 + 3  # their test row is nobody's
    assert taken.config.data.more == ()
    plain = take(table(tmp_path / "t.csv", pictures, thirds), more=[{"manifest": str(more)}])
    assert len(plain.config.data.more) == 1


def test_classes_are_asked_for_and_kept_as_labels(take: Take, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "pictures", {"bedroom": 8, "parade": 8, "lawn": 8})
    with pytest.raises(TrainingError, match="'bedroom'"):
        take(folder)
    taken = take(folder, ask=lambda counts: {"bedroom": "private", "parade": "public_event", "lawn": "neutral"})
    assert taken.written is not None
    assert {(row.context, row.fine) for row in read_manifest(taken.written).rows} == {
        ("private", "bedroom"),
        ("public_event", "parade"),
        ("neutral", "lawn"),
    }
    assert taken.config.data.label_map == {}


@pytest.mark.parametrize(
    ("counts", "start", "said"),
    [
        ({"private": 3, "public_event": 12, "neutral": 12}, None, "3 pictures of the context 'private'"),
        ({"private": 12, "neutral": 12}, None, "0 pictures of the context 'public_event'"),
        ({"private": 12}, None, "0 pictures of anything else than the context 'private'"),
        ({"private": 12}, "shipped", "nothing to learn"),
        ({"private": 3, "neutral": 12}, "shipped", "3 pictures of the context 'private'"),
    ],
)
def test_too_few_pictures(take: Take, tmp_path: Path, counts: dict[str, int], start: str | None, said: str) -> None:
    with pytest.raises(TrainingError, match=said) as caught:
        take(write_classes(tmp_path / "few", counts), start=start)
    assert caught.value.code == "training.labels"
    assert ("--start-from shipped" in caught.value.remedy) == (said.startswith("0"))


def test_a_trained_model_does_without_a_context(take: Take, tmp_path: Path) -> None:
    taken = take(write_classes(tmp_path / "homes", {"private": 12, "neutral": 12}), start="shipped")
    assert any("'public_event'" in warning and "not measured" in warning for warning in taken.warnings)


def test_few_pictures_are_said_to_be_few(pictures: Path, take: Take) -> None:
    said = take(pictures).warnings
    assert any("--start-from shipped" in warning for warning in said)
    assert any("no error can be guaranteed" in warning for warning in said)
    assert not any("--start-from" in warning for warning in take(pictures, start="shipped").warnings)


def test_shares_replace_the_usual_ones_and_train_has_the_rest(pictures: Path, take: Take) -> None:
    counts = Counter(row.split for row in take(pictures, shares={"test": 0.0, "val": 0.25}).rows)
    assert (counts["val"], counts["test"], counts["train"]) == (9, 0, 27)
    for wrong in ({"val": 0.9}, {"val": 0.0}):
        with pytest.raises(TrainingError, match="leave nothing") as caught:
            take(pictures, shares=wrong)
        assert caught.value.code == "training.split"
