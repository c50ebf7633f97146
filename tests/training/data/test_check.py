from __future__ import annotations

import json
from pathlib import Path

from similar_pictures import detailed, save

from consentry.training.data.check import check_data, write_pairs
from consentry.training.data.manifest import read_manifest


def test_everything_that_is_there_and_wrong(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2), ("d", 2), ("e", 3), ("f", 3), ("g", 4), ("h", 4)):
        save(detailed(seed, 120), tmp_path / f"{name}.jpg", quality=60 + ord(name) % 30)
    (tmp_path / "x.jpg").write_bytes(b"no picture")
    (tmp_path / "m.csv").write_text(
        "path,context,split,group,source,people\n"
        "a.jpg,private,train,,one,2\nb.jpg,private,test,,one,\n"  # leak
        "c.jpg,neutral,train,v,one,\nd.jpg,neutral,train,v,one,\n"  # one group: fine
        "e.jpg,neutral,train,,one,\nf.jpg,neutral,train,,one,\n"  # near, inside a split
        "g.jpg,neutral,test,,one,\nh.jpg,neutral,test_far,,one,\n"  # between tests: nothing gives way
        "x.jpg,neutral,train,,one,\n"
    )
    manifest = read_manifest(tmp_path / "m.csv")
    check = check_data(manifest, cache=tmp_path / "cache")
    assert {(leak.first.name, leak.second.name) for leak in check.leaks} == {("a.jpg", "b.jpg"), ("g.jpg", "h.jpg")}
    assert [(one.name, other.name) for one, other, _ in check.near] == [("e.jpg", "f.jpg")]
    assert check.exclusions == ("a.jpg",)
    assert check.remaining == 1
    assert [item.name for item in check.skipped] == ["x.jpg"]
    cell = next(cell for cell in check.cells if (cell.split, cell.context) == ("train", "neutral"))
    assert (cell.pictures, cell.groups, cell.counted, cell.longest_side) == (5, 4, 0, 120)
    figures = json.loads(json.dumps(check.as_dict()))
    assert figures["pictures"] == 9
    assert figures["leaks"][0]["distance"] <= 64
    page = write_pairs(check, tmp_path / "pairs.html").read_text()
    assert page.count("<img") == 6
    assert "Inside a split" in page

    again = check_data(manifest, rows=[row for row in manifest.rows if row.name not in check.exclusions])
    assert [leak.first.name for leak in again.leaks] == ["g.jpg"]


def test_pictures_that_cannot_be_read_have_no_size(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("path,context\nx.jpg,private\n")
    (cell,) = check_data(read_manifest(tmp_path / "m.csv")).cells
    assert cell.longest_side is None
