"""A set of pairs ready to be measured: who is on each picture, which fold each pair is in, which groups there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.training.data.files import digest_of
from consentry.training.errors import TrainingError
from consentry.training.faces.figures import identity_of
from consentry.training.faces.pair_files import PictureColumns, read_pair_file, read_picture_columns
from consentry.training.faces.pairs import FacePair

FOLDS: Final = 10
GROUP: Final = "group"

Indices = NDArray[np.int32]


@dataclass(frozen=True)
class PairIndices:
    """Pairs of pictures by their numbers.

    Attributes:
        first: (P,) number of the one picture.
        second: (P,) number of the other.
        same: (P,) whether they show one person.
    """

    first: Indices
    second: Indices
    same: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.same)

    def where(self, kept: NDArray[np.bool_]) -> PairIndices:
        """Some of the pairs."""
        return PairIndices(self.first[kept], self.second[kept], self.same[kept])


@dataclass(frozen=True)
class PairSet:
    """Pairs, and the pictures that they are made of.

    Attributes:
        name: Of the file.
        digest: SHA-256 of the file.
        paths: Of the pictures, each once.
        persons: (N,) number of the person on each picture.
        pairs: As the file lists them.
        folds: (P,) number of each pair's fold, from 0.
        groups: By attribute, (N,) the group of each picture; empty where it is not known.
        persons_from: How it was found out who is on a picture.
        folds_from: How folds were made.
    """

    name: str
    digest: str
    paths: tuple[Path, ...]
    persons: Indices
    pairs: PairIndices
    folds: Indices
    groups: Mapping[str, NDArray[np.str_]]
    persons_from: str
    folds_from: str

    def crossed(self, *, most: int, seed: int = 0, kept: NDArray[np.bool_] | None = None) -> tuple[PairIndices, int]:
        """Every pair of two pictures: all genuine ones, and all impostor pairs or an even draw of them.

        Args:
            most: Impostor pairs at most.
            seed: Of the draw.
            kept: (N,) pictures that count; all by default.

        Returns:
            The pairs, and how many impostor pairs there would be.
        """
        numbers = np.arange(len(self.paths)) if kept is None else np.flatnonzero(kept)
        persons = self.persons[numbers]
        genuine = [numbers[persons == person] for person in np.flatnonzero(np.bincount(persons) > 1)]
        sizes = np.bincount(persons).astype(np.int64)
        there = int((sizes.sum() ** 2 - (sizes**2).sum()) // 2)
        impostor = _all_impostors(persons) if there <= most else _drawn_impostors(persons, most, seed)
        first = np.concatenate([*(own[np.triu_indices(len(own), 1)[0]] for own in genuine), numbers[impostor[0]]])
        second = np.concatenate([*(own[np.triu_indices(len(own), 1)[1]] for own in genuine), numbers[impostor[1]]])
        same = np.arange(len(first)) < len(first) - len(impostor[0])
        return PairIndices(first.astype(np.int32), second.astype(np.int32), same), there

    def without(self, lost: NDArray[np.bool_]) -> PairSet:
        """Without the pairs that a lost picture is in; the pictures keep their numbers."""
        kept = ~(lost[self.pairs.first] | lost[self.pairs.second])
        return replace(self, pairs=self.pairs.where(kept), folds=self.folds[kept])


def _all_impostors(persons: Indices) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    i, j = np.triu_indices(len(persons), 1)
    other = persons[i] != persons[j]
    return i[other], j[other]


def _drawn_impostors(persons: Indices, wanted: int, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """So many different pairs of two persons, each as likely as any other."""
    generator, count = np.random.default_rng(seed), len(persons)
    codes = np.zeros(0, np.int64)
    while len(codes) < wanted:
        i, j = np.sort(generator.integers(0, count, (2, wanted)), axis=0)
        codes = np.unique(np.concatenate([codes, (i * count + j)[persons[i] != persons[j]]]))
    kept = np.sort(generator.permutation(len(codes))[:wanted])
    return codes[kept] // count, codes[kept] % count


def read_pair_set(
    path: Path,
    *,
    images: Path | None = None,
    columns: Mapping[str, str] | None = None,
    split: str | None = None,
    groups: Path | None = None,
    group_columns: Sequence[str] = (),
    seed: int = 0,
) -> PairSet:
    """Read pairs of any of the forms of `consentry.training.faces.pair_files.read_pair_file`.

    Args:
        path: The file or folder.
        images: Where the pictures lie, if not beside it.
        columns: From our names of columns to those of the table.
        split: Only pairs of this split.
        groups: A table with the column ``path`` and the columns of groups; may have ``identity``, too.
        group_columns: Their names; ``group`` by default. Without ``groups``, the pairs' own columns ``group_a`` and
            ``group_b`` (or ``NAME_a`` and ``NAME_b``) are taken.
        seed: Of what is drawn.

    Raises:
        TrainingError: ``training.manifest``, ``training.split`` or ``training.labels``.
    """
    pairs = read_pair_file(path, images=images, columns=columns, seed=seed)
    chosen = [pair for pair in pairs if split is None or pair.split == split]
    if not chosen:
        there = ", ".join(sorted({pair.split for pair in pairs if pair.split})) or "none at all"
        raise TrainingError(
            f"{path} has no pairs" + (f" of the split {split!r}." if split else "."),
            f"Its splits are: {there}.",
            code="training.split",
        )
    paths = tuple(dict.fromkeys(picture for pair in chosen for picture in (pair.path_a, pair.path_b)))
    number = {picture: index for index, picture in enumerate(paths)}
    indices = PairIndices(
        np.array([number[pair.path_a] for pair in chosen], np.int32),
        np.array([number[pair.path_b] for pair in chosen], np.int32),
        np.array([pair.same for pair in chosen], np.bool_),
    )
    asked = [column.casefold() for column in group_columns] or [GROUP]
    told = None if groups is None else read_picture_columns(groups, asked)
    persons, persons_from = _persons(chosen, paths, indices, told)
    folds, folds_from = _folds(chosen, indices, persons)
    return PairSet(
        name=path.name,
        digest=digest_of(path),
        paths=paths,
        persons=persons,
        pairs=indices,
        folds=folds,
        groups=_groups(path, chosen, paths, told, asked, demanded=bool(group_columns)),
        persons_from=persons_from,
        folds_from=folds_from,
    )


def _by_picture(pairs: Sequence[FacePair], paths: Sequence[Path], column: str) -> list[str]:
    """What the columns ``COLUMN_a`` and ``COLUMN_b`` say of each picture."""
    said: dict[Path, str] = {}
    for pair in pairs:
        for picture, side in ((pair.path_a, "a"), (pair.path_b, "b")):
            if value := pair.columns.get(f"{column}_{side}", ""):
                said.setdefault(picture, value)
    return [said.get(picture, "") for picture in paths]


def _persons(
    pairs: Sequence[FacePair], paths: Sequence[Path], indices: PairIndices, told: PictureColumns | None
) -> tuple[Indices, str]:
    """Who is on each picture: as the file says, else by names that no pair contradicts, else by the pairs alone."""
    for named, origin in (
        (_by_picture(pairs, paths, "identity"), "the pairs"),
        ([] if told is None else told.of(paths, "identity"), "the file of groups"),
    ):
        if named and all(named):
            if (wrong := _contradicted(named, indices)) is not None:
                raise TrainingError(
                    f"{paths[indices.first[wrong]].name} and {paths[indices.second[wrong]].name} are called "
                    f"{'the same' if indices.same[wrong] else 'different'} persons, and {origin} name "
                    f"{named[indices.first[wrong]]} and {named[indices.second[wrong]]}.",
                    "Correct the pair, or who is on the pictures.",
                    code="training.labels",
                )
            return _numbers(named), origin
    for named, origin in (
        ([identity_of(path) for path in paths], "file names without their numbers"),
        ([path.parent.name for path in paths], "names of folders"),
    ):
        if len(set(named)) > 1 and _contradicted(named, indices) is None:
            return _numbers(named), origin
    joined = _components(len(paths), zip(indices.first[indices.same], indices.second[indices.same], strict=True))
    return joined, "pairs of one person, joined"


def _contradicted(named: Sequence[str], indices: PairIndices) -> int | None:
    numbers = _numbers(named)
    wrong = np.flatnonzero((numbers[indices.first] == numbers[indices.second]) != indices.same)
    return int(wrong[0]) if len(wrong) else None


def _numbers(named: Sequence[str]) -> Indices:
    return np.unique(np.array(named), return_inverse=True)[1].astype(np.int32)


def _components(count: int, edges: Iterable[tuple[np.int32, np.int32]]) -> Indices:
    """The connected component of each of the nodes, numbered from 0."""
    parent = np.arange(count)

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in edges:
        parent[root(int(a))] = root(int(b))
    return np.unique([root(node) for node in range(count)], return_inverse=True)[1].astype(np.int32)


def _folds(pairs: Sequence[FacePair], indices: PairIndices, persons: Indices) -> tuple[Indices, str]:
    """The file's folds; else ten in which no person is in two; else ten by the person of the first picture."""
    named = [pair.columns.get("fold", "") for pair in pairs]
    if all(named) and len(set(named)) > 1:
        return _numbers(named), "the file"
    first, second = persons[indices.first], persons[indices.second]
    units = _components(int(persons.max()) + 1, zip(first, second, strict=True))[first]
    origin = "persons: nobody is in two folds"
    if np.bincount(units).max() > 2 * len(pairs) / FOLDS:
        # Impostor pairs tie nearly everybody together; then one person of a pair has to do.
        units, origin = first, "the person of the first picture"
    sizes = np.zeros((FOLDS, 2), np.int64)
    fold_of = np.zeros(int(units.max()) + 1, np.int32)
    genuine = np.bincount(units[indices.same], minlength=len(fold_of))
    impostor = np.bincount(units[~indices.same], minlength=len(fold_of))
    for unit in np.argsort(-(genuine + impostor), kind="stable"):
        # Even numbers of both kinds: the fold that lacks most of what this unit brings.
        fold = int(np.argmin(sizes @ np.array([genuine[unit], impostor[unit]])))
        fold_of[unit] = fold
        sizes[fold] += (genuine[unit], impostor[unit])
    return np.unique(fold_of[units], return_inverse=True)[1].astype(np.int32), origin


def _groups(
    path: Path,
    pairs: Sequence[FacePair],
    paths: Sequence[Path],
    told: PictureColumns | None,
    asked: Sequence[str],
    *,
    demanded: bool,
) -> dict[str, NDArray[np.str_]]:
    found = {}
    for column in asked:
        values = _by_picture(pairs, paths, column) if told is None else told.of(paths, column)
        if any(values):
            found[column] = np.array(values)
        elif told is not None or demanded:
            raise TrainingError(
                f"Nothing says in which {column} the pictures of {path} are.",
                f"Give the columns {column}_a and {column}_b in the pairs, or a file with the columns path and "
                f"{column} whose paths lead to the same pictures.",
                code="training.manifest",
            )
    return found
