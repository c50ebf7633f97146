"""The batch job on one machine, beside other ways to do its work and beside what its networks alone need.

Usage::

    python benchmarks/batch.py [--pictures FOLDER] [--most 96] [--turns 5] [--threads N]
    python benchmarks/batch.py --pairs ../shared/data/lfw_dev/pairs.csv

``--pictures`` makes posts with one picture and no claimant; ``--pairs`` makes posts with one reference photo each, half
of them of the same person (its split ``dev_train``). All ways run in turn, in this process, on the same cores; a
ratio is the median over turns, the range that of the middle half.

- *The usual way*: Pillow decodes the whole picture; facenet-pytorch's ``MTCNN(keep_all=True)`` crops its faces and
  ``InceptionResnetV1`` embeds them, picture by picture as its README shows; the same scene network as ours in eager
  torch. The embedding network has random weights, which changes its answers, not its time, so its matches cannot be
  compared; the faces found can.
- *dlib*: what ``face_recognition`` does, by its own calls to dlib (``face_locations``: HOG, enlarged once;
  ``face_encodings``: five points, one embedding a face; ``compare_faces``: nearer than 0.6). Faces alone, no scene.
- *Consentry*: ``run_job`` over a manifest of the same pictures into an empty folder, shards and summary included. It
  does more: policy, words, quality. Faces are embedded where there is a claimant to compare them with.
- *Its networks alone*: every tensor that the job gives to a network is kept and given to it again, with nothing else
  going on; the faster of two times counts. The share of the roofline is their sum divided by the job's wall time.
- *Busy*: processor time of the job's process (decoders are others) by wall time and threads; and how much of it goes
  into networks, by the processor time of the same runs alone.

``deepface`` does not stand here: it fetches its networks from addresses that an installation without a network cannot
reach.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final
from unittest import mock

import numpy as np

from consentry import Assessor, RuntimeSettings
from consentry.batch import Store, run_job

ROOT = Path(__file__).parent.parent
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
GROUP = 16
"""Posts whose tensors are kept at a time."""
DLIB_TOLERANCE: Final = 0.6
"""``face_recognition.compare_faces``'s own."""


@dataclass(frozen=True)
class Post:
    """One picture, and perhaps a photo of a claimant who is in it or not."""

    picture: Path
    reference: Path | None = None
    same: bool | None = None


@dataclass(frozen=True)
class Found:
    """What a way says of a post: the number of faces, and whether the claimant is there."""

    faces: int
    match: bool | None = None


Way = Callable[[Sequence[Post]], list[Found]]


def pictures_in(folder: Path, most: int) -> list[Path]:
    """Pictures that Pillow can read too, so that all ways have the same work; repeated if there are too few."""
    from PIL import Image

    found = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES):
        try:
            with Image.open(path) as image:
                image.convert("RGB")
        except OSError:
            continue
        found.append(path)
        if len(found) == most:
            break
    if not found:
        raise SystemExit(f"{folder} holds no picture that can be read.")
    return [found[index % len(found)] for index in range(most)]


def posts_of_pairs(pairs: Path, most: int) -> list[Post]:
    """As many genuine pairs as impostor ones of the split ``dev_train``, in turn."""
    with pairs.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row.get("split", "dev_train") == "dev_train"]
    folder = pairs.parent
    posts = [Post(folder / row["path_a"], folder / row["path_b"], row["same"] == "1") for row in rows]
    sides = [[post for post in posts if post.same is same] for same in (True, False)]
    return [post for couple in islice(zip(*sides, strict=False), most // 2) for post in couple]


def write_manifest(path: Path, posts: Sequence[Post]) -> Path:
    """One row a post."""
    with path.open("w", encoding="utf-8") as stream:
        for number, post in enumerate(posts):
            row: dict[str, Any] = {"post_id": f"{number:07d}", "media": [str(post.picture.resolve())]}
            if post.reference is not None:
                row["references"] = [str(post.reference.resolve())]
                row["report"] = {"report_id": f"r{number:07d}", "standing": "depicted_person", "identity": "verified"}
            stream.write(json.dumps(row) + "\n")
    return path


class UsualWay:
    """facenet-pytorch picture by picture, and the scene network in eager torch."""

    def __init__(self, threads: int) -> None:
        import torch
        from facenet_pytorch import MTCNN, InceptionResnetV1

        from consentry.runtime import ModelFolder
        from consentry.training.scene.export import load_scene_network

        torch.set_num_threads(threads)
        folder = ModelFolder.open("scene")
        self._side = int(folder.manifest["preprocessing"]["side"])
        self._scene = load_scene_network(folder)
        self._detector = MTCNN(keep_all=True)
        self._embedder = InceptionResnetV1(pretrained=None).eval()

    def __call__(self, posts: Sequence[Post]) -> list[Found]:
        """See `Way`."""
        import torch
        from PIL import Image

        found = []
        with torch.inference_mode():
            for post in posts:
                if post.reference is not None:
                    self._faces(post.reference)
                count = self._faces(post.picture)
                with Image.open(post.picture) as image:
                    small = image.convert("RGB").resize((self._side, self._side), Image.Resampling.BILINEAR)
                self._scene(torch.from_numpy(np.asarray(small)[None].copy()))
                found.append(Found(count))
        return found

    def _faces(self, path: Path) -> int:
        from PIL import Image

        with Image.open(path) as image:
            faces = self._detector(image.convert("RGB"))
        if faces is None:
            return 0
        self._embedder(faces)
        return len(faces)


class DlibWay:
    """What face_recognition does, through dlib."""

    def __init__(self) -> None:
        import dlib

        from consentry.training.faces.dlib_network import DLIB_WEIGHTS

        points = replace(
            DLIB_WEIGHTS,
            path="models/shape_predictor_5_face_landmarks.dat",
            sha256="c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
        )
        self._dlib = dlib
        self._detector = dlib.get_frontal_face_detector()
        self._points = dlib.shape_predictor(str(points.locate()))
        self._embedder = dlib.face_recognition_model_v1(str(DLIB_WEIGHTS.locate()))

    def __call__(self, posts: Sequence[Post]) -> list[Found]:
        """See `Way`."""
        found = []
        for post in posts:
            faces = self._faces(post.picture)
            match = None
            if post.reference is not None:
                references = self._faces(post.reference)
                distances = [np.linalg.norm(face - references[0]) for face in faces] if references else []
                match = bool(distances) and min(distances) <= DLIB_TOLERANCE
            found.append(Found(len(faces), match))
        return found

    def _faces(self, path: Path) -> list[Any]:
        from PIL import Image

        with Image.open(path) as image:
            pixels = np.array(image.convert("RGB"))
        faces = [self._points(pixels, box) for box in self._detector(pixels, 1)]
        return [np.array(self._embedder.compute_face_descriptor(pixels, points, 1)) for points in faces]


def job(assessor: Assessor, posts: Sequence[Post]) -> list[Found]:
    """Our way."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        summary = run_job(write_manifest(folder / "posts.jsonl", posts), folder / "out", assessor)
        if summary.with_errors:
            raise SystemExit(f"{summary.with_errors} of {summary.rows} rows have errors: {summary.as_json()['errors']}")
        rows = [row for _, row in Store(folder / "out").rows(["faces", "face_band"])]
    return [Found(row["faces"] or 0, row["face_band"] == "match") for row in rows]


@contextmanager
def kept_tensors() -> Iterator[list[tuple[Any, Any]]]:
    """What goes into networks meanwhile: each network with its tensor."""
    from consentry.runtime.openvino_network import OpenVinoNetwork

    calls: list[tuple[Any, Any]] = []
    sound = OpenVinoNetwork.__call__

    def kept(network: OpenVinoNetwork, batch: Any) -> Any:
        calls.append((network, np.array(batch)))
        return sound(network, batch)

    with mock.patch.object(OpenVinoNetwork, "__call__", kept):
        yield calls


def seconds_of_networks(assessor: Assessor, posts: Sequence[Post]) -> tuple[float, float]:
    """Seconds that the networks alone need for the tensors of these posts, and seconds of processor time."""
    total = busy = 0.0
    for start in range(0, len(posts), GROUP):
        with kept_tensors() as calls:
            job(assessor, posts[start : start + GROUP])
        time.sleep(0.3)
        for network, batch in calls:
            fastest = min(seconds_of(lambda: network(batch)) for _ in range(2))  # noqa: B023 - called at once
            total, busy = total + fastest[0], busy + fastest[1]
    return total, busy


def seconds_of(way: Callable[[], object]) -> tuple[float, float]:
    """Wall time and processor time of one call."""
    started, busy = time.perf_counter(), time.process_time()
    way()
    return time.perf_counter() - started, time.process_time() - busy


def print_throughput(posts: Sequence[Post], turns: int, threads: int) -> None:
    """All ways in turn, then the networks alone."""
    settings = RuntimeSettings(threads=threads)
    threads = settings.resolved_threads()
    assessor = Assessor.load(settings=settings)
    if assessor.unavailable:
        raise SystemExit(f"Models are missing: {', '.join(note.code for note in assessor.unavailable)}.")
    usual, ours = "the usual way", "Consentry's job"
    ways: dict[str, Way] = {
        usual: UsualWay(threads),
        "dlib, as face_recognition calls it": DlibWay(),
        ours: lambda posts: job(assessor, posts),
    }
    found = {name: way(posts) for name, way in ways.items()}  # also warms them up
    times: dict[str, list[float]] = {name: [] for name in ways}
    busy: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, way in ways.items():
            time.sleep(0.5)  # until the threads of the runtime before have stopped spinning
            seconds, of_processor = seconds_of(lambda: way(posts))  # noqa: B023 - called at once
            times[name].append(seconds)
            busy[name].append(of_processor)
    alone, busy_alone = seconds_of_networks(assessor, posts)
    count = len(posts)
    print(f"{count} posts, {threads} threads, {turns} turns, {time.strftime('%Y-%m-%d')}\n")
    print("| way | posts a second | against the usual way | faces found | matches, of the same, of others |")
    print("|---|---|---|---|---|")
    for name, taken in times.items():
        ratios = [first / second for first, second in zip(times[usual], taken, strict=True)]
        faces = sum(of_post.faces for of_post in found[name])
        rate = count / statistics.median(taken)
        print(f"| {name} | {rate:.2f} | {spread(ratios, '.2f')}× | {faces} | {matches(posts, found[name])} |")
    print(f"| its networks alone | {count / alone:.2f} | | | |\n")
    common = sum(min(a.faces, b.faces) for a, b in zip(found[usual], found[ours], strict=True))
    print("| figure | value |\n|---|---|")
    print(f"| share of the roofline | {spread([alone / seconds for seconds in times[ours]], '.1%')} |")
    cores = [of_processor / seconds / threads for of_processor, seconds in zip(busy[ours], times[ours], strict=True)]
    print(f"| busy, of {threads} threads | {spread(cores, '.0%')} |")
    print(f"| of that, in networks | {spread([busy_alone / of_processor for of_processor in busy[ours]], '.0%')} |")
    print(f"| faces of the usual way that ours counts too | {common} of {sum(post.faces for post in found[usual])} |")


def matches(posts: Sequence[Post], found: Sequence[Found]) -> str:
    """How many claimants are said to be there, of those that are and of those that are not."""
    if any(post.same is None or of_post.match is None for post, of_post in zip(posts, found, strict=True)):
        return ""
    said = {same: [f.match for p, f in zip(posts, found, strict=True) if p.same is same] for same in (True, False)}
    return ", ".join(f"{sum(map(bool, said[same]))} of {len(said[same])}" for same in (True, False))


def spread(values: Sequence[float], form: str) -> str:
    """The median with the middle half."""
    if len(values) < 2:
        return format(values[0], form)
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:{form}} ({low:{form}}-{high:{form}})"


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, default=ROOT / "data/demo/media", help="a folder, looked through")
    parser.add_argument("--pairs", type=Path, help="a table of pairs (same, path_a, path_b) in place of a folder")
    parser.add_argument("--most", type=int, default=96, help="so many posts; a small folder is repeated")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0, help="0 takes all that are allowed")
    arguments = parser.parse_args()
    if arguments.pairs:
        posts = posts_of_pairs(arguments.pairs, arguments.most)
    else:
        posts = [Post(picture) for picture in pictures_in(arguments.pictures, arguments.most)]
    print_throughput(posts, arguments.turns, arguments.threads)


if __name__ == "__main__":
    main()
