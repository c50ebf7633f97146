"""Faces found and faces embedded a second, beside facenet-pytorch's and dlib's own ways, in one run.

Usage: ``python benchmarks/faces.py [--turns 9] [--threads N] [--shared ../shared/data] [--sizes]``. All ways run in
turn, again and again; a ratio is the median over turns, the range that of the middle half. The tables go into
docs/faces.md.

- *Detection* of a picture of 1200 x 630 pixels with six faces, put together from portraits of the demo:
  ``MTCNN(keep_all=True).detect(picture)``, as facenet-pytorch's README shows it, and `MtcnnDetector`: one by one,
  eight at once, and eight at once at the size at which posts are read (no side over 1,024 pixels).
- *Embedding* of aligned faces: ``dlib.face_recognition_model_v1`` (one view of a face, all faces in one call),
  facenet-pytorch's ``InceptionResnetV1`` in eager torch (random weights, batches of 16), and `DlibEmbedder`, which
  looks at four views of every face.
- ``--shared`` also compares which share of pictures of single faces each detector finds a face in.
- ``--sizes`` shows what the size of the smallest face and the cap on a picture's side cost and lose.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import dlib
import numpy as np
import torch
from facenet_pytorch import MTCNN, InceptionResnetV1
from PIL import Image, ImageOps

from consentry.media import open_media
from consentry.pipeline.assessor import LONGEST_SIDE
from consentry.records import Media
from consentry.runtime import ModelFolder, RuntimeSettings
from consentry.signals.faces import DlibEmbedder, MtcnnDetector
from consentry.training.faces.dlib_network import DLIB_WEIGHTS

ROOT = Path(__file__).parent.parent
MEDIA = ROOT / "data/demo/media"
PORTRAITS = ("reference_collins", "portrait_hopper", "reference_curie", "reference_collins", "portrait_hopper",
             "reference_curie")  # fmt: skip
FACES = 16
PICTURES = 8


def six_faces() -> Image.Image:
    """Three by two portraits; the second row is mirrored."""
    picture = Image.new("RGB", (1200, 630), (120, 120, 120))
    for number, name in enumerate(PORTRAITS):
        with Image.open(MEDIA / f"{name}.jpg") as source:
            portrait = ImageOps.fit(source.convert("RGB"), (300, 315), centering=(0.5, 0.3))
        portrait = ImageOps.mirror(portrait) if number >= 3 else portrait
        picture.paste(portrait, (50 + 400 * (number % 3), 315 * (number // 3)))
    return picture


def timed(ways: Mapping[str, Callable[[], object]], turns: int) -> dict[str, list[float]]:
    """Seconds of each way, turn by turn."""
    for way in ways.values():
        way()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, way in ways.items():
            time.sleep(0.3)  # until the threads of the runtime before have stopped spinning
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def print_table(unit: str, work: int, seconds: Mapping[str, Sequence[float]], bases: Sequence[str]) -> None:
    """Rates, and how many times faster than each base."""
    print(f"| way | {unit} a second | {' | '.join(f'against {base}' for base in bases)} |")
    print("|---|---|" + "---|" * len(bases))
    for name, own in seconds.items():
        cells = []
        for base in bases:
            low, middle, high = statistics.quantiles(
                [other / mine for mine, other in zip(own, seconds[base], strict=True)], n=4
            )
            cells.append(f"{middle:.1f}× ({low:.1f}-{high:.1f})")
        print(f"| {name} | {work / statistics.median(own):.1f} | {' | '.join(cells)} |")
    print()


def compare_detection(detector: MtcnnDetector, original: MTCNN, turns: int) -> None:
    """The first table, and how far the boxes differ."""
    picture = six_faces()
    pixels = np.asarray(picture)
    boxes, _ = original.detect(picture)
    (found,) = detector.detect([pixels])
    apart = max(float(np.abs(found.boxes - box.astype(float)).max(axis=1).min()) for box in boxes)
    print(f"Faces found in six: {len(boxes)} and {len(found)}; boxes differ by at most {apart:.3f} pixels.\n")
    capped = picture.copy()
    capped.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    small = np.asarray(capped)
    (found,) = detector.detect([small])
    print(f"At {small.shape[1]} x {small.shape[0]} pixels: {len(found)} found.\n")
    seconds = timed(
        {
            "MTCNN(keep_all=True).detect": lambda: [original.detect(picture) for _ in range(PICTURES)],
            "MtcnnDetector.detect, one picture": lambda: [detector.detect([pixels]) for _ in range(PICTURES)],
            f"{PICTURES} pictures at once": lambda: detector.detect([pixels] * PICTURES),
            f"{PICTURES} at once, as posts are read": lambda: detector.detect([small] * PICTURES),
        },
        turns,
    )
    print_table("pictures", PICTURES, seconds, ["MTCNN(keep_all=True).detect"])


def compare_embedding(embedder: DlibEmbedder, turns: int) -> None:
    """The second table."""
    chips = np.random.default_rng(0).integers(0, 256, (FACES, 150, 150, 3), dtype=np.uint8)
    crops = np.stack([chips, chips], axis=1)
    network = dlib.face_recognition_model_v1(str(DLIB_WEIGHTS.locate()))
    inception = InceptionResnetV1(pretrained=None).eval()
    tensors = torch.from_numpy(np.random.default_rng(0).normal(size=(FACES, 3, 160, 160)).astype(np.float32))

    def in_torch() -> None:
        with torch.inference_mode():
            inception(tensors)

    dlibs, facenets = "dlib-bin", "eager InceptionResnetV1"
    ways: dict[str, Callable[[], object]] = {
        dlibs: lambda: network.compute_face_descriptor(list(chips)),
        facenets: in_torch,
        "DlibEmbedder, four views of a face": lambda: embedder.embed(crops),
        "DlibEmbedder, two views of a face": lambda: embedder.embed(crops[:, :1]),
    }
    print_table("faces", FACES, timed(ways, turns), [dlibs, facenets])


def compare_recall(detector: MtcnnDetector, original: MTCNN, shared: Path, every: int) -> None:
    """In which share of pictures of single faces each finds a face."""
    print("| pictures | of | MTCNN finds a face in | MtcnnDetector |\n|---|---|---|---|")
    for name in ("lfw_dev", "faces_attributes"):
        paths = sorted((shared / name / "images").iterdir())[::every]
        theirs = ours = 0
        for path in paths:
            pixels = open_media(Media(path=path)).frames[0].pixels
            theirs += original.detect(Image.fromarray(pixels))[0] is not None
            ours += len(detector.detect([pixels])[0]) > 0
        print(f"| {name} | {len(paths)} | {theirs / len(paths):.2%} | {ours / len(paths):.2%} |")
    print()


def compare_sizes(settings: RuntimeSettings, folder: ModelFolder, turns: int) -> None:
    """Faces found and time, by the smallest face that is looked for and the longest side of the picture."""
    print("| smallest face | longest side | faces found of the group's 29 | of the six | ms, the six |")
    print("|---|---|---|---|---|")
    group, six = Image.open(MEDIA / "group_1927.jpg").convert("RGB"), six_faces()
    for smallest in (12, 20, 30, 40):
        detector = MtcnnDetector(folder, settings, smallest_face=smallest)
        for side in (640, 1024, 1600):
            sized = []
            for picture in (group, six):
                scale = side / max(picture.size)
                sized.append(np.asarray(picture.resize((round(picture.width * scale), round(picture.height * scale)))))
            found = [len(detector.detect([pixels])[0]) for pixels in sized]
            taken = timed({"one": lambda d=detector, s=sized: d.detect([s[1]])}, turns)["one"]
            print(f"| {smallest} | {side} | {found[0]} | {found[1]} | {1000 * statistics.median(taken):.0f} |")
    print()


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--threads", type=int, default=0, help="0 takes all that are allowed")
    parser.add_argument("--shared", type=Path, help="folder of development data: compare recall")
    parser.add_argument("--every", type=int, default=8, help="take every Nth of its pictures")
    parser.add_argument("--sizes", action="store_true", help="try smallest faces and sizes of pictures")
    arguments = parser.parse_args()
    settings = RuntimeSettings(threads=RuntimeSettings(threads=arguments.threads).resolved_threads())
    torch.set_num_threads(settings.threads)
    folder = ModelFolder.open("faces")
    detector, embedder = MtcnnDetector(folder, settings), DlibEmbedder(folder, settings)
    original = MTCNN(keep_all=True)
    machine = platform.processor() or platform.machine()
    print(f"{folder.id}, {machine}, {settings.threads} threads, {time.strftime('%Y-%m-%d')}\n")
    compare_detection(detector, original, arguments.turns)
    compare_embedding(embedder, arguments.turns)
    if arguments.shared:
        compare_recall(detector, original, arguments.shared, arguments.every)
    if arguments.sizes:
        compare_sizes(settings, folder, arguments.turns)


if __name__ == "__main__":
    main()
