"""How good a model is that begins with the one that ships, on few pictures of a source that nobody was trained on.

Usage: ``python benchmarks/own_pictures.py [--pictures 200] [--seed 1] [--tune] [--data ../shared/data]``. The pictures
are of Flickr8k: the rows of `test_ood` of the scene data, and those that are labelled by their captions. So many of
them, three tenths private, 35 % events and 35 % others, are a team's own; all the rest is what models are measured on.
The table goes into docs/training.md.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
from collections import Counter
from pathlib import Path

from consentry.runtime import shipped_root
from consentry.training.scene.config import SceneConfig
from consentry.training.scene.evaluation import evaluate_scene
from consentry.training.scene.own_pictures import take_in_pictures
from consentry.training.scene.training import train_scene

ROOT = Path(__file__).parent.parent
SHARES = {"private": 0.3, "public_event": 0.35, "other": 0.35}
HEADS = ("private_context", "public_event")

Row = tuple[Path, str, str]


def pictures_of_flickr(data: Path) -> list[Row]:
    """Picture, context and finest word of every row; each picture once."""
    rows: dict[str, Row] = {}
    for name in ("scenes", "flickr8k"):
        with (data / name / "manifest.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if name == "flickr8k" or row["split"] == "test_ood":
                    path = data / name / row["path"]
                    rows.setdefault(path.name, (path, row["context"], row["fine"]))
    return list(rows.values())


def write_table(path: Path, rows: list[Row]) -> Path:
    """A table as somebody would write it: no splits."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["path", "context", "label"])
        writer.writerows(rows)
    return path


def taken_apart(rows: list[Row], count: int, seed: int) -> tuple[list[Row], list[Row]]:
    """The team's own pictures, and all others."""
    shuffled = rows.copy()
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
    wanted = {kind: round(share * count) for kind, share in SHARES.items()}
    own, others = [], []
    taken: Counter[str] = Counter()
    for row in shuffled:
        kind = row[1] if row[1] in wanted else "other"
        mine = taken[kind] < wanted[kind]
        taken[kind] += mine
        (own if mine else others).append(row)
    return own, others


def main() -> None:
    """Train, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tune", action="store_true", help="also with the backbone's last stages; takes minutes")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        print(f"{arguments.data} is not here: nothing to measure on")
        return
    own, others = taken_apart(pictures_of_flickr(arguments.data), arguments.pictures, arguments.seed)
    ways: dict[str, dict[str, object]] = {
        "new outputs on the ImageNet backbone": {},
        "beginning with the model that ships": {"start_from": "shipped"},
    }
    if arguments.tune:
        ways["the same, `--fine-tune`"] = {"start_from": "shipped", "fine_tuning": {}}
    print(
        "| | private context: AUC | balanced accuracy | public event: AUC | balanced accuracy |\n|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory(prefix="consentry-") as temporary:
        folder = Path(temporary)
        table, rest = write_table(folder / "own.csv", own), write_table(folder / "rest.csv", others)
        show("the model that ships, as it is", rest, shipped_root())
        for number, (title, settings) in enumerate(ways.items()):
            places = {"output": folder / str(number) / "scene", "cache": folder / "cache", "data.manifest": table}
            places = {name: str(value) for name, value in places.items()}
            config = SceneConfig.read(overrides={**places, "tracking.uri": None, **settings})
            train_scene(take_in_pictures(config).config)
            show(title, rest, folder / str(number))
    counts = Counter(context for _, context, _ in others)
    print(
        f"\n{len(own)} pictures to train, calibrate and test on; measured on {len(others)} others, "
        f"{counts['private']} of them private and {counts['public_event']} events; 95 % intervals."
    )


def show(title: str, manifest: Path, root: Path) -> None:
    """One row of the table."""
    figures = evaluate_scene(manifest, root=root).figures
    cells = [
        f"{figures[head][name]:.3f} ({figures[head][f'{name}_low']:.3f}-{figures[head][f'{name}_high']:.3f})"
        for head in HEADS
        for name in ("auc", "balanced_accuracy")
    ]
    print(f"| {title} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
