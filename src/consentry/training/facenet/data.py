"""Faces of persons to train an embedder on: found, cut out, kept, and divided so that nobody is in both parts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.media import MediaError, open_media
from consentry.records import Media
from consentry.signals.faces.detection import FaceDetector
from consentry.signals.faces.facenet import SIDE, crop_face
from consentry.training.data.files import digest_of, read_records, require_columns
from consentry.training.errors import TrainingError
from consentry.training.facenet.config import IdentityColumns, IdentityData
from consentry.training.faces.pairs import nearest_the_middle
from consentry.training.progress import Progress, silent
from consentry.writing import writing

_BATCH: Final = 64
_CUT: Final = "box, no margin, bilinear; numbers of the unreadable"
"""How faces are cut out and what is kept; part of what the cache goes by."""
_SHOWN: Final = 5
_LEAST_PERSONS: Final = 2
"""Of either part: one alone has nobody to be told apart from."""
_USUAL_COLUMNS: Final = IdentityColumns()


@dataclass(frozen=True)
class Faces:
    """Faces of some persons.

    Attributes:
        crops: (N, 160, 160, 3) uint8 RGB.
        persons: (N,) number of the person on each, from 0.
        names: Of the persons.
    """

    crops: NDArray[np.uint8]
    persons: NDArray[np.int64]
    names: tuple[str, ...]

    def of(self, kept: Sequence[str]) -> Faces:
        """Those of some persons, numbered anew in the order given."""
        number = {name: index for index, name in enumerate(kept)}
        mine = np.array([name in number for name in self.names], np.bool_)[self.persons]
        persons = np.array([number[self.names[person]] for person in self.persons[mine]], np.int64)
        return Faces(self.crops[mine], persons, tuple(kept))


@dataclass(frozen=True)
class IdentityFaces:
    """What training starts from.

    Attributes:
        training: To learn from.
        validation: Of other persons, to stop early by.
        without_face: Pictures in which no face was found.
        unreadable: Pictures that could not be read.
        held_out: The pictures of the persons to validate on, and who is on them.
        left_out: Persons with too few faces.
        digest: Of the faces and whose they are.
    """

    training: Faces
    validation: Faces
    without_face: int
    unreadable: tuple[Path, ...]
    held_out: tuple[tuple[Path, str], ...]
    left_out: int
    digest: str


def read_identities(path: Path, columns: IdentityColumns = _USUAL_COLUMNS) -> list[tuple[Path, str]]:
    """Pictures and who is on them, in the order given.

    Args:
        path: A folder with a folder a person, or a table of pictures (relative to it) and identities.
        columns: Of such a table.

    Raises:
        TrainingError: ``training.manifest``.
    """
    if not path.exists():
        raise TrainingError(
            f"There is no file or folder {str(path)!r}.",
            "Give a folder with a folder of pictures for each person, or a table with the columns path and identity: "
            "consentry train faces people/",
            code="training.manifest",
        )
    if path.is_dir():
        records = read_records(path, ("path", "label"))
        return [(path / record["path"], record["label"]) for record in records if record["label"]]
    wanted = (columns.path, columns.identity)
    records = read_records(path, wanted)
    require_columns(path, records, wanted)
    file, person = (name.casefold() for name in wanted)
    return [(path.parent / record[file], record[person]) for record in records if record[file] and record[person]]


def prepare_faces(
    data: IdentityData, detector: FaceDetector, cache: Path, *, seed: int = 0, progress: Progress = silent
) -> IdentityFaces:
    """Find and cut out every face, and divide the persons.

    Args:
        data: Whose pictures.
        detector: As served; of several faces in a picture, that nearest its middle counts.
        cache: A folder that keeps the faces between runs.
        seed: Of the division.
        progress: Told of every batch.

    Raises:
        TrainingError: ``training.manifest``, ``training.pictures`` with too many unreadable ones, or
            ``training.labels`` with too few persons.
    """
    listed = read_identities(data.pictures, data.columns)
    crops, found, broken = _faces(listed, detector, cache, digest_of(data.pictures), progress)
    unreadable = tuple(listed[row][0] for row in broken)
    if len(unreadable) > data.broken_share * len(listed):
        named = ", ".join(f"{path.parent.name}/{path.name}" for path in unreadable[:_SHOWN])
        raise TrainingError(
            f"{len(unreadable)} of {len(listed)} pictures cannot be read: {named}"
            f"{' and others' if len(unreadable) > _SHOWN else ''}.",
            f"Mend or remove them; up to {data.broken_share:.0%} are skipped, and --broken-share says otherwise.",
            code="training.pictures",
        )
    names = np.array([name for _, name in listed])[found]
    everybody, counts = np.unique(names, return_counts=True)
    enough = [str(name) for name, count in zip(everybody, counts, strict=True) if count >= data.least_pictures]
    apart = _drawn(enough, data.validation_share, seed)
    if len(apart) < _LEAST_PERSONS:  # of very few persons the share may hold none
        apart = sorted(enough, key=lambda name: _chance(name, seed))[:_LEAST_PERSONS]
    rest = [name for name in enough if name not in set(apart)]
    if min(len(apart), len(rest)) < _LEAST_PERSONS:
        persons = len({name for _, name in listed})
        without = int((~found).sum()) - len(unreadable)
        raise TrainingError(
            f"{len(enough)} of {persons} persons have {data.least_pictures} pictures or more in which a face "
            f"was found (in {without} of {len(listed)} pictures none was); that is too few.",
            "Give pictures of more persons: two to learn from and two to validate on are the very least, and hundreds "
            "make sense.",
            code="training.labels",
        )
    number = {str(name): index for index, name in enumerate(everybody)}
    every = Faces(crops, np.array([number[str(name)] for name in names], np.int64), tuple(map(str, everybody)))
    digest = hashlib.sha256(crops.tobytes() + "\n".join(names).encode()).hexdigest()
    return IdentityFaces(
        training=every.of(rest),
        validation=every.of(apart),
        without_face=int((~found).sum()) - len(unreadable),
        unreadable=unreadable,
        held_out=tuple(item for item, has_face in zip(listed, found, strict=True) if has_face and item[1] in apart),
        left_out=len(everybody) - len(enough),
        digest=digest,
    )


def _drawn(names: Sequence[str], share: float, seed: int) -> list[str]:
    """Persons for validation: by a hash of their names, so that more data later moves nobody to the other part."""
    return [name for name in names if _chance(name, seed) < share]


def _chance(name: str, seed: int) -> float:
    """A number in 0-1 that depends on the name and the seed alone."""
    return int.from_bytes(hashlib.sha256(f"{seed}\n{name}".encode()).digest()[:4], "big") / 2**32


def _faces(
    listed: Sequence[tuple[Path, str]], detector: FaceDetector, cache: Path, digest: str, progress: Progress
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], list[int]]:
    """Crops of those pictures that have a face, which ones they are, and the numbers of those that cannot be read."""
    mark = hashlib.sha256(f"{digest}\n{detector.id}\n{_CUT}".encode()).hexdigest()[:16]
    kept = cache / f"faces_{mark}.npz"
    if kept.is_file():
        with np.load(kept, allow_pickle=False) as stored:
            return stored["crops"], stored["found"], stored["unreadable"].tolist()
    found = np.zeros(len(listed), np.bool_)
    crops: list[NDArray[np.uint8]] = []
    unreadable: list[int] = []
    for start in range(0, len(listed), _BATCH):
        rows, pictures = [], []
        for row in range(start, min(start + _BATCH, len(listed))):
            try:
                pictures.append(open_media(Media(path=listed[row][0])).frames[0].pixels)
                rows.append(row)
            except MediaError:
                unreadable.append(row)
        for row, picture, detections in zip(rows, pictures, detector.detect(pictures), strict=True):
            if len(detections):
                crops.append(crop_face(picture, detections.boxes[nearest_the_middle(detections, picture)]))
                found[row] = True
        progress("Finding faces", min(start + _BATCH, len(listed)), len(listed))
    stacked = np.stack(crops) if crops else np.zeros((0, SIDE, SIDE, 3), np.uint8)
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = cache / f"unfinished_{mark}.npz"
    with writing(kept):
        np.savez(unfinished, crops=stacked, found=found, unreadable=np.array(unreadable, np.int64))
        unfinished.replace(kept)
    return stacked, found, unreadable
