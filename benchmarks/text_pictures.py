"""Words inside pictures: the cheap look, what is found end to end beside RapidOCR, and what it costs.

    python benchmarks/text_pictures.py [--scenes ../shared/data/scenes] [--receipts 40] [--others 200] [--drawn 24]

The look is measured on receipts (ICDAR SROIE) and other pictures of the *test* split; its limits were set on *val*. The
second table draws private information of four kinds on soft noise, in several sizes and turned by some degrees, and
counts how often it is found in what was read: by our reader, and by RapidOCR with the same two networks on ONNX Runtime
with its own line finding. The drawn words are made here from fixed seeds. A third compares what looking, reading and
a scene score cost: each picture goes through all three in turn, so that a busy machine is as busy for one as another.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from consentry.runtime import RuntimeSettings
from consentry.signals.scene import SceneScorer
from consentry.signals.text import analyse_text
from consentry.signals.text.picture_reader import PictureReader, Pixels
from consentry.training.measures.intervals import score_interval

ROOT = Path(__file__).resolve().parent.parent
PRIVATE = {
    "phone": "call +1 650-253-{:04d}",
    "email": "jane.roe{}@example.com",
    "postal_address": "{} Example Road",
    "payment_card": "4111 1111 1111 1111",
}


def drawn(kind: str, number: int, points: int, degrees: float) -> Pixels:
    """One line on a ground of soft noise, as on a photographed note."""
    generator = np.random.default_rng(number)
    ground = generator.normal(0, 1, (12, 16, 3)).repeat(60, 0).repeat(60, 1) * 12 + 190
    picture = Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8))
    text = PRIVATE[kind].format(100 + 7 * number)
    ImageDraw.Draw(picture).text((120, 300), text, fill=(20, 20, 30), font=ImageFont.load_default(points))
    return np.asarray(picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(190, 190, 190)))


def rapid() -> Callable[[Pixels], str]:
    """RapidOCR as it comes."""
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR(intra_op_num_threads=1)

    def read(pixels: Pixels) -> str:
        found, _ = engine(pixels[:, :, ::-1])
        return "\n".join(line[1] for line in found or ())

    return read


def chosen_rows(scenes: Path, *, receipts: bool, most: int) -> list[dict[str, str]]:
    """Rows of the *test* split."""
    rows = [row for row in csv.DictReader((scenes / "manifest.csv").open(encoding="utf-8")) if row["split"] == "test"]
    random.Random(0).shuffle(rows)  # noqa: S311 - a choice of pictures, no secret
    return [row for row in rows if ("sroie" in row["dataset"].lower()) == receipts][:most]


def look(reader: PictureReader, scenes: Path, receipts: int, others: int) -> None:
    """How often the cheap look says that there is text."""
    for name, wanted, most in (("receipts", True, receipts), ("other pictures", False, others)):
        chosen = chosen_rows(scenes, receipts=wanted, most=most)
        started = time.perf_counter()
        hits = sum(reader.has_text(np.asarray(Image.open(scenes / row["path"]).convert("RGB"))) for row in chosen)
        cost = 1000 * (time.perf_counter() - started) / len(chosen)
        print(f"| {name} | {len(chosen)} | {score_interval(hits, len(chosen)):.3f} | {cost:.0f} ms |")


def costs(reader: PictureReader, scenes: Path, most: int) -> None:
    """Processor time of the look, of reading, and of a scene score, on one thread; medians and middle halves."""
    scorer = SceneScorer.load(RuntimeSettings(threads=1))
    written = [
        np.asarray(Image.open(scenes / row["path"]).convert("RGB"))
        for row in chosen_rows(scenes, receipts=True, most=most)
    ]
    lines = [drawn(list(PRIVATE)[number % len(PRIVATE)], number, 24, 0) for number in range(most)]
    for name, pictures in (("receipts", written), ("one drawn line, 960 px", lines)):
        spent = np.zeros((len(pictures), 3))
        found = []
        for number, pixels in enumerate(pictures):
            steps = (lambda: reader.has_text(pixels), lambda: reader.read_lines(pixels), lambda: scorer.score([pixels]))  # noqa: B023
            for step, work in enumerate(steps):
                work()  # the first run of a shape compiles it
                started = time.process_time()
                made = work()
                spent[number, step] = time.process_time() - started
                if step == 1:
                    found.append(len(made.lines))  # type: ignore[union-attr]
        look_to_scene, read_to_scene = spent[:, 0] / spent[:, 2], spent[:, 1] / spent[:, 2]
        milliseconds = " / ".join(f"{1000 * value:.0f}" for value in np.median(spent, axis=0))
        print(f"| {name} | {len(pictures)} | {np.median(found):.0f} | {milliseconds} |", end="")
        for ratio in (look_to_scene, read_to_scene):
            low, middle, high = np.quantile(ratio, (0.25, 0.5, 0.75))
            print(f" {middle:.1f} ({low:.1f}-{high:.1f}) |", end="")
        print(flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=Path, default=ROOT.parent / "shared" / "data" / "scenes")
    parser.add_argument("--receipts", type=int, default=40)
    parser.add_argument("--others", type=int, default=200)
    parser.add_argument("--drawn", type=int, default=24)
    arguments = parser.parse_args()
    reader = PictureReader.load(RuntimeSettings(threads=1))
    if arguments.scenes.is_dir():
        print("| pictures | number | said to show text | time each |\n|---|---|---|---|")
        look(reader, arguments.scenes, arguments.receipts, arguments.others)
        print("\n| pictures | number | lines | ms: look / read / scene | look to scene | read to scene |")
        print("|---|---|---|---|---|---|")
        costs(reader, arguments.scenes, arguments.receipts)
    systems: dict[str, Callable[[Pixels], str]] = {
        "consentry": lambda pixels: "\n".join(line.text for line in reader.read_lines(pixels).lines),
        "RapidOCR": rapid(),
    }
    print("\n| letters | turned | system | found | time each |\n|---|---|---|---|---|")
    for points, degrees in ((40, 0), (24, 0), (16, 0), (11, 0), (24, 3), (24, 8), (24, 20)):
        for name, read in systems.items():
            started, hits = time.perf_counter(), 0
            for number in range(arguments.drawn):
                kind = list(PRIVATE)[number % len(PRIVATE)]
                text = read(drawn(kind, number, points, degrees))
                hits += kind in {finding.kind for finding in analyse_text(text).findings}
            cost = 1000 * (time.perf_counter() - started) / arguments.drawn
            found = f"{score_interval(hits, arguments.drawn):.2f} ({hits}/{arguments.drawn})"
            print(f"| {points} points | {degrees}° | {name} | {found} | {cost:.0f} ms |", flush=True)


if __name__ == "__main__":
    main()
