"""Manifests as spreadsheets and other programs write them: each of these was refused once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from consentry.batch import ManifestError, read_manifest
from consentry.batch.manifest.columns import Reading
from consentry.records import Case

FOLDER = Path(__file__).parent / "manifests"


def cases(name: str, reading: Reading = Reading()) -> list[Case]:
    found = list(read_manifest(FOLDER / name, reading))
    assert all(isinstance(case, Case) for case in found), found
    return [case for case in found if isinstance(case, Case)]


def test_a_byte_order_mark_semicolons_and_leading_zeros() -> None:
    first, second = cases("bom_semicolon.csv")
    assert (first.post.post_id, first.post.text) == ("007", "hello; there")
    assert second.post.post_id == "008"
    assert second.post.media[0].path == FOLDER / "my photo é 1.jpg"


def test_a_windows_code_page() -> None:
    (case,) = cases("cp1252.csv")
    assert case.post.text == "café naïve “quoted”"


@pytest.mark.parametrize("name", ["tabs.tsv", "upper.csv", "array.json"])
def test_tabs_capitals_and_arrays(name: str) -> None:
    (case,) = cases(name)
    assert (case.post.post_id, case.post.media[0].path) == ("1", FOLDER / "a.jpg")


def test_other_names_are_suggested_and_taken() -> None:
    with pytest.raises(ManifestError) as caught:
        list(read_manifest(FOLDER / "id.csv"))
    assert caught.value.code == "manifest.columns"
    assert "--column post_id=id --column media=image_path --column text=caption" in caught.value.remedy
    renamed = {"post_id": "ID", "media": "image_path", "text": "caption"}
    (case,) = cases("id.csv", Reading(renamed=renamed))
    assert (case.post.post_id, case.post.text, case.post.media[0].path) == ("1", "hey", FOLDER / "a.jpg")


def test_percents_in_file_addresses(tmp_path: Path) -> None:
    (case,) = cases("file_uri.csv")
    assert case.post.media[0].path == FOLDER / "file_folder" / "a photo é.jpg"
    picture = tmp_path / "a photo é %41.jpg"
    Image.new("RGB", (8, 8)).save(picture)
    for start in ("file://", "FILE://localhost"):
        manifest = tmp_path / "posts.csv"
        manifest.write_text(f"post_id,media\n1,{start}{picture.as_uri().removeprefix('file://')}\n")
        (found,) = read_manifest(manifest)
        assert isinstance(found, Case)
        assert found.post.media[0].path == picture


@pytest.mark.parametrize("written", ["true", "True", "yes", "YES", '"yes"'])
def test_true_and_yes_are_one(tmp_path: Path, written: str) -> None:
    path = tmp_path / "posts.yaml"
    path.write_text(f"- post_id: 007\n  facts:\n  - {{name: public_figure, value: {written}, source: reviewer}}\n")
    (case,) = read_manifest(path)
    assert isinstance(case, Case)
    assert (case.post.post_id, case.facts[0].value) == ("007", "yes")
    path.with_suffix(".json").write_text(
        '[{"post_id": "007", "facts": [{"name": "public_figure", "value": true, "source": "reviewer"}]}]'
    )
    (case,) = read_manifest(path.with_suffix(".json"))
    assert isinstance(case, Case)
    assert case.facts[0].value == "yes"


def test_ids_that_look_like_something_stay_text(tmp_path: Path) -> None:
    ids = ["007", "0x1F", "1_000", "2021-11-30", "1e5", "no", "12:30:45", "NaN"]
    path = tmp_path / "posts.yaml"
    path.write_text("".join(f"- post_id: {name}\n  posted_at: 2021-11-30\n" for name in ids))
    found = list(read_manifest(path))
    assert [case.post.post_id for case in found if isinstance(case, Case)] == ids
    path = tmp_path / "posts.csv"
    path.write_text("post_id\n" + "\n".join(ids))
    assert [case.post.post_id for case in read_manifest(path) if isinstance(case, Case)] == ids


def test_two_columns_of_one_name_and_one_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("post_id,Text, text\n1,a,b\n")
    with pytest.raises(ManifestError, match="has the column 'text' twice: 'Text' and ' text'") as caught:
        list(read_manifest(path))
    assert caught.value.code == "manifest.columns"
    path.write_text("post_id,caption\n1,a\n")
    with pytest.raises(ManifestError, match="no column 'captoin'") as caught:
        list(read_manifest(path, Reading(renamed={"text": "captoin"})))
    assert "--column text=caption" in caught.value.remedy


def test_files_beside_pictures_are_no_manifests(tmp_path: Path) -> None:
    """Many programs put a JSON file beside every picture."""
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg.json").write_text("{}")
    (case,) = read_manifest(tmp_path)
    assert isinstance(case, Case)
    assert case.post.media[0].path == tmp_path / "a.jpg"
