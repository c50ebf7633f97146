from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from similar_pictures import detailed, save

from consentry.training.data.manifest import Row
from consentry.training.data.suspects import (
    Suspect,
    class_of,
    draw_suspects,
    find_suspects,
    out_of_fold,
    write_suspects,
)
from consentry.training.errors import TrainingError

CONTEXTS = ("private", "public_event", "neutral", "semi_private")


def clusters(count: int = 480) -> tuple[list[Row], np.ndarray]:
    """Features in a cluster for each class; `neutral` and `semi_private` share one."""
    generator = np.random.default_rng(3)
    centres = generator.normal(0, 3, (3, 16))
    rows = [
        Row(Path(f"/d/{index}.jpg"), f"{index}.jpg", CONTEXTS[index % 4], "train", f"g{index // 8}", "s")
        for index in range(count)
    ]
    features = np.array([centres[min(index % 4, 2)] for index in range(count)]) + generator.normal(0, 1, (count, 16))
    return rows, features.astype(np.float32)


def test_labels_that_were_swapped_are_found() -> None:
    rows, features = clusters()
    wrong = {5: "private", 40: "neutral", 77: "private"}
    for index, context in wrong.items():
        rows[index] = Row(rows[index].path, rows[index].name, context, "train", rows[index].group, "s")
    told: list[tuple[int, int]] = []
    suspects = find_suspects(rows, features, progress=lambda _, done, total: told.append((done, total)))
    assert {item.row.name for item in suspects} == {f"{index}.jpg" for index in wrong}
    found = {item.row.name: item for item in suspects}
    assert (found["5.jpg"].given, found["5.jpg"].suggested) == ("private", "public_event")
    assert (found["40.jpg"].given, found["40.jpg"].suggested) == ("neither", "private")
    assert all(item.confidence < 0.5 < item.suggested_probability for item in suspects)
    assert [item.confidence for item in suspects] == sorted(item.confidence for item in suspects)
    assert told[-1] == (5, 5)
    assert find_suspects(rows, features) == suspects


def test_clean_labels_are_left_alone() -> None:
    assert find_suspects(*clusters()) == []


def test_no_picture_is_judged_by_a_head_that_saw_its_group() -> None:
    """Features that name the group and nothing else: whoever had seen a group would know its class."""
    groups = [f"g{index // 4}" for index in range(80)]
    labels = [(index // 4) % 2 for index in range(80)]
    features = np.repeat(np.eye(20, dtype=np.float32), 4, axis=0)
    probabilities = out_of_fold(features, labels, groups)
    assert np.allclose(probabilities.sum(axis=1), 1)
    known = probabilities[np.arange(80), labels]
    assert (known < 0.65).all()


def test_too_little_to_tell_suspects() -> None:
    features = np.zeros((4, 2), dtype=np.float32)
    for labels, groups in (([0, 0, 0, 0], "abcd"), ([0, 0, 0, 1], "abcd"), ([0, 0, 1, 1], "aabb")):
        with pytest.raises(TrainingError, match="two classes at least, each in two groups") as caught:
            out_of_fold(features, labels, list(groups))
        assert caught.value.code == "training.labels"


def test_contexts_that_are_neither_are_one_class() -> None:
    assert [class_of(Row(Path(), "", context)) for context in CONTEXTS] == [
        "private",
        "public_event",
        "neither",
        "neither",
    ]


def test_suspects_as_a_table_and_as_pictures(tmp_path: Path) -> None:
    save(detailed(1), tmp_path / "a.jpg")
    row = Row(tmp_path / "a.jpg", "a.jpg", "neutral", "train", "", "s", fine="kitchen")
    suspects = [Suspect(row, "neither", "private", 0.0312, 0.95)]
    with write_suspects(tmp_path / "new" / "s.csv", suspects).open() as stream:
        (written,) = csv.DictReader(stream)
    assert (written["path"], written["given"], written["suggested"]) == ("a.jpg", "neither", "private")
    assert (written["confidence"], written["decision"]) == ("0.0312", "")
    page = draw_suspects(tmp_path / "s.html", suspects, total=7).read_text()
    assert "1 of 7 labels are suspect" in page
    assert "Called neither, looks like private (1)" in page
    assert page.count("<img") == 1
