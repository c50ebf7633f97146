from __future__ import annotations

from pathlib import Path

import pytest

from consentry.training.data.exclusions import leave_out, read_exclusions, write_exclusions
from consentry.training.data.manifest import Row
from consentry.training.errors import TrainingError


def test_a_list_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = write_exclusions(tmp_path / "new" / "list.txt", ["a.jpg", "b c.jpg"], because="Copies.\nLooked at.")
    assert path.read_text() == "# Copies.\n# Looked at.\na.jpg\nb c.jpg\n"
    assert read_exclusions(path) == ("a.jpg", "b c.jpg")
    path.write_text("a.jpg  # a copy\n\n#b.jpg\na.jpg\n")
    assert read_exclusions(path) == ("a.jpg",)
    with pytest.raises(TrainingError, match="cannot be read") as caught:
        read_exclusions(tmp_path / "none.txt")
    assert caught.value.code == "training.manifest"


def test_only_rows_that_are_there_and_not_tested_on_are_left_out() -> None:
    rows = [Row(Path(name), name, "private", split) for name, split in
            (("train/a.jpg", "train"), ("b.jpg", "val"), ("c.jpg", "test"), ("d.jpg", ""))]  # fmt: skip
    assert [row.name for row in leave_out(rows, ["train/a.jpg", "b.jpg", "d.jpg"])] == ["c.jpg"]
    assert leave_out(rows, []) == tuple(rows)
    with pytest.raises(TrainingError, match=r"'train/aa.jpg', which is not in the manifest; 'train/a.jpg' is"):
        leave_out(rows, ["train/aa.jpg"])
    with pytest.raises(TrainingError, match="not in the manifest") as caught:
        leave_out(rows, ["zzzzzz"])
    assert caught.value.code == "training.manifest"
    with pytest.raises(TrainingError, match=r"'c\.jpg', a row of the split 'test'") as caught:
        leave_out(rows, ["c.jpg"])
    assert caught.value.code == "training.split"
