"""Pictures a second through the scene scorer, JPEG decoding included, beside the same network in eager torch.

Usage: ``python benchmarks/scene.py [--pictures 96] [--turns 7] [--threads N]``. The pictures are those of the demo,
resized to one megapixel and saved as JPEGs of quality 88. All ways run in turn, again and again, on the same files; a
ratio is the median over turns, the range that of the middle half. The table goes into docs/runtime.md.

- *eager torch, one by one*: Pillow decodes the whole picture, then the network runs on it alone, in fp32.
- *eager torch, batches*: the same, 16 pictures at once.
- *Consentry*: reads at the size that the network needs, decodes ahead on as many threads, and runs the exported graph.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from consentry.media import open_media
from consentry.records import Media
from consentry.runtime import RuntimeSettings
from consentry.signals.scene import SceneScorer
from consentry.training.scene.export import load_scene_network

ROOT = Path(__file__).parent.parent
BATCH = 16
PIXELS = 1_000_000


def write_pictures(folder: Path, count: int) -> list[Path]:
    """JPEGs of one megapixel."""
    sources = sorted(path for path in (ROOT / "data/demo/media").glob("*.jpg") if path.stem != "damaged")
    paths = []
    for index in range(count):
        with Image.open(sources[index % len(sources)]) as source:
            scale = (PIXELS / (source.width * source.height)) ** 0.5
            size = (round(source.width * scale), round(source.height * scale))
            path = folder / f"{index:04d}.jpg"
            source.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(path, quality=88)
            paths.append(path)
    return paths


def in_torch(network: torch.nn.Module, paths: Sequence[Path], side: int, batch: int) -> np.ndarray:
    """The usual way; gives logits."""
    found = []
    with torch.inference_mode():
        for start in range(0, len(paths), batch):
            pictures = []
            for path in paths[start : start + batch]:
                with Image.open(path) as image:
                    pictures.append(np.asarray(image.convert("RGB").resize((side, side), Image.Resampling.BILINEAR)))
            found.append(network(torch.from_numpy(np.stack(pictures)))[0].numpy())
    return np.concatenate(found)


def in_consentry(scorer: SceneScorer, paths: Sequence[Path], side: int, threads: int) -> np.ndarray:
    """Ours; gives logits."""

    def read(path: Path) -> np.ndarray:
        return open_media(Media(path=path), longest_side=2 * side).frames[0].pixels

    def batches(pictures: Iterator[np.ndarray]) -> Iterator[list[np.ndarray]]:
        waiting: list[np.ndarray] = []
        for picture in pictures:
            waiting.append(picture)
            if len(waiting) == BATCH:
                yield waiting
                waiting = []
        if waiting:
            yield waiting

    with ThreadPoolExecutor(threads) as pool:
        readings = [reading for part in batches(pool.map(read, paths)) for reading in scorer.score(part)]
    return np.array([reading.logits for reading in readings])


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=96)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--threads", type=int, default=0, help="0 takes all that are allowed")
    arguments = parser.parse_args()
    threads = RuntimeSettings(threads=arguments.threads).resolved_threads()
    torch.set_num_threads(threads)
    scorers = {
        precision: SceneScorer.load(RuntimeSettings(precision=precision, threads=threads))
        for precision in ("f32", "bf16")
    }
    model = scorers["f32"].folder
    side = int(model.manifest["preprocessing"]["side"])
    network = load_scene_network(model)
    with tempfile.TemporaryDirectory() as folder:
        paths = write_pictures(Path(folder), arguments.pictures)
        ways: dict[str, Callable[[], np.ndarray]] = {
            "eager torch f32, one by one": lambda: in_torch(network, paths, side, 1),
            f"eager torch f32, batches of {BATCH}": lambda: in_torch(network, paths, side, BATCH),
            "Consentry f32": lambda: in_consentry(scorers["f32"], paths, side, threads),
            "Consentry bf16": lambda: in_consentry(scorers["bf16"], paths, side, threads),
        }
        logits = {name: way() for name, way in ways.items()}
        turns: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(arguments.turns):
            for name, way in ways.items():
                time.sleep(0.5)  # until the threads of the runtime before have stopped spinning
                started = time.perf_counter()
                way()
                turns[name].append(len(paths) / (time.perf_counter() - started))
    print(f"{model.id}, {platform.processor() or platform.machine()}, {threads} threads, {time.strftime('%Y-%m-%d')}\n")
    print("| way | pictures a second | against eager torch one by one | in batches | largest difference in a logit |")
    print("|---|---|---|---|---|")
    names = list(ways)
    for name in names:
        cells = []
        for base in names[:2]:
            ratios = [mine / other for mine, other in zip(turns[name], turns[base], strict=True)]
            low, middle, high = statistics.quantiles(ratios, n=4)
            cells.append(f"{middle:.1f}× ({low:.1f}-{high:.1f})")
        difference = np.abs(logits[name] - logits[names[0]]).max()
        print(f"| {name} | {statistics.median(turns[name]):,.0f} | {' | '.join(cells)} | {difference:.3f} |")


if __name__ == "__main__":
    main()
