"""Pairs of pictures as people have them: a table, LFW's own text files, or a folder for each person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from consentry.training.data.files import PICTURE_SUFFIXES, read_records, require_columns
from consentry.training.errors import TrainingError
from consentry.training.faces.pairs import FacePair, read_pairs

_GENUINE, _IMPOSTOR = 3, 4
"""Cells in a line of LFW's files: a name and two numbers, or two names with a number each."""
_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp")


def read_pair_file(
    path: Path, *, images: Path | None = None, columns: Mapping[str, str] | None = None, seed: int = 0
) -> list[FacePair]:
    """The pairs of a table (`consentry.training.faces.pairs.read_pairs`), of one of LFW's files, or of a folder.

    Args:
        path: A table with the columns ``same``, ``path_a``, ``path_b``, or with ``path`` and ``identity``;
            ``pairs.txt``, ``pairsDevTrain.txt`` or ``pairsDevTest.txt`` as LFW publishes them; or a folder with a
            folder of pictures for each person.
        images: Where the pictures lie, if not beside the file. LFW's are looked for as
            ``Ada_Lovelace/Ada_Lovelace_0003.jpg`` and as ``Ada_Lovelace_0003.jpg``.
        columns: From our names of columns to those of a table.
        seed: Of the impostor pairs that are drawn where pictures of persons are listed: as many as there are genuine
            pairs.

    Raises:
        TrainingError: ``training.manifest``; it cannot be read as pairs.
    """
    if path.is_dir():
        return _folder_pairs(path, seed=seed)
    if _is_lfw(path):
        return _lfw_pairs(path, images)
    people = listed_people(path, path.parent if images is None else images)
    return read_pairs(path, images=images, columns=columns) if people is None else _pairs_of(people, seed=seed)


def _is_lfw(path: Path) -> bool:
    """Whether the first line holds counts alone, as ``10 300`` or ``1100``."""
    if not path.is_file() or path.suffix.casefold() == ".parquet":
        return False
    with path.open(encoding="utf-8", errors="replace") as stream:
        first = next((line.split() for line in stream if line.strip()), [])
    return 0 < len(first) <= 2 and all(cell.isdigit() for cell in first)


def _lfw_pairs(path: Path, images: Path | None) -> list[FacePair]:
    """LFW's format: the number of folds (1 if left out) and of pairs, then in each fold so many of either kind."""
    lines = [
        (number, line.split("\t") if "\t" in line else line.split())
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if line.strip()
    ]
    counts = [int(cell) for cell in lines[0][1]]
    folds, each = (1, counts[0]) if len(counts) == 1 else (counts[0], counts[1])
    if len(lines) - 1 != folds * each * 2:
        raise TrainingError(
            f"{path} announces {folds} x {2 * each} pairs and holds {len(lines) - 1}.",
            "Take the file as LFW publishes it.",
            code="training.manifest",
        )
    folder = path.parent if images is None else images
    pairs = []
    for index, (number, cells) in enumerate(lines[1:]):
        same = index % (2 * each) < each
        numbers = cells[1:] if same else cells[1::2]
        if len(cells) != (_GENUINE if same else _IMPOSTOR) or not all(cell.isdigit() for cell in numbers):
            raise TrainingError(
                f"{path}, line {number}: not {'a name and two numbers' if same else 'two names with a number each'}.",
                "Take the file as LFW publishes it, separated by tabs.",
                code="training.manifest",
            )
        first, second = (cells[0], cells[1]), (cells[0] if same else cells[2], cells[-1])
        columns = {"identity_a": first[0], "identity_b": second[0]} | (
            {"fold": str(index // (2 * each) + 1)} if folds > 1 else {}
        )
        pairs.append(FacePair(same, _lfw_picture(folder, *first), _lfw_picture(folder, *second), columns=columns))
    return pairs


def _lfw_picture(folder: Path, name: str, number: str) -> Path:
    stem = f"{name}_{int(number):04d}"
    candidates = [place / f"{stem}{suffix}" for suffix in _SUFFIXES for place in (folder / name, folder)]
    return next((path for path in candidates if path.is_file()), candidates[0])


def _folder_pairs(folder: Path, *, seed: int) -> list[FacePair]:
    people = {
        person.name: [file for file in sorted(person.rglob("*")) if file.suffix.casefold() in PICTURE_SUFFIXES]
        for person in sorted(folder.iterdir())
        if person.is_dir() and not person.name.startswith(".")
    }
    people = {name: files for name, files in people.items() if files}
    if not people:
        raise TrainingError(
            f"{folder} holds no folder with pictures.",
            "Give a folder with a folder for each person, or a file of pairs.",
            code="training.manifest",
        )
    return _pairs_of(people, seed=seed)


def listed_people(path: Path, folder: Path) -> dict[str, list[Path]] | None:
    """Pictures by person of a table that lists pictures; ``None`` of one that lists pairs."""
    if not path.is_file():
        return None
    records = read_records(path, ("path", "identity"))
    present = {name for record in records for name in record}
    if not {"path", "identity"} <= present or "path_a" in present:
        return None
    people: dict[str, list[Path]] = {}
    for record in records:
        if record.get("path") and record.get("identity"):
            people.setdefault(record["identity"], []).append(folder / record["path"])
    return people


def _pairs_of(people: Mapping[str, list[Path]], *, seed: int) -> list[FacePair]:
    """All genuine pairs, and as many impostor pairs drawn evenly from all pairs of two persons."""
    genuine = [
        FacePair(same=True, path_a=a, path_b=b, columns={"identity_a": name, "identity_b": name})
        for name, files in people.items()
        for a, b in combinations(files, 2)
    ]
    return genuine + _drawn_impostors(people, wanted=max(len(genuine), 1), seed=seed)


def _drawn_impostors(people: Mapping[str, list[Path]], *, wanted: int, seed: int) -> list[FacePair]:
    pictures = [(name, file) for name, files in people.items() for file in files]
    sizes = [len(files) for files in people.values()]
    there = (sum(sizes) ** 2 - sum(size**2 for size in sizes)) // 2
    if there <= 2 * wanted:
        chosen = [
            pair for pair in combinations(range(len(pictures)), 2) if pictures[pair[0]][0] != pictures[pair[1]][0]
        ]
        if there > wanted:
            kept = np.sort(np.random.default_rng(seed).permutation(there)[:wanted])
            chosen = [chosen[index] for index in kept]
    else:
        generator, found = np.random.default_rng(seed), dict[tuple[int, int], None]()
        while len(found) < wanted:
            for a, b in np.sort(generator.integers(0, len(pictures), (wanted, 2)), axis=1).tolist():
                if pictures[a][0] != pictures[b][0] and len(found) < wanted:
                    found[a, b] = None
        chosen = sorted(found)
    return [
        FacePair(
            same=False,
            path_a=pictures[a][1],
            path_b=pictures[b][1],
            columns={"identity_a": pictures[a][0], "identity_b": pictures[b][0]},
        )
        for a, b in chosen
    ]


@dataclass(frozen=True)
class PictureColumns:
    """What a file says of pictures.

    Attributes:
        values: By resolved path, by column.
    """

    values: Mapping[Path, Mapping[str, str]]

    def of(self, paths: Iterable[Path], column: str) -> list[str]:
        """One column of some pictures; empty where the file does not name the picture."""
        return [self.values.get(path.resolve(), {}).get(column, "") for path in paths]


def read_picture_columns(path: Path, columns: Iterable[str]) -> PictureColumns:
    """Read a table with the column ``path`` and columns of groups, such as ``gender`` as a data set publishes it.

    Args:
        path: CSV, JSON lines or Parquet; paths are relative to it.
        columns: That must be there.

    Raises:
        TrainingError: ``training.manifest``; the file or a column is missing.
    """
    wanted = ("path", *columns)
    records = read_records(path, wanted)
    require_columns(path, records, wanted)
    return PictureColumns({(path.parent / record["path"]).resolve(): record for record in records})
