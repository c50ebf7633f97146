"""Faces of persons: read, found, cut out, kept, and divided without anybody in both parts."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_faces import PERSONS, write_people

from consentry.signals.faces import Detections
from consentry.training.errors import TrainingError
from consentry.training.facenet.config import IdentityData
from consentry.training.facenet.data import Faces, _drawn, prepare_faces, read_identities


class MiddleOfThePicture:
    """Finds a face in the middle of every picture, and none in black ones."""

    id = "middle@1"
    calls = 0

    def detect(self, pictures: list[np.ndarray]) -> list[Detections]:
        self.calls += 1
        box = np.array([[40, 40, 180, 180]], np.float32)
        found = Detections(box, np.zeros((1, 5, 2), np.float32), np.ones(1, np.float32))
        nothing = Detections(found.boxes[:0], found.points[:0], found.probabilities[:0])
        return [found if picture.any() else nothing for picture in pictures]


@pytest.fixture
def people(tmp_path: Path, repository: Path) -> Path:
    folder = write_people(tmp_path / "people", repository / "data/demo/media", count=3)
    for name in ("p4", "p5", "p6"):
        target = folder / name
        target.mkdir()
        for path in (folder / PERSONS[0]).iterdir():
            (target / path.name).write_bytes(path.read_bytes())
    return folder


def data(path: Path, **settings: object) -> IdentityData:
    return IdentityData.model_validate({"pictures": path, "validation_share": 0.5, **settings})


def test_a_folder_and_a_table_say_the_same(people: Path, tmp_path: Path) -> None:
    from_folder = read_identities(people)
    table = tmp_path / "people.csv"
    with table.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["path", "identity"])
        writer.writerows([path.relative_to(tmp_path), name] for path, name in from_folder)
    assert sorted(read_identities(table)) == sorted(from_folder)
    assert len(from_folder) == 18
    table.write_text("path,who\na.jpg,b\n")
    with pytest.raises(TrainingError) as caught:
        read_identities(table)
    assert caught.value.code == "training.manifest"


def test_nobody_is_in_both_parts_and_faces_are_kept(people: Path, tmp_path: Path) -> None:
    detector = MiddleOfThePicture()
    first = prepare_faces(data(people), detector, tmp_path / "cache", seed=1)
    assert not set(first.training.names) & set(first.validation.names)
    assert set(first.training.names) | set(first.validation.names) == {path.name for path in people.iterdir()}
    for faces in (first.training, first.validation):
        assert faces.crops.shape == (len(faces.persons), 160, 160, 3)
        assert sorted(set(faces.persons.tolist())) == list(range(len(faces.names)))
    calls = detector.calls
    again = prepare_faces(data(people), detector, tmp_path / "cache", seed=1)
    assert detector.calls == calls
    assert again.digest == first.digest
    assert again.training.crops.tobytes() == first.training.crops.tobytes()


def test_pictures_without_a_face_or_unreadable_and_persons_with_too_few(people: Path, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (200, 200)).save(people / PERSONS[0] / "nobody.png")
    (people / PERSONS[1] / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    (people / "lonely").mkdir()
    (people / "lonely" / "a.jpg").write_bytes((people / "p4" / f"{PERSONS[0]}_0000.jpg").read_bytes())
    with pytest.raises(TrainingError) as caught:
        prepare_faces(data(people, broken_share=0.01), MiddleOfThePicture(), tmp_path / "cache", seed=1)
    assert caught.value.code == "training.pictures"
    assert f"{PERSONS[1]}/broken.jpg" in caught.value.message
    again = prepare_faces(data(people, broken_share=0.2), MiddleOfThePicture(), tmp_path / "cache", seed=1)
    found = prepare_faces(data(people, broken_share=0.2), MiddleOfThePicture(), tmp_path / "cache", seed=1)
    assert (found.without_face, found.left_out) == (1, 1)
    assert found.unreadable == (people / PERSONS[1] / "broken.jpg",)
    assert {person for _, person in found.held_out} == set(found.validation.names)
    assert len(found.held_out) == len(found.validation.persons)
    assert all(path.parent.name == person for path, person in found.held_out)
    assert found.unreadable == again.unreadable  # from what was kept
    assert "lonely" not in {*found.training.names, *found.validation.names}


def test_too_few_persons(people: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError) as caught:
        prepare_faces(data(people, least_pictures=4), MiddleOfThePicture(), tmp_path / "cache")
    assert caught.value.code == "training.labels"


@given(st.sets(st.text(min_size=1, max_size=8), min_size=4, max_size=40), st.integers(0, 5))
def test_more_people_move_nobody_to_the_other_part(names: set[str], seed: int) -> None:
    ordered = sorted(names)
    fewer, more = _drawn(ordered[:-1], 0.4, seed), _drawn(ordered, 0.4, seed)
    assert set(fewer) <= set(more)
    assert set(more) - set(fewer) <= {ordered[-1]}


def test_some_persons_are_numbered_anew() -> None:
    faces = Faces(np.arange(4, dtype=np.uint8)[:, None, None, None], np.array([0, 1, 2, 1]), ("a", "b", "c"))
    some = faces.of(["c", "b"])
    assert some.names == ("c", "b")
    assert some.persons.tolist() == [1, 0, 1]
    assert some.crops.ravel().tolist() == [1, 2, 3]
