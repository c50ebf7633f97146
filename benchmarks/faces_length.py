"""How much of an embedding's length should count? True accept rate and false matches by group, for powers of it.

    python benchmarks/faces_length.py ../shared/data/lfw_dev

`LENGTH_POWER` of `consentry.signals.faces.embedding` was chosen by this table: on `dev_train`, by groups that the data
set publishes. The length that dlib gave is worked out from the shipped embedding, so any power can be tried on it.
Prints a Markdown table; takes a few minutes.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from consentry.signals.faces import FaceMatcher
from consentry.signals.faces.embedding import LENGTH_POWER
from consentry.training.faces.pairs import embed_pictures, read_pairs

POWERS = (0.0, 0.25, 0.5, 0.75, 1.0)
FALSE_MATCHES = 0.001

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


def distances(embeddings: Numbers) -> Numbers:
    """L2 distance of every pair of rows, in the order of `numpy.triu_indices`."""
    squares = (embeddings**2).sum(axis=1)
    grid = squares[:, None] + squares[None] - 2 * embeddings @ embeddings.T
    found: Numbers = np.sqrt(np.maximum(grid, 0))[np.triu_indices(len(embeddings), 1)]
    return found


def both(flags: Flags) -> Flags:
    """Whether both of every pair have the flag."""
    found: Flags = (flags[:, None] & flags[None])[np.triu_indices(len(flags), 1)]
    return found


def rows(raw: Numbers, identity: NDArray[np.str_], group: NDArray[np.str_]) -> Iterator[str]:
    """The lines of the table."""
    same: Flags = (identity[:, None] == identity[None])[np.triu_indices(len(identity), 1)]
    groups = {name: both(group == name) for name in sorted(set(group.tolist()))}
    heads = ["divided by length to the power of", "TAR", *(f"TAR, {name}" for name in groups)]
    heads += [*(f"FMR, {name}" for name in groups), "TAR if no group may exceed the FMR"]
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    for power in POWERS:
        found = distances(raw / lengths**power)
        threshold = np.quantile(found[~same], FALSE_MATCHES)
        strictest = min(np.quantile(found[~same & pairs], FALSE_MATCHES) for pairs in groups.values())
        accepted = found <= threshold
        cells = [f"{accepted[same].mean():.1%}"]
        cells += [f"{accepted[same & pairs].mean():.1%}" for pairs in groups.values()]
        cells += [f"{accepted[~same & pairs].mean():.3%}" for pairs in groups.values()]
        cells.append(f"{(found[same] <= strictest).mean():.1%}")
        ships = "**" if power == LENGTH_POWER else ""
        yield f"| {ships}{power:g}{ships} | {' | '.join(cells)} |"


def main() -> None:
    """Embed once, try every power."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with pairs.csv, and manifest.csv: path, identity, and a group")
    parser.add_argument("--split", default="dev_train")
    parser.add_argument("--group", default="gender_label", help="the column of the group")
    arguments = parser.parse_args()
    pairs = [pair for pair in read_pairs(arguments.folder / "pairs.csv") if pair.split == arguments.split]
    with (arguments.folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        described = {arguments.folder / row["path"]: row for row in csv.DictReader(file)}
    paths = sorted({path for pair in pairs for path in (pair.path_a, pair.path_b)})
    matcher = FaceMatcher.load()
    faces = embed_pictures(paths, matcher.detector, matcher.embedder)
    shipped = faces.embeddings[faces.found].astype(np.float64)
    known = [described[path] for path, is_found in zip(faces.paths, faces.found, strict=True) if is_found]
    lengths = np.linalg.norm(shipped, axis=1, keepdims=True)
    raw = shipped * lengths ** (LENGTH_POWER / (1 - LENGTH_POWER))
    print(f"{len(known):,} pictures of `{arguments.split}`, {matcher.id}, threshold at FMR {FALSE_MATCHES:.1%}\n")
    identity, group = (np.array([row[column] for row in known]) for column in ("identity", arguments.group))
    for line in rows(raw, identity, group):
        print(line)


if __name__ == "__main__":
    main()
